using System.Text;
using Recorder.Mail;

namespace Recorder.Tests.Mail;

/// <summary>Messages built in code, in any charset.</summary>
internal static class MailBytes
{
    static MailBytes() => System.Text.Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    public static byte[] In(string charset, string text) => System.Text.Encoding.GetEncoding(charset).GetBytes(text);

    /// <summary>Lines joined with CRLF; each item is a string (ASCII or UTF-8) or raw bytes glued to its neighbours.</summary>
    public static byte[] Of(params object[] pieces)
    {
        using var bytes = new MemoryStream();
        foreach (var piece in pieces)
            bytes.Write(piece as byte[] ?? System.Text.Encoding.UTF8.GetBytes(((string)piece).ReplaceLineEndings("\r\n")));
        return bytes.ToArray();
    }

    public static string B(string charset, string text) => $"=?{charset}?B?{Convert.ToBase64String(In(charset, text))}?=";

    public static string Q(string charset, string text) =>
        $"=?{charset}?Q?{string.Concat(In(charset, text).Select(b => b == ' ' ? "_" : char.IsAsciiLetterOrDigit((char)b) ? ((char)b).ToString() : $"={b:X2}"))}?=";

    public static string Percent(string charset, string text) => string.Concat(In(charset, text).Select(b => $"%{b:X2}"));

    public static MailFacts Facts(byte[] message, MailReadLimits? limits = null) =>
        new MailReader(limits).ReadFacts(new MemoryStream(message), CancellationToken.None);

    public static MailFacts Facts(string message, MailReadLimits? limits = null) => Facts(Of(message), limits);

    public static MailView View(byte[] message, MailViewOptions? options = null) =>
        new MailReader().ReadView(new MemoryStream(message), options ?? new MailViewOptions(), CancellationToken.None);

    public static byte[] Part(byte[] message, int index)
    {
        using var part = new MailReader().OpenPart(new MemoryStream(message), index);
        Assert.NotNull(part);
        using var content = new MemoryStream();
        part.Content.CopyTo(content);
        return content.ToArray();
    }
}
