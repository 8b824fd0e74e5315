using System.DirectoryServices.Protocols;
using System.Net;

namespace Recorder.Accounts.Sources;

/// <summary>
/// Asks a directory by binding as the person (RFC 4513 §5.1.3): under a name made from a template, or found by a search.
/// The library blocks, so each attempt has a thread of its own.
/// </summary>
internal sealed class LdapSource(LdapSignInOptions options) : IPasswordSource, IProbed
{
    // RFC 4511 §4.1.9, appendix A: the directory looked, and will not have this bind.
    private const int ConstraintViolation = 19, NoSuchObject = 32, InappropriateAuthentication = 48, InvalidCredentials = 49, UnwillingToPerform = 53;

    public string Kind => "sign-in";

    public string Name => $"LDAP {options.Host}:{options.Port}";

    public Task<PasswordAnswer> CheckAsync(PasswordQuestion question, CancellationToken cancel) =>
        Task.Factory.StartNew(() => Check(question), cancel, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>By the bind that a search for a person begins with; where names are made from a template, by an anonymous one.</summary>
    public Task ProbeAsync(CancellationToken cancel) => Task.Factory.StartNew(() => Bound().Dispose(), cancel, TaskCreationOptions.LongRunning, TaskScheduler.Default).WaitAsync(cancel);

    private PasswordAnswer Check(PasswordQuestion question)
    {
        // An empty password would be an anonymous bind, which succeeds for every name.
        if (question.Password.Length == 0) return PasswordAnswer.Wrong;
        var entry = options.UserDn.Length > 0 ? LdapNames.Dn(options.UserDn, question.Login) : Find(question.Login);
        using var connection = Open();
        // Nobody's entry is asked for as well, so that an unknown name takes as long as a known one.
        return TryBind(connection, entry ?? $"cn=nobody,{options.BaseDn}", question.Password) && entry is not null
            ? Facts(connection, entry) : PasswordAnswer.Wrong;
    }

    private string? Find(string login)
    {
        using var connection = Bound();
        var request = new SearchRequest(
            options.BaseDn, LdapNames.Filter(options.Filter, login), SearchScope.Subtree, "1.1") { SizeLimit = 2 };
        var found = ((SearchResponse)connection.SendRequest(request, Timeout)).Entries;
        return found.Count == 1 ? found[0].DistinguishedName : null;
    }

    private static bool TryBind(LdapConnection connection, string dn, string password)
    {
        try
        {
            connection.Bind(new NetworkCredential(dn, password));
            return true;
        }
        catch (LdapException refused) when (IsRefusal(refused.ErrorCode))
        {
            return false;
        }
        catch (DirectoryOperationException refused) when (IsRefusal((int)(refused.Response?.ResultCode ?? ResultCode.Other)))
        {
            return false;
        }
    }

    private static bool IsRefusal(int code) =>
        code is ConstraintViolation or NoSuchObject or InappropriateAuthentication or InvalidCredentials or UnwillingToPerform;

    private PasswordAnswer Facts(LdapConnection connection, string dn)
    {
        var request = new SearchRequest(dn, "(objectClass=*)", SearchScope.Base, options.IdentityAttribute, options.NameAttribute);
        var found = ((SearchResponse)connection.SendRequest(request, Timeout)).Entries;
        var entry = found.Count == 1 ? found[0] : null;
        return new PasswordAnswer(PasswordVerdict.Right, LdapPlace.Values(entry, options.IdentityAttribute).FirstOrDefault(), LdapPlace.Values(entry, options.NameAttribute).FirstOrDefault());
    }

    private LdapConnection Open() => Place.Open();

    private LdapConnection Bound() => Place.OpenAs(options.BindDn, options.BindPassword);

    private LdapPlace Place => new(options.Host, options.Port, options.Tls, Timeout);

    private TimeSpan Timeout => TimeSpan.FromSeconds(options.TimeoutSeconds);
}
