using System.Globalization;
using System.Text;

namespace Recorder.Mailboxes;

/// <summary>Names of folders: as people write them, and in the modified UTF-7 of the wire (RFC 3501 §5.1.3), which every server takes.</summary>
public static class FolderName
{
    public const string Inbox = "INBOX";

    public const int MaxChars = 200;

    /// <returns>In one form; null for what names no folder. Wildcards are none, and control characters would end our line.</returns>
    public static string? Read(string? written)
    {
        var name = (written ?? "").Trim().Normalize();
        if (name.Length == 0) return Inbox;
        return name.Length > MaxChars || name.Any(IsForbidden) ? null
            : name.Equals(Inbox, StringComparison.OrdinalIgnoreCase) ? Inbox : name;
    }

    /// <summary>Quoted, for a command.</summary>
    internal static string Quoted(string name) =>
        $"\"{Encode(name).Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    private static bool IsForbidden(char letter) => letter is '*' or '%' || char.IsControl(letter)
        || CharUnicodeInfo.GetUnicodeCategory(letter) is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;

    private static string Encode(string name)
    {
        var text = new StringBuilder();
        for (var at = 0; at < name.Length; at++)
        {
            var run = name.AsSpan(at).IndexOfAnyInRange(' ', '~');
            if (run == 0)
            {
                text.Append(name[at] == '&' ? "&-" : name[at].ToString());
                continue;
            }

            var shifted = run < 0 ? name[at..] : name.Substring(at, run);
            text.Append('&').Append(Shifted(shifted)).Append('-');
            at += shifted.Length - 1;
        }

        return text.ToString();
    }

    // Base64 over UTF-16, with a comma where it has a slash, and without padding.
    private static string Shifted(string run) =>
        Convert.ToBase64String(Encoding.BigEndianUnicode.GetBytes(run)).TrimEnd('=').Replace('/', ',');
}
