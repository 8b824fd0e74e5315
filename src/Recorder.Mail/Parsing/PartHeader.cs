using static System.Text.Encoding;
using System.Buffers;
using MimeKit;
using MimeKit.Utils;

namespace Recorder.Mail;

/// <summary>What a part's header says of it, read by our own lenient rules; MimeKit's reading decides only the structure.</summary>
internal readonly record struct PartHeader(
    string ContentType, string? Charset, ContentEncoding Encoding, string RawName, string? ContentId, string Disposition, Flow Flow = Flow.None)
{
    public bool IsAttachment => Disposition.StartsWith("attachment", StringComparison.Ordinal);
    public bool IsInline => Disposition.StartsWith("inline", StringComparison.Ordinal);

    /// <param name="defaultType">For a part without Content-Type (RFC 2046 §5.1.5: message/rfc822 in a digest).</param>
    public static PartHeader Of(List<RawField> fields, string defaultType, CharsetContext context)
    {
        var type = Parameters(fields.First("Content-Type"), context);
        var disposition = Parameters(fields.First("Content-Disposition"), context);
        var name = disposition.Find("filename", context) ?? type.Find("name", context);
        return new PartHeader(
            TypeName(type.Value, fields.First("Content-Type") is null ? defaultType : "text/plain"), type.Find("charset", context), EncodingOf(fields.First("Content-Transfer-Encoding")),
            name ?? "", IdOf(fields.First("Content-ID")), disposition.Value, FlowOf(type, context));
    }

    private static FieldParameters Parameters(byte[]? value, CharsetContext context) =>
        value is null ? FieldParameters.Empty : FieldParameters.Parse(HeaderText.Unfold(value, context));

    private static Flow FlowOf(FieldParameters type, CharsetContext context) =>
        !IsValue(type.Find("format", context), "flowed") ? Flow.None : IsValue(type.Find("delsp", context), "yes") ? Flow.DeletesSpaces : Flow.KeepsSpaces;

    private static bool IsValue(string? parameter, string value) => value.Equals(parameter?.Trim(), StringComparison.OrdinalIgnoreCase);

    /// <param name="defaultType">For no type at all, or an empty one (RFC 2045 §5.2).</param>
    private static string TypeName(string value, string defaultType)
    {
        if (value.Length == 0)
            return defaultType;
        var end = value.AsSpan().IndexOfAnyExcept(TypeCharacters);
        var type = end < 0 ? value : value[..end];
        var slash = type.IndexOf('/');
        if (slash > 0 && slash < type.Length - 1 && type.IndexOf('/', slash + 1) < 0)
            return type;
        return value.StartsWith("text", StringComparison.Ordinal) ? "text/plain" : "application/octet-stream";
    }

    private static readonly SearchValues<char> TypeCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789!#$&-^_.+/");

    private static ContentEncoding EncodingOf(byte[]? value)
    {
        if (value is null)
            return ContentEncoding.Default;
        var name = Latin1.GetString(value).Trim().Trim('"', ';').Trim();
        return MimeUtils.TryParse(name, out ContentEncoding encoding) ? encoding : ContentEncoding.Default;
    }

    private static string? IdOf(byte[]? value)
    {
        var id = value is null ? "" : MessageIds.Of(Latin1.GetString(value).Trim());
        return id.Length == 0 ? null : id;
    }
}
