using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace Recorder.Mail;

/// <summary>
/// A field of the form value; name=value (RFC 2045 §5.1) with RFC 2231 continuations and charsets, and the illegal but
/// common: encoded words in quotes, raw 8-bit, unquoted spaces, percent-encoded UTF-8 in plain parameters.
/// </summary>
internal sealed class FieldParameters
{
    public static readonly FieldParameters Empty = new("", []);
    private const int MaxSegments = 1_000;

    private readonly Dictionary<string, List<Segment>> segments;

    private FieldParameters(string value, Dictionary<string, List<Segment>> segments) => (Value, this.segments) = (value, segments);

    /// <summary>The value before the first semicolon, lower case.</summary>
    public string Value { get; }

    private sealed record Segment(int Order, bool IsExtended, string Text);

    public static FieldParameters Parse(string field)
    {
        var end = field.IndexOf(';');
        var value = HeaderText.Tidy(end < 0 ? field : field[..end]).ToLowerInvariant();
        var segments = new Dictionary<string, List<Segment>>(StringComparer.OrdinalIgnoreCase);
        var position = end < 0 ? field.Length : end + 1;
        for (var count = 0; position < field.Length && count < MaxSegments; count++)
            Take(field, ref position, segments);
        return new FieldParameters(value, segments);
    }

    /// <returns>null when absent.</returns>
    public string? Find(string name, CharsetContext context)
    {
        if (!segments.TryGetValue(name, out var found))
            return null;
        // RFC 2231 form wins over the plain one that stands beside it for old readers.
        var extended = found.Where(s => s.Order >= 0 || s.IsExtended).OrderBy(s => s.Order).ToList();
        if (extended.Count == 0)
            return Plain(found[0].Text, context);
        return extended.Exists(s => s.IsExtended)
            ? Extended(extended, context)
            : Plain(string.Concat(extended.Select(s => s.Text)), context);
    }

    private static void Take(string field, ref int position, Dictionary<string, List<Segment>> segments)
    {
        var stop = field.AsSpan(position).IndexOfAny('=', ';');
        if (stop < 0 || field[position + stop] == ';')
        {
            position = stop < 0 ? field.Length : position + stop + 1;
            return;
        }
        var name = field.Substring(position, stop).Trim();
        position += stop + 1;
        while (position < field.Length && char.IsWhiteSpace(field[position]))
            position++;
        var text = position < field.Length && field[position] == '"' ? Quoted(field, ref position) : Token(field, ref position);
        Add(segments, name, text);
    }

    private static void Add(Dictionary<string, List<Segment>> segments, string name, string text)
    {
        var pieces = name.Split('*');
        var order = -1;
        if (pieces.Length > 1 && int.TryParse(pieces[1], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            order = number;
        if (!segments.TryGetValue(pieces[0].Trim(), out var list))
            segments[pieces[0].Trim()] = list = [];
        list.Add(new Segment(order, name.EndsWith('*'), text));
    }

    private static string Token(string field, ref int position)
    {
        var end = field.IndexOf(';', position);
        if (end < 0)
            end = field.Length;
        var text = field[position..end].Trim();
        position = end + 1;
        return text;
    }

    private static string Quoted(string field, ref int position)
    {
        var text = new StringBuilder();
        var i = position + 1;
        for (; i < field.Length; i++)
        {
            // Other backslashes are kept: Windows paths in quotes are commoner than needless escapes.
            if (field[i] == '\\' && i + 1 < field.Length && field[i + 1] is '"' or '\\')
                text.Append(field[++i]);
            else if (field[i] == '"' && IsClosing(field, i + 1))
                break;
            else
                text.Append(field[i]);
        }
        position = Math.Min(i + 1, field.Length);
        var rest = field.AsSpan(position).TrimStart();
        if (rest.Length > 0 && rest[0] == ';')
            position = field.Length - rest.Length + 1;
        return text.ToString();
    }

    /// <summary>A quote ends the value when a separator, the end or a further name= follows; others are part of the name.</summary>
    private static bool IsClosing(string field, int after)
    {
        var rest = field.AsSpan(after, Math.Min(80, field.Length - after));
        var trimmed = rest.TrimStart();
        if (trimmed.IsEmpty || trimmed[0] == ';')
            return true;
        var token = trimmed.IndexOfAny("=\"; ");
        return trimmed.Length < rest.Length && token > 0 && trimmed[token] == '=';
    }

    private static string Extended(List<Segment> found, CharsetContext context)
    {
        var bytes = new ArrayBufferWriter<byte>();
        string? charset = null;
        for (var i = 0; i < found.Count; i++)
        {
            var text = found[i].Text;
            if (i == 0 && found[i].IsExtended)
                (charset, text) = CutCharset(text);
            if (found[i].IsExtended)
                PercentDecode(text, bytes);
            else
                bytes.Write(Encoding.UTF8.GetBytes(text));
        }
        // Some write an encoded word into the extended form as well.
        return EncodedWords.Decode(CharsetRepair.Decode(bytes.WrittenSpan, charset, context), context);
    }

    private static (string? Charset, string Text) CutCharset(string text)
    {
        var first = text.IndexOf('\'');
        var second = first < 0 ? -1 : text.IndexOf('\'', first + 1);
        return second < 0 ? (null, text) : (text[..first], text[(second + 1)..]);
    }

    private static string Plain(string text, CharsetContext context)
    {
        var words = EncodedWords.Decode(text, context);
        if (!words.Contains('%') || !Ascii.IsValid(words))
            return words;
        var bytes = new ArrayBufferWriter<byte>();
        PercentDecode(words, bytes);
        return !Ascii.IsValid(bytes.WrittenSpan) && Utf8.IsValid(bytes.WrittenSpan) ? Encoding.UTF8.GetString(bytes.WrittenSpan) : words;
    }

    private static void PercentDecode(string text, ArrayBufferWriter<byte> bytes)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '%' && i + 2 < text.Length && char.IsAsciiHexDigit(text[i + 1]) && char.IsAsciiHexDigit(text[i + 2]))
            {
                bytes.Write(Convert.FromHexString(text.AsSpan(i + 1, 2)));
                i += 2;
            }
            else if (text[i] < 0x80)
                bytes.Write([(byte)text[i]]);
            else
                bytes.Write(Encoding.UTF8.GetBytes(text, i, 1));
        }
    }
}
