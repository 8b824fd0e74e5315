using System.Buffers;
using System.Text;

namespace Recorder.Mail;

/// <summary>Does this look like a header at all?</summary>
internal static class HeaderProbe
{
    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create([.. Enumerable.Range(33, 94).Select(c => (char)c).Where(c => c != ':')]);

    /// <summary>RFC 5322 §2.2: printable ASCII without colon. What MimeKit reports as an invalid field fails here.</summary>
    public static bool IsName(string name) => name.Length > 0 && name.AsSpan().IndexOfAnyExcept(NameCharacters) < 0;

    private static readonly string[] WellKnown = ["Received", "Return-Path", "From", "Subject", "Date", "Message-ID", "To", "MIME-Version", "Delivered-To"];

    /// <summary>Where the header starts within the first bytes: 0 in all but damaged messages, -1 when there is none.</summary>
    public static int FindStart(ReadOnlySpan<byte> start)
    {
        var mark = start.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? 3 : 0;
        if (IsField(start[mark..], out _))
            return 0;
        if (start[mark..].StartsWith("From "u8) || start[mark..].StartsWith(">From "u8))
            return NextLine(start, mark); // what an mbox file puts between messages
        for (var at = NextLine(start, mark); at < start.Length; at = NextLine(start, at))
        {
            if (IsField(start[at..], out var name) && Array.Exists(WellKnown, known => name.Equals(known, StringComparison.OrdinalIgnoreCase)))
                return at;
        }
        return -1;
    }

    private static int NextLine(ReadOnlySpan<byte> bytes, int from)
    {
        var end = bytes[from..].IndexOf((byte)'\n');
        return end < 0 ? bytes.Length : from + end + 1;
    }

    private static bool IsField(ReadOnlySpan<byte> line, out string name)
    {
        var end = line.IndexOf((byte)'\n');
        line = end < 0 ? line : line[..end];
        var colon = line.IndexOf((byte)':');
        name = colon < 0 ? "" : Encoding.Latin1.GetString(line[..colon].TrimEnd(" \t"u8));
        return IsName(name);
    }
}
