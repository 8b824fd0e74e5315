using System.Buffers.Text;
using System.Text;
using Recorder.Archive;

namespace Recorder.Completeness.MailLogs;

/// <summary>
/// The words of a delivery line of Postfix's smtp and lmtp clients:
/// <c>QUEUEID: to=&lt;…&gt;, [orig_to=&lt;…&gt;,] relay=…, [conn_use=…,] delay=…, delays=…, dsn=…, status=sent (250 2.0.0 ID recorded; …)</c>.
/// Everything is read at its place, from the front: what a sender or a next hop wrote stands behind it and cannot pose as it.
/// </summary>
internal static class DeliveryLine
{
    private const int MaxQueueIdChars = 32, IdChars = 36;

    /// <param name="words">What the client said, without time, host and name.</param>
    /// <returns>null where it is another kind of line.</returns>
    public static HandOver? Read(ReadOnlySpan<byte> words, DateTimeOffset at)
    {
        var to = words[..Math.Min(words.Length, MaxQueueIdChars + 7)].IndexOf(": to=<"u8);
        if (to <= 0 || !IsQueueId(words[..to])) return null;
        var rest = words[(to + 6)..];
        if (!Address(ref rest, out var recipient) || (Skip(ref rest, "orig_to=<"u8) && !Address(ref rest, out _)) || !Skip(ref rest, "relay="u8)) return null;
        var relay = rest.IndexOf(", "u8);
        var status = relay < 0 ? -1 : rest.IndexOf(", status="u8);
        if (status < 0) return null;
        var outcome = rest[(status + 9)..];
        var end = outcome.IndexOf((byte)' ');
        return end <= 0 ? null : new HandOver(
            at, Encoding.ASCII.GetString(words[..to]), Encoding.UTF8.GetString(recipient), Known(rest[..relay]), Known(outcome[..end]), IdIn(outcome[(end + 1)..]));
    }

    /// <summary>Our replies are a code, an enhanced code, the id and "recorded" (docs/message-flow.md), sent ones at once, others behind "said:".</summary>
    internal static RecordId? IdIn(ReadOnlySpan<byte> why)
    {
        if (why.Length == 0 || why[0] != (byte)'(') return null;
        var reply = why[1..];
        if (reply.StartsWith("host "u8))
        {
            var said = reply.IndexOf(" said: "u8);
            if (said < 0) return null;
            reply = reply[(said + 7)..];
        }

        if (reply.Length < 4 || !char.IsAsciiDigit((char)reply[0]) || reply[3] is not ((byte)' ' or (byte)'-')) return null;
        reply = reply[4..];
        var code = reply.IndexOf((byte)' ');
        if (code is < 5 or > 11 || reply.Length < code + 1 + IdChars) return null;
        var id = reply[(code + 1)..];
        return Utf8Parser.TryParse(id, out Guid value, out var length, 'D') && length == IdChars && id[IdChars..].StartsWith(" recorded"u8) ? new RecordId(value) : null;
    }

    // A quoted local part may hold anything, ">, status=sent" too (RFC 5321 §4.1.2).
    private static bool Address(ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> address)
    {
        address = default;
        var at = rest.Length > 0 && rest[0] == (byte)'"' ? EndOfQuoted(rest) : 0;
        var end = at < 0 ? -1 : rest[at..].IndexOf((byte)'>');
        if (end < 0) return false;
        address = rest[..(at + end)];
        rest = rest[(at + end + 1)..];
        return Skip(ref rest, ", "u8);
    }

    private static int EndOfQuoted(ReadOnlySpan<byte> text)
    {
        for (var at = 1; at < text.Length; at++)
        {
            if (text[at] == (byte)'\\') at++;
            else if (text[at] == (byte)'"') return at;
        }

        return -1;
    }

    private static bool Skip(ref ReadOnlySpan<byte> rest, ReadOnlySpan<byte> word)
    {
        if (!rest.StartsWith(word)) return false;
        rest = rest[word.Length..];
        return true;
    }

    private static bool IsQueueId(ReadOnlySpan<byte> text)
    {
        foreach (var letter in text)
        {
            if (!char.IsAsciiLetterOrDigit((char)letter)) return false;
        }

        return true;
    }

    // Few words come again and again.
    [ThreadStatic]
    private static string[]? said;

    private static string Known(ReadOnlySpan<byte> text)
    {
        said ??= new string[64];
        ref var place = ref said[(text.Length + (text.Length == 0 ? 0 : text[0] + text[^1] * 7)) % said.Length];
        if (place is null || !Ascii.Equals(text, place)) place = Encoding.UTF8.GetString(text);
        return place;
    }
}
