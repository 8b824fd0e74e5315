using System.DirectoryServices.Protocols;
using System.Net;

namespace Recorder.Accounts.Sources;

/// <summary>Where a directory answers. The library blocks.</summary>
internal sealed record LdapPlace(string Host, int Port, SignInTls Tls, TimeSpan Timeout)
{
    /// <summary>A connection on which TLS is there, where it is asked for, before anything else is said.</summary>
    /// <exception cref="LdapException">It does not answer, or TLS fails.</exception>
    public LdapConnection Open()
    {
        var connection = new LdapConnection(new LdapDirectoryIdentifier(Host, Port), null, AuthType.Basic) { Timeout = Timeout, AutoBind = false };
        try
        {
            connection.SessionOptions.ProtocolVersion = 3;
            connection.SessionOptions.ReferralChasing = ReferralChasingOptions.None;
            connection.SessionOptions.SecureSocketLayer = Tls == SignInTls.Implicit;
            if (Tls == SignInTls.StartTls) connection.SessionOptions.StartTransportLayerSecurity(null);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>The same, bound under a name; an empty one is nobody's (RFC 4513 §5.1.1).</summary>
    /// <exception cref="LdapException">It does not answer, TLS fails, or it refuses the name.</exception>
    public LdapConnection OpenAs(string dn, string password)
    {
        var connection = Open();
        try
        {
            connection.Bind(new NetworkCredential(dn, password));
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Some values are text (entryUUID), others 16 bytes (objectGUID): those in hexadecimal.</summary>
    public static IEnumerable<string> Values(SearchResultEntry? entry, string attribute)
    {
        if (entry?.Attributes[attribute] is not { } values) yield break;
        for (var index = 0; index < values.Count; index++)
        {
            yield return values[index] is byte[] bytes ? Convert.ToHexStringLower(bytes) : values[index].ToString() ?? "";
        }
    }
}
