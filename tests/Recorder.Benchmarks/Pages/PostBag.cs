using System.Globalization;
using System.Text;
using Recorder.Benchmarks.Finding;
using Recorder.Benchmarks.Load;

namespace Recorder.Benchmarks.Pages;

/// <summary>
/// The mail that comes in: texts with the lengths and words of real mail, a third of them with HTML, a tenth in Chinese, some with
/// attachments; where the corpus is there every other message is one of it. One in 37 is the test message that every
/// filter calls spam. Each goes to one of the mailboxes, one in ten to three. Seeded.
/// </summary>
internal sealed class PostBag
{
    private const int PoolSize = 4_000, Senders = 900, HeldEvery = 37, ThreeEvery = 10;
    private const double HtmlShare = 0.33, AttachmentShare = 0.1;
    private const string Gtube = "XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X\r\n";

    private readonly MailShape shape;
    private readonly int mailboxes;
    private readonly IReadOnlyList<byte[]> real = Soak.RealMail.Load();
    private readonly List<(string Subject, byte[] Body)> made;

    public PostBag(MailShape shape, int mailboxes)
    {
        (this.shape, this.mailboxes) = (shape, mailboxes);
        made = [.. Enumerable.Range(0, PoolSize).Select(Make)];
    }

    public string Source => real.Count > 0 ? $"every other message is one of {real.Count} real ones" : "no corpus: all mail is generated";

    public static string Mailbox(long number) => string.Create(CultureInfo.InvariantCulture, $"user{number}@example.edu");

    public LoadMail Mail(long number)
    {
        var first = number * 7919 % mailboxes;
        string[] to = number % ThreeEvery == 1 ? [Mailbox(first), Mailbox((first + 1) % mailboxes), Mailbox((first + 5) % mailboxes)] : [Mailbox(first)];
        var from = string.Create(CultureInfo.InvariantCulture, $"sender{number * 31 % Senders}@outside.example");
        if (number % 2 == 0 && number % HeldEvery != 0 && real.Count > 0)
        {
            return new LoadMail(from, to, [.. Encoding.ASCII.GetBytes($"Received: from load.example by mx.example.edu with ESMTP id {Text(number)};\r\n Mon, 23 Nov 2026 10:00:00 +0000\r\n"), .. real[(int)(number / 2 % real.Count)]]);
        }

        var (subject, body) = made[(int)(number % PoolSize)];
        var head = $"From: {shape.Word((int)(number * 31 % 2_000))} <{from}>\r\nTo: <{to[0]}>\r\nSubject: {subject}\r\nDate: Mon, 23 Nov 2026 10:00:00 +0000\r\n"
            + $"Message-ID: <{Text(number)}.{Guid.NewGuid():N}@load.example>\r\nMIME-Version: 1.0\r\n";
        return new LoadMail(from, to, number % HeldEvery == 0 ? Encoding.ASCII.GetBytes($"{head}\r\n{Gtube}") : [.. Encoding.ASCII.GetBytes(head), .. body]);
    }

    private (string Subject, byte[] Body) Make(int number)
    {
        var random = new Random(number);
        var inChinese = MailShape.IsChinese(random);
        var (subject, text) = (shape.Subject(random, inChinese), shape.Text(random, inChinese));
        var part = Part("plain", text);
        if (random.NextDouble() < HtmlShare) part = Several("alternative", part, Part("html", $"<html><body><table><tr><td><p>{text.Replace("\n", "</p>\n<p>", StringComparison.Ordinal)}</p></td></tr></table></body></html>"));
        if (random.NextDouble() < AttachmentShare) part = Several("mixed", part, File(random));
        return ($"=?utf-8?B?{Convert.ToBase64String(Encoding.UTF8.GetBytes(subject.Replace("\n", " ", StringComparison.Ordinal)))}?=", Encoding.ASCII.GetBytes(part));
    }

    private static string Part(string kind, string text) => $"Content-Type: text/{kind}; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{Base64(Encoding.UTF8.GetBytes(text))}";

    private static string Several(string kind, params string[] parts) =>
        $"Content-Type: multipart/{kind}; boundary=\"=_{kind}\"\r\n\r\n{string.Concat(parts.Select(part => $"--=_{kind}\r\n{part}\r\n"))}--=_{kind}--\r\n";

    private string File(Random random)
    {
        var data = new byte[random.Next(7_500, 60_000)];
        random.NextBytes(data);
        var name = $"{shape.Word(random.Next(3_000))}.bin";
        return $"Content-Type: application/octet-stream; name=\"{name}\"\r\nContent-Disposition: attachment; filename=\"{name}\"\r\nContent-Transfer-Encoding: base64\r\n\r\n{Base64(data)}";
    }

    private static string Base64(byte[] bytes) => Convert.ToBase64String(bytes, Base64FormattingOptions.InsertLineBreaks) + "\r\n";

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
