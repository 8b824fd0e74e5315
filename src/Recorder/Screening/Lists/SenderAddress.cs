using Recorder.Accounts;

namespace Recorder.Screening.Lists;

/// <summary>A sender's address as entries are compared with it.</summary>
/// <param name="Local">Unquoted, NFC, lower case.</param>
/// <param name="Domain">A-labels, lower case.</param>
public sealed record SenderAddress(string Local, string Domain)
{
    private const int MaxLocalLength = SenderPattern.MaxLength;

    public string Text { get; } = $"{LocalPart.Write(Local)}@{Domain}";

    /// <returns>null for the null reverse-path and for what has no domain: they match nothing.</returns>
    public static SenderAddress? Read(string written)
    {
        var path = written.Trim() is ['<', .., '>'] bracketed ? bracketed[1..^1] : written.Trim();
        // Source routes are accepted and ignored (RFC 5321 §4.1.1.3, appendix C).
        var colon = path.StartsWith('@') ? path.IndexOf(':', StringComparison.Ordinal) : -1;
        path = path[(colon + 1)..];
        var at = path.LastIndexOf('@');
        return at > 0 && MailDomain.Normalise(path[(at + 1)..]) is { } domain
            // A local part that cannot be read keeps no domain from being blocked.
            ? new SenderAddress(Bounded(path[..at].Trim()), domain)
            : null;
    }

    // Longer than any entry, so it equals none, and short enough to be compared and recorded.
    private static string Bounded(string local)
    {
        var cut = local.Length <= MaxLocalLength ? local : local[..(MaxLocalLength + 1)];
        return Folded((LocalPart.Read(cut) ?? cut).Trim());
    }

    /// <summary>
    /// Local parts may differ by case (RFC 5321 §2.4), yet hardly any system tells them apart, people type them in any
    /// case, and a block must not be escaped by a capital letter.
    /// </summary>
    public static string Folded(string local) => Composed.Of(Composed.Of(local).ToLowerInvariant());
}
