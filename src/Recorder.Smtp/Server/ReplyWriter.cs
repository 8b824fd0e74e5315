using System.Buffers;
using System.Text;

namespace Recorder.Smtp.Server;

/// <summary>Writes replies in the form of RFC 5321 §4.2.1, whatever their text holds.</summary>
internal static class ReplyWriter
{
    /// <summary>RFC 5321 §4.5.3.1.5 allows 512 bytes a line; codes and CRLF take some.</summary>
    private const int MaxTextBytes = 480;

    /// <param name="utf8">RFC 6531 §3.7.4.2 allows UTF-8 texts only after a MAIL with SMTPUTF8; else they become '?'.</param>
    /// <returns>Bytes written.</returns>
    public static int Write(IBufferWriter<byte> output, SmtpReply reply, bool utf8 = false)
    {
        var lines = Lines(Clean(reply.Text, utf8)).ToList();
        var written = 0;
        for (var i = 0; i < lines.Count; i++)
            written += WriteLine(output, reply, lines[i], last: i == lines.Count - 1);
        return written;
    }

    private static int WriteLine(IBufferWriter<byte> output, SmtpReply reply, ReadOnlyMemory<char> text, bool last)
    {
        var head = reply.EnhancedCode.Length == 0 ? "" : reply.EnhancedCode + " ";
        var line = $"{reply.Code:D3}{(last ? ' ' : '-')}{head}{text.Span}\r\n";
        return (int)Encoding.UTF8.GetBytes(line, output);
    }

    /// <summary>A CR or another control character in a text could pass for a reply of its own.</summary>
    private static string Clean(string text, bool utf8) => string.Create(text.Length, (text, utf8), static (span, from) =>
    {
        for (var i = 0; i < span.Length; i++)
        {
            var c = from.text[i];
            span[i] = c == '\n' ? c : char.IsControl(c) ? ' ' : c > '~' && !from.utf8 ? '?' : c;
        }
    });

    private static IEnumerable<ReadOnlyMemory<char>> Lines(string text)
    {
        foreach (var line in text.Split('\n'))
        {
            var rest = line.AsMemory();
            while (Encoding.UTF8.GetByteCount(rest.Span) > MaxTextBytes)
            {
                var cut = CutAt(rest.Span);
                yield return rest[..cut];
                rest = rest[cut..];
            }
            yield return rest;
        }
    }

    private static int CutAt(ReadOnlySpan<char> text)
    {
        var bytes = 0;
        var cut = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (bytes + rune.Utf8SequenceLength > MaxTextBytes) break;
            bytes += rune.Utf8SequenceLength;
            cut += rune.Utf16SequenceLength;
        }
        return cut;
    }
}
