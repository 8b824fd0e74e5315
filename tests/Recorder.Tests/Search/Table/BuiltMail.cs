using System.Text;

namespace Recorder.Tests.Search.Table;

internal enum Head { B, Q, Raw, SplitB, Quoted }

internal enum Names { Rfc2231, Parts2231, Word2047, Raw, TypeOnly }

/// <summary>How a message is written.</summary>
/// <param name="Charset">What its bytes are really in.</param>
/// <param name="Label">What it says of them; null says nothing.</param>
internal sealed record Wire(
    string Charset, string? Label = "", Head Head = Head.B, string Encoding = "8bit", Names Names = Names.Rfc2231, bool Html = false, string? HeadLabel = null)
{
    public string? BodyLabel => Label == "" ? Charset : Label;

    public string WordLabel => HeadLabel ?? BodyLabel ?? Charset;
}

/// <summary>Mail of which is known what it says, since it was written from that, in every charset people send.</summary>
internal sealed record BuiltMail(string Key, Wire Wire, string Subject, string Name, string Address, string Text, params string[] Files)
{
    public SlowMail Said => new(Key, Subject, $"{Name} <{Address}>", "amy@example.edu", Text, Files);

    static BuiltMail() => System.Text.Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    public byte[] Bytes()
    {
        var bytes = new MemoryStream();
        void Put(string ascii) => bytes.Write(Encoding.Latin1.GetBytes(ascii));
        void PutIn(string text) => bytes.Write(In(text));
        Put("From: ");
        PutHeader(bytes, Name);
        Put($" <{Address}>\r\nTo: amy@example.edu\r\nSubject: ");
        PutHeader(bytes, Subject);
        Put($"\r\nMessage-ID: <{Key}@built.example>\r\nMIME-Version: 1.0\r\n");
        if (Files.Length > 0) Put("Content-Type: multipart/mixed; boundary=\"cut\"\r\n\r\n--cut\r\n");
        var kind = Wire.Html ? "text/html" : "text/plain";
        Put(Wire.BodyLabel is { } label ? $"Content-Type: {kind}; charset={label}\r\n" : Wire.Html ? $"Content-Type: {kind}\r\n" : "");
        Put($"Content-Transfer-Encoding: {Wire.Encoding}\r\n\r\n");
        var shown = Wire.Html ? $"<html><head><title>x</title></head><body><p>{Text.Replace("\n", "</p><p>")}</p></body></html>" : Text.ReplaceLineEndings("\r\n");
        if (Wire.Encoding is "8bit" or "7bit") PutIn(shown);
        else Put(Wire.Encoding == "base64" ? Convert.ToBase64String(In(shown), Base64FormattingOptions.InsertLineBreaks) : Printable(In(shown)));
        foreach (var file in Files)
        {
            Put("\r\n--cut\r\n");
            PutFile(bytes, file);
            Put("Content-Transfer-Encoding: base64\r\n\r\nAAEC\r\n");
        }
        if (Files.Length > 0) Put("\r\n--cut--\r\n");
        return bytes.ToArray();
    }

    private byte[] In(string text) => Encoding.GetEncoding(Wire.Charset).GetBytes(text);

    private void PutHeader(MemoryStream bytes, string text)
    {
        var raw = In(text);
        if (text.All(char.IsAscii)) bytes.Write(raw);
        else if (Wire.Head == Head.Raw) bytes.Write(raw);
        else bytes.Write(Encoding.Latin1.GetBytes(Words(raw)));
    }

    private string Words(byte[] raw) => Wire.Head switch
    {
        Head.B => Word("B", Convert.ToBase64String(raw)),
        Head.Quoted => $"\"{Word("B", Convert.ToBase64String(raw))}\"",
        // Cut wherever it falls, in the middle of a character too, as many senders do.
        Head.SplitB => string.Join("\r\n ", raw.Chunk(7).Select(piece => Word("B", Convert.ToBase64String(piece)))),
        _ => Word("q", string.Concat(raw.Select(b => char.IsAsciiLetterOrDigit((char)b) ? ((char)b).ToString() : b == ' ' ? "_" : $"={b:X2}"))),
    };

    private string Word(string kind, string encoded) => $"=?{Wire.WordLabel}?{kind}?{encoded}?=";

    private void PutFile(MemoryStream bytes, string name)
    {
        void Put(string ascii) => bytes.Write(Encoding.Latin1.GetBytes(ascii));
        var percent = string.Concat(In(name).Select(b => char.IsAsciiLetterOrDigit((char)b) ? ((char)b).ToString() : $"%{b:X2}"));
        switch (Wire.Names)
        {
            case Names.Rfc2231:
                Put($"Content-Type: application/octet-stream\r\nContent-Disposition: attachment; filename*={Wire.Charset}''{percent}\r\n");
                break;
            case Names.Parts2231:
                var cut = percent.IndexOf('%', percent.Length / 2) is var at and > 0 ? at : percent.Length / 2;
                Put($"Content-Type: application/octet-stream\r\nContent-Disposition: attachment;\r\n filename*0*={Wire.Charset}''{percent[..cut]};\r\n filename*1*={percent[cut..]}\r\n");
                break;
            case Names.Word2047:
                Put($"Content-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=\"{Word("B", Convert.ToBase64String(In(name)))}\"\r\n");
                break;
            case Names.TypeOnly:
                Put($"Content-Type: application/octet-stream; name=\"{Word("B", Convert.ToBase64String(In(name)))}\"\r\nContent-Disposition: attachment\r\n");
                break;
            default:
                Put("Content-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=\"");
                bytes.Write(In(name));
                Put("\"\r\n");
                break;
        }
    }

    private static string Printable(byte[] raw)
    {
        var (text, line) = (new StringBuilder(), 0);
        foreach (var b in raw)
        {
            if (b == '\r') continue;
            var piece = b == '\n' ? "\r\n" : b is >= 33 and <= 126 and not (byte)'=' or (byte)' ' ? ((char)b).ToString() : $"={b:X2}";
            if (b != '\n' && line + piece.Length > 60) // cuts characters of two bytes in half, as real encoders do
            {
                text.Append("=\r\n");
                line = 0;
            }
            text.Append(piece);
            line = b == '\n' ? 0 : line + piece.Length;
        }
        return text.ToString();
    }
}
