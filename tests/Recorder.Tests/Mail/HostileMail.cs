using System.IO.Compression;
using System.Text;

namespace Recorder.Tests.Mail;

/// <summary>Mail made to hurt whoever reads it. Made in memory when asked for; every line ends with CRLF.</summary>
internal static class HostileMail
{
    private const string Top = "From: mallory@evil.example\r\nTo: u@example.edu\r\nDate: Mon, 23 Nov 2026 10:00:00 +0000\r\nMIME-Version: 1.0\r\n";

    /// <summary>By name; the name is the subject wherever there can be one.</summary>
    public static IReadOnlyDictionary<string, Func<byte[]>> All { get; } = new Dictionary<string, Func<byte[]>>
    {
        ["nested-parts"] = () => Mail("nested-parts", Many(10_000, i => $"Content-Type: multipart/mixed; boundary=b{i}\r\n\r\n--b{i}\r\n") + "\r\nend\r\n"),
        ["nested-messages"] = () => Mail("nested-messages", Many(2_000, _ => "Content-Type: message/rfc822\r\n\r\n") + "\r\nend\r\n"),
        ["nested-alternatives"] = () => Mail("nested-alternatives", Many(500, i => $"Content-Type: multipart/alternative; boundary=b{i}\r\n\r\n--b{i}\r\nContent-Type: text/html\r\n\r\n<p>x\r\n--b{i}\r\n") + "\r\nend\r\n"),
        ["header-fields"] = () => Mail("header-fields", Many(100_000, i => $"X-Field-{i}: some value or other\r\n") + "\r\nend\r\n"),
        ["long-header"] = () => Mail("long-header", "X-Long: " + new string('x', 10 << 20) + "\r\n\r\nend\r\n"),
        ["folded-header"] = () => Mail("folded-header", "X-Long: " + Many(500_000, _ => "x\r\n ") + "x\r\n\r\nend\r\n"),
        ["long-line"] = () => Mail("long-line", "\r\n" + new string('x', 20 << 20) + "\r\n"),
        ["many-parts"] = () => Mail("many-parts", "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + Many(50_000, i => $"--b\r\nContent-Type: text/plain; name=n{i}\r\n\r\nx\r\n") + "--b--\r\n"),
        ["near-boundaries"] = () => Mail("near-boundaries", $"Content-Type: multipart/mixed; boundary=\"{new string('b', 70)}\"\r\n\r\n" + Many(200_000, _ => "--" + new string('b', 69) + "\r\n")),
        ["long-boundary"] = () => Mail("long-boundary", $"Content-Type: multipart/mixed; boundary=\"{new string('b', 100_000)}\"\r\n\r\n" + Many(200, _ => "--" + new string('b', 99_999) + "\r\n")),
        ["zip-bomb"] = () => Mail("zip-bomb", File("application/zip", "bomb.zip", ZipBomb(64 << 20))),
        ["zip-of-zips"] = () => Mail("zip-of-zips", File("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "bomb.docx", Zipped(Zipped(ZipBomb(50 << 20))))),
        ["gzip-bomb"] = () => Mail("gzip-bomb", File("application/gzip", "bomb.gz", GzipBomb(64 << 20))),
        ["no-message-id"] = () => Mail("no-message-id", "\r\nwords\r\n"),
        ["two-message-ids"] = () => Mail("two-message-ids", "Message-ID: <one@evil.example>\r\nMessage-ID: <two@evil.example>\r\n\r\nwords\r\n"),
        ["empty-message-id"] = () => Mail("empty-message-id", "Message-ID: " + new string('<', 100_000) + "\r\n\r\nwords\r\n"),
        ["charsets"] = Charsets,
        ["broken-words"] = () => Mail("broken-words", Many(20_000, i => $"X-{i % 50}: =?utf-8?B?////?= =?utf-16?Q?=D8=00?= =?utf-8?Q?=?= =?big5?X?a?= =??B??=\r\n") + "Cc: " + Many(60_000, _ => "=?utf-8?B?") + "\r\n\r\nwords\r\n"),
        ["broken-parameters"] = () => Mail("broken-parameters", "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + Many(200, i => $"--b\r\nContent-Type: application/x; name*{i}*=%E9%; name*0=\"a; name*1*=no-such''%zz; name*99999999999=x\r\nContent-Disposition: attachment; filename*=utf-8'%00%0d%0a../../etc/passwd; filename=\"..\\..\\x\0.exe\"\r\n\r\nx\r\n") + "--b--\r\n"),
        ["many-parameters"] = () => Mail("many-parameters", "Content-Type: text/plain" + Many(20_000, i => $"; name*{i}*=%E9") + Many(50_000, _ => "; a=\"") + "\r\n\r\nwords\r\n"),
        ["base64-garbage"] = () => Mail("base64-garbage", "Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n" + Many(100_000, i => "=%$=A=\u007f=" + i + "\r\n")),
        ["quoted-printable"] = () => Mail("quoted-printable", "Content-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" + Many(1_000_000, _ => "=3C=\r\n=zz=")),
        ["uuencode"] = () => Mail("uuencode", "Content-Transfer-Encoding: x-uuencode\r\n\r\n" + Many(50_000, i => $"begin 999 ../../x{i}\r\nM\u007f\u0001 garbage\r\n`\r\n")),
        ["tnef"] = () => Mail("tnef", "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + Many(300, i => $"--b\r\nContent-Type: application/ms-tnef; name=winmail.dat\r\nContent-Transfer-Encoding: base64\r\n\r\n{Convert.ToBase64String(Tnef(i))}\r\n") + "--b--\r\n"),
        ["html-tags"] = () => Html("html-tags", Many(1_000_000, i => i % 3 == 0 ? "<div>" : "<b><i>")),
        ["html-deep"] = () => Html("html-deep", Many(100_000, _ => "<table><tr><td>")),
        ["html-attributes"] = () => Html("html-attributes", "<p " + Many(200_000, i => $"a{i}=b ") + ">x"),
        ["html-entities"] = () => Html("html-entities", "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;\">]>" + Many(200_000, _ => "&b;&amp;&#x41;&#99999999;&NotExist")),
        ["html-styles"] = () => Html("html-styles", "<style>" + Many(100_000, i => $"a{i}>b~c+d:not(:not(:not(x))) {{width:calc({new string('(', 20)}1px)}}") + "</style>" + Many(20_000, _ => "<p style='background:url(http://evil.example/x);" + "color:red;margin:1px 2px;font-family:a,b,c,d'>")),
        ["html-comments"] = () => Html("html-comments", Many(600_000, _ => "<!--")),
        ["nul-bytes"] = () => Mail("nul-bytes", "\r\n" + new string('\0', 5 << 20) + "\r\n"),
        ["empty-lines"] = () => Mail("empty-lines", Many(2_000_000, _ => "\r\n")),
        ["recipients"] = () => Mail("recipients", "Cc: " + Many(100_000, i => $"\"N {i}\" <u{i}@example.org>,\r\n ") + "x@example.org\r\n\r\nwords\r\n"),
        ["address-comments"] = () => Mail("address-comments", "Cc: " + new string('(', 300_000) + "\r\nBcc: " + Many(100_000, _ => "a:") + "\r\nReply-To: " + new string('<', 300_000) + "\r\n\r\nwords\r\n"),
        ["one-word"] = () => Mail("one-word", "\r\n" + Many(120_000, i => new string((char)('a' + i % 26), 76) + "=\r\n").Replace("=\r\n", "") + "\r\n"),
        ["unique-words"] = () => Mail("unique-words", "\r\n" + Many(900_000, i => $"w{i * 2654435761 % 1_000_000_007:x}" + (i % 8 == 7 ? "\r\n" : " ")) + "\r\n"),
        ["cjk"] = () => Mail("cjk", "Content-Type: text/plain; charset=utf-8\r\n\r\n" + Latin(Many(1_000_000, i => (char)(0x4e00 + i * 7919L % 20_000) + (i % 40 == 39 ? "\r\n" : "")))),
        ["surrogates"] = () => Mail("surrogates", "Content-Type: text/plain; charset=utf-7\r\n\r\n" + Many(50_000, _ => "+2AA- +3AA- +/v8- +AAA-") + "\r\n"),
        ["no-header"] = () => Bytes("\u0001\u0002\r\nthis is no header\r\n\r\n.\r\n"),
        ["nothing"] = () => [],
        ["only-dots"] = () => Bytes(Many(100_000, _ => ".\r\n")),
        ["partial"] = () => Mail("partial", "Content-Type: message/partial; id=x; number=1; total=99999999\r\n\r\nwords\r\n") ,
        ["external-body"] = () => Mail("external-body", "Content-Type: message/external-body; access-type=local-file; name=\"/etc/passwd\"\r\n\r\nContent-Type: text/plain\r\n\r\n"),
        ["dsn"] = () => Mail("dsn", "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n" + Many(300_000, i => $"Final-Recipient: rfc822; u{i}@example.org\r\n\r\n") + "\r\n--b--\r\n"),
    };

    private static byte[] Mail(string subject, string rest) => Bytes($"{Top}Subject: {subject}\r\n{rest}");

    private static byte[] Html(string subject, string markup) => Mail(subject, "Content-Type: text/html; charset=utf-8\r\n\r\n" + markup + "\r\n");

    private static byte[] Charsets()
    {
        string[] names = ["no-such", "", new string('c', 1024), "utf-7", "utf-16", "utf-32", "iso-2022-kr", "iso-2022-jp", "hz-gb-2312", "big5", "gb18030", "euc-jp", "us-ascii", "x-user-defined", "utf-8\0", "\"", "cp0", "cp65001", "ebcdic-us", "IBM037", "x-mac-chinesetrad", "unicode-1-1", "binary", "8bit", "..", "%s%n", "iso-8859-99", "=?utf-8?B?dXRmLTg=?="];
        var text = Latin("中文 words \ud83d\ude00") + "\xff\xfe\x80\x1b$B0!\x1b(B+AGE-~{<:Ky2;!#~}";
        return Mail("charsets", string.Concat(names.Select((name, i) => $"X-Word-{i}: =?{name}?B?/////w==?= =?{name}?Q?=1B$)C=0E?=\r\n"))
            + "Content-Type: multipart/mixed; boundary=b\r\n\r\n", string.Concat(names.Select(name => $"--b\r\nContent-Type: text/{(name.Length % 2 == 0 ? "plain" : "html")}; charset=\"{name}\"\r\n\r\n{text}\r\n")) + "--b--\r\n");
    }

    private static byte[] Mail(string subject, string headers, string body) => Mail(subject, headers + body);

    private static string File(string type, string name, byte[] content) =>
        $"Content-Type: {type}\r\nContent-Disposition: attachment; filename={name}\r\nContent-Transfer-Encoding: base64\r\n\r\n{Convert.ToBase64String(content, Base64FormattingOptions.InsertLineBreaks)}\r\n";

    private static byte[] Tnef(int seed)
    {
        var bytes = new byte[2000];
        new Random(seed).NextBytes(bytes);
        ((ReadOnlySpan<byte>)[0x78, 0x9f, 0x3e, 0x22, 1, 0, 1, 6, 0x90, 8, 0, 0xff, 0xff, 0xff, 0x7f]).CopyTo(bytes);
        return bytes;
    }

    private static byte[] ZipBomb(int sizeBytes) => Compressed(stream =>
    {
        using var zip = new ZipArchive(stream, ZipArchiveMode.Create);
        using var entry = zip.CreateEntry("word/document.xml", CompressionLevel.Fastest).Open();
        Zeros(entry, sizeBytes);
    });

    private static byte[] Zipped(byte[] inner) => Compressed(stream =>
    {
        using var zip = new ZipArchive(stream, ZipArchiveMode.Create);
        for (var i = 0; i < 5; i++)
        {
            using var entry = zip.CreateEntry($"{i}.zip", CompressionLevel.Fastest).Open();
            entry.Write(inner);
        }
    });

    private static byte[] GzipBomb(int sizeBytes) => Compressed(stream =>
    {
        using var gzip = new GZipStream(stream, CompressionLevel.Fastest);
        Zeros(gzip, sizeBytes);
    });

    private static byte[] Compressed(Action<Stream> write)
    {
        var bytes = new MemoryStream();
        write(bytes);
        return bytes.ToArray();
    }

    private static void Zeros(Stream target, int sizeBytes)
    {
        var block = new byte[1 << 20];
        for (var left = sizeBytes; left > 0; left -= block.Length) target.Write(block);
    }

    /// <summary>UTF-8 bytes as characters, so that one encoding writes them all.</summary>
    private static string Latin(string text) => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));

    private static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);

    private static string Many(int count, Func<int, string> piece)
    {
        var text = new StringBuilder();
        for (var i = 0; i < count; i++) text.Append(piece(i));
        return text.ToString();
    }
}
