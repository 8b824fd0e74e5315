using System.Text;

namespace Recorder.Intake;

/// <summary>
/// A Postfix BCC loses the envelope, so each original recipient has a journal address of its own:
/// <c>user@example.edu</c> arrives as <c>user#example.edu@journal.invalid</c> (samples/postfix). This maps it back.
/// </summary>
public sealed class JournalAddresses(string journalDomain)
{
    /// <returns>The original recipient, or null when the address has another form.</returns>
    public string? MapBack(string address)
    {
        if (!IsJournal(address)) return null;
        var local = Unquote(address[..address.LastIndexOf('@')]);
        // The last '#': a domain has none, a local part may (RFC 5322 §3.2.3 atext).
        var hash = local.LastIndexOf('#');
        if (hash <= 0 || !IsDomain(local[(hash + 1)..])) return null;
        return $"{Quote(local[..hash])}@{local[(hash + 1)..]}";
    }

    /// <summary>An address in the journal's own domain, well-formed or not.</summary>
    public bool IsJournal(string address)
    {
        var at = address.LastIndexOf('@');
        return at > 0 && address.AsSpan(at + 1).Equals(journalDomain, StringComparison.OrdinalIgnoreCase);
    }

    private static bool IsDomain(string text) =>
        text.Length is > 0 and <= 255
        && text.Split('.').All(label => label.Length is > 0 and <= 63 && label.All(c => char.IsLetterOrDigit(c) || c is '-' or '_'));

    private static string Unquote(string local)
    {
        if (local is not ['"', .., '"']) return local;
        var plain = new StringBuilder(local.Length);
        for (var i = 1; i < local.Length - 1; i++)
        {
            if (local[i] == '\\' && i < local.Length - 2) i++;
            plain.Append(local[i]);
        }
        return plain.ToString();
    }

    // RFC 5321 §4.1.2: what is no Dot-string travels as a Quoted-string.
    private static string Quote(string local)
    {
        if (local is ['"', .., '"'] || local.Split('.').All(atom => atom.Length > 0 && atom.All(IsAtext))) return local;
        return '"' + local.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + '"';
    }

    private static bool IsAtext(char c) => char.IsAsciiLetterOrDigit(c) || c > 127 || "!#$%&'*+-/=?^_`{|}~".Contains(c, StringComparison.Ordinal);
}
