using Recorder.Accounts.Sources;

namespace Recorder.Accounts.Importing;

/// <summary>Which directory to read, as whom, and where its entries say what.</summary>
/// <param name="BindDn">Who reads; empty: anonymous.</param>
/// <param name="AddressAttribute">The first value is the account, further ones are its further addresses.</param>
/// <param name="AliasAttributes">Further addresses, as they are or after <c>smtp:</c>.</param>
public sealed record DirectoryWish(
    string Host, int Port, SignInTls Tls, string BaseDn, string BindDn, string Password, string Filter,
    string AddressAttribute, IReadOnlyList<string> AliasAttributes, string NameAttribute, string IdentityAttribute)
{
    private const int LdapPort = 389, LdapsPort = 636;

    /// <summary>An address like <c>ldap://host:port/base</c> (RFC 4516 §2, host and name alone); <c>ldap:</c> is secured by StartTLS, <c>ldaps:</c> from the first byte.</summary>
    /// <param name="inClear">Without TLS; to this machine only.</param>
    /// <exception cref="FormatException">It is none; says why.</exception>
    public static (string Host, int Port, SignInTls Tls, string BaseDn) Place(string address, bool inClear)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var url) || url.Scheme is not ("ldap" or "ldaps") || url.Host.Length == 0 || url.Query.Length > 0)
        {
            throw new FormatException($"{address} is no directory's address; write one like ldap://ldap.example.edu/ou=people,dc=example,dc=edu");
        }

        var baseDn = Uri.UnescapeDataString(url.AbsolutePath.TrimStart('/'));
        if (baseDn.Length == 0) throw new FormatException($"{address} does not say where to search; write one like {url.Scheme}://{url.Authority}/ou=people,dc=example,dc=edu");
        if (inClear && (url.Scheme == "ldaps" || !url.IsLoopback)) throw new FormatException("without TLS only a directory on this machine is read, at an ldap:// address");
        var tls = url.Scheme == "ldaps" ? SignInTls.Implicit : inClear ? SignInTls.None : SignInTls.StartTls;
        return (url.IdnHost, url.Port > 0 ? url.Port : url.Scheme == "ldaps" ? LdapsPort : LdapPort, tls, baseDn);
    }
}
