using System.Text;

namespace Recorder.Mail;

/// <summary>Walks the fields of a header in place: CRLF or LF, folded lines joined to their field, lines without a colon skipped.</summary>
internal ref struct FieldLines(ReadOnlySpan<byte> header)
{
    private ReadOnlySpan<byte> rest = header;

    public ReadOnlySpan<byte> Name { get; private set; }

    /// <summary>Still folded.</summary>
    public ReadOnlySpan<byte> Value { get; private set; }

    /// <summary>The empty line after the header was reached.</summary>
    public bool IsComplete { get; private set; }

    public bool Next()
    {
        while (!rest.IsEmpty)
        {
            if (rest[0] == '\n' || (rest[0] == '\r' && rest.Length > 1 && rest[1] == '\n'))
            {
                IsComplete = true;
                rest = default;
                return false;
            }
            var field = rest[..FieldLength()];
            rest = rest[field.Length..];
            if (Split(field))
                return true;
        }
        return false;
    }

    public static bool NameIs(ReadOnlySpan<byte> name, string wanted) => Ascii.EqualsIgnoreCase(name, wanted);

    /// <summary>Index of the line feed that begins the empty line; -1 when there is none.</summary>
    public static int EndOfHeader(ReadOnlySpan<byte> bytes)
    {
        var lf = bytes.IndexOf("\n\n"u8);
        var crlf = bytes.IndexOf("\n\r\n"u8);
        return lf < 0 ? crlf : crlf < 0 ? lf : Math.Min(lf, crlf);
    }

    private readonly int FieldLength()
    {
        var end = 0;
        do
        {
            var line = rest[end..].IndexOf((byte)'\n');
            if (line < 0)
                return rest.Length;
            end += line + 1;
        }
        while (end < rest.Length && rest[end] is (byte)' ' or (byte)'\t');
        return end;
    }

    private bool Split(ReadOnlySpan<byte> field)
    {
        var colon = field.IndexOf((byte)':');
        if (colon < 1)
            return false;
        var name = field[..colon].TrimEnd(" \t"u8);
        // RFC 5322 §2.2: printable ASCII only. An mbox "From " line with a time in it fails here.
        if (name.IsEmpty || name.IndexOfAnyExceptInRange((byte)33, (byte)126) >= 0)
            return false;
        Name = name;
        Value = field[(colon + 1)..];
        return true;
    }
}
