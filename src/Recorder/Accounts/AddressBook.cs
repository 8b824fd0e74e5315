namespace Recorder.Accounts;

/// <summary>
/// Names mailboxes. Local parts of our own domains are compared without case and without a detail; elsewhere they are
/// another system's business and stay as they are (RFC 5321 §2.4). Domains are A-labels in lower case everywhere.
/// </summary>
public sealed class AddressBook : IAddressBook
{
    private readonly HashSet<string> domains;
    private readonly string plusDelimiter;
    private readonly string postmasterDomain;

    /// <param name="ours">Our own domains; empty: every domain is ours.</param>
    /// <param name="hostname">Domain of a bare postmaster where no domain is named.</param>
    public AddressBook(IEnumerable<string> ours, string hostname, AccountsOptions options)
    {
        var configured = ours.Select(MailDomain.Normalise).OfType<string>().ToList();
        domains = configured.ToHashSet(StringComparer.Ordinal);
        plusDelimiter = options.PlusDelimiter;
        postmasterDomain = configured.FirstOrDefault() ?? MailDomain.Normalise(hostname) ?? "localhost";
    }

    public string? Normalise(string address)
    {
        if (Split(address) is not { } parts)
        {
            return null;
        }

        var local = IsOurs(parts.Domain) ? Mailbox(parts.Local) : parts.Local;
        return local.Length == 0 ? null : $"{LocalPart.Write(local)}@{parts.Domain}";
    }

    public bool IsLocal(string address) => Split(address) is { } parts && IsOurs(parts.Domain);

    public IReadOnlyList<string> OwnersOf(string recipient, string? originalRecipient)
    {
        var owners = new List<string>(2);
        AddOwner(owners, recipient);
        if (originalRecipient is not null && OriginalRecipients.Decode(originalRecipient) is { } original)
        {
            AddOwner(owners, original);
        }

        return owners;
    }

    private void AddOwner(List<string> owners, string address)
    {
        if (IsLocal(address) && Normalise(address) is { } owner && !owners.Contains(owner))
        {
            owners.Add(owner);
        }
    }

    private bool IsOurs(string domain) => domains.Count == 0 || domains.Contains(domain);

    private string Mailbox(string local)
    {
        var folded = Composed.Of(Composed.Of(local).ToLowerInvariant());
        var detail = plusDelimiter.Length == 0 ? -1 : folded.IndexOf(plusDelimiter, StringComparison.Ordinal);
        return detail > 0 ? folded[..detail] : folded;
    }

    private (string Local, string Domain)? Split(string address)
    {
        var path = WithoutRoute(address.Trim());
        // The one mailbox that may come without a domain (RFC 5321 §4.5.1).
        if (path.Equals("postmaster", StringComparison.OrdinalIgnoreCase))
        {
            return ("postmaster", postmasterDomain);
        }

        var at = path.LastIndexOf('@');
        return at > 0 && LocalPart.Read(path[..at]) is { } local && MailDomain.Normalise(path[(at + 1)..]) is { } domain
            ? (local, domain)
            : null;
    }

    // Source routes are accepted and ignored (RFC 5321 §4.1.1.3, appendix C).
    private static string WithoutRoute(string path)
    {
        var bare = path is ['<', .., '>'] ? path[1..^1] : path;
        var colon = bare.StartsWith('@') ? bare.IndexOf(':') : -1;
        return colon < 0 ? bare : bare[(colon + 1)..];
    }
}
