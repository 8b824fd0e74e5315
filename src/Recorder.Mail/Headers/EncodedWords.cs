using System.Buffers;
using System.Text;

namespace Recorder.Mail;

/// <summary>
/// RFC 2047 encoded words, leniently: words glued to text, spaces inside, missing padding, and characters split across
/// adjacent words of one charset, whose bytes are joined before decoding. Linear in the length of the text.
/// </summary>
internal static class EncodedWords
{
    private const int MaxCharsetLength = 64;

    public static string Decode(string text, CharsetContext context) =>
        text.Contains("=?", StringComparison.Ordinal) ? new Decoder(text, context).Run() : text;

    private ref struct Decoder(string text, CharsetContext context)
    {
        private readonly StringBuilder output = new(text.Length);
        private readonly ArrayBufferWriter<byte> pending = new();
        private string pendingCharset = "";
        private int nextEnd = -1;

        public string Run()
        {
            var position = 0;
            while (position < text.Length)
            {
                var start = text.IndexOf("=?", position, StringComparison.Ordinal);
                if (start < 0)
                    break;
                if (!TryWord(start, out var charset, out var encoding, out var body, out var end))
                {
                    Literal(text.AsSpan(position, start + 2 - position));
                    position = start + 2;
                    continue;
                }
                // White space between adjacent words is not part of the text (RFC 2047 §6.2).
                var between = text.AsSpan(position, start - position);
                if (pending.WrittenCount == 0 || !between.IsWhiteSpace())
                    Literal(between);
                Take(charset, encoding, body);
                position = end;
            }
            Literal(text.AsSpan(position));
            Flush();
            return output.ToString();
        }

        private bool TryWord(int start, out ReadOnlySpan<char> charset, out char encoding, out ReadOnlySpan<char> body, out int end)
        {
            charset = body = default;
            encoding = default;
            end = 0;
            var head = text.AsSpan(start + 2, Math.Min(MaxCharsetLength + 3, text.Length - start - 2));
            var mark = head.IndexOf('?');
            if (mark < 1 || mark + 2 >= head.Length || head[mark + 2] != '?' || head[..mark].ContainsAny(" \t"))
                return false;
            encoding = char.ToUpperInvariant(head[mark + 1]);
            if (encoding is not ('B' or 'Q'))
                return false;
            var from = start + 2 + mark + 3;
            var to = EndMark(from);
            if (to < 0 || text.AsSpan(from, to - from).Contains("=?", StringComparison.Ordinal))
                return false;
            var star = head[..mark].IndexOf('*'); // RFC 2231 §5: a language tag may follow
            charset = star < 0 ? head[..mark] : head[..star];
            body = text.AsSpan(from, to - from);
            end = to + 2;
            return true;
        }

        /// <summary>Where the next "?=" is; remembered, so that a thousand unfinished words do not search the rest a thousand times.</summary>
        private int EndMark(int from)
        {
            if (nextEnd < from && nextEnd != int.MaxValue)
            {
                var found = text.IndexOf("?=", from, StringComparison.Ordinal);
                nextEnd = found < 0 ? int.MaxValue : found;
            }
            return nextEnd == int.MaxValue ? -1 : nextEnd;
        }

        private void Literal(ReadOnlySpan<char> plain)
        {
            if (plain.IsEmpty)
                return;
            Flush();
            output.Append(plain);
        }

        private void Take(ReadOnlySpan<char> charset, char encoding, ReadOnlySpan<char> body)
        {
            if (!charset.Equals(pendingCharset, StringComparison.OrdinalIgnoreCase))
            {
                Flush();
                pendingCharset = charset.ToString();
            }
            if (encoding == 'B')
                Base64(body);
            else
                Quoted(body);
        }

        private void Base64(ReadOnlySpan<char> body)
        {
            var (bits, count) = (0, 0);
            foreach (var c in body)
            {
                var value = Sextet(c);
                if (value < 0)
                {
                    // Padding amid the text: somebody glued two encoded strings together.
                    if (c == '=')
                        (bits, count) = (0, 0);
                    continue;
                }
                (bits, count) = (bits << 6 | value, count + 6);
                if (count < 8)
                    continue;
                count -= 8;
                Byte((byte)(bits >> count));
                bits &= (1 << count) - 1;
            }
        }

        private void Quoted(ReadOnlySpan<char> body)
        {
            for (var i = 0; i < body.Length; i++)
            {
                if (body[i] == '=' && i + 2 < body.Length && char.IsAsciiHexDigit(body[i + 1]) && char.IsAsciiHexDigit(body[i + 2]))
                {
                    Byte((byte)(Convert.FromHexString(body.Slice(i + 1, 2))[0]));
                    i += 2;
                }
                else if (body[i] == '_')
                    Byte((byte)' ');
                else if (body[i] < 0x80)
                    Byte((byte)body[i]);
                else
                    Literal(body.Slice(i, 1)); // raw 8-bit inside a word, already decoded
            }
        }

        private readonly void Byte(byte value)
        {
            pending.GetSpan(1)[0] = value;
            pending.Advance(1);
        }

        private void Flush()
        {
            if (pending.WrittenCount == 0)
                return;
            output.Append(CharsetRepair.Decode(pending.WrittenSpan, pendingCharset, context));
            pending.ResetWrittenCount();
        }
    }

    private static int Sextet(char c) => c switch
    {
        >= 'A' and <= 'Z' => c - 'A',
        >= 'a' and <= 'z' => c - 'a' + 26,
        >= '0' and <= '9' => c - '0' + 52,
        '+' or '-' => 62,
        '/' or '_' => 63,
        _ => -1,
    };
}
