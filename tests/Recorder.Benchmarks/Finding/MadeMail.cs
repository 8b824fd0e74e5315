using System.Globalization;
using System.Text;
using Recorder.Search;

namespace Recorder.Benchmarks.Finding;

/// <summary>Made mail over some mailboxes, and one more mailbox that has a tenth of all. A year from the first message to the last.</summary>
/// <param name="shortest">Characters of text at most; 0 for the shape's own.</param>
internal sealed class MadeMail(MailShape shape, int messages, int mailboxes, int shortest)
{
    public const string Big = "big@example.edu";
    private const int BigEvery = 10, AttachmentEvery = 5, Senders = 5_000;
    private static readonly DateTimeOffset Start = new(2025, 11, 30, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Span = TimeSpan.FromDays(364);

    public int Messages => messages;

    public string Mailbox(int number) => string.Create(CultureInfo.InvariantCulture, $"user{number % mailboxes}@example.edu");

    public SearchDocument Document(int number)
    {
        var random = new Random(number);
        var owner = number % BigEvery == 0 ? Big : Mailbox(random.Next(mailboxes));
        var inChinese = MailShape.IsChinese(random);
        var at = Start + Span * ((double)number / messages);
        var (subject, text) = (shape.Subject(random, inChinese), shape.Text(random, inChinese, shortest > 0 ? shortest : int.MaxValue));
        var sender = $"sender{random.Next(Senders).ToString(CultureInfo.InvariantCulture)}@outside.example";
        return new SearchDocument(
            Guid.CreateVersion7(at).ToString(), "a", number, at, [owner], new Dictionary<string, string> { [owner] = "deliver" }, sender,
            subject, $"{shape.Word(random.Next(3_000))} <{sender}>", owner, "", $"<{number.ToString(CultureInfo.InvariantCulture)}@outside.example>", "",
            text, text[..Math.Min(text.Length, 200)], number % AttachmentEvery == 0 ? [$"{shape.Word(random.Next(3_000))}.pdf"] : [], 2_000 + text.Length);
    }

    /// <summary>The same as a message.</summary>
    public byte[] Bytes(int number)
    {
        var mail = Document(number);
        return Encoding.UTF8.GetBytes(
            $"From: {mail.From}\nTo: <{mail.To}>\nSubject: {Encoded(mail.Subject)}\nDate: {mail.ReceivedAt:ddd, dd MMM yyyy HH:mm:ss} +0000\n"
            + $"Message-ID: {mail.MessageId}\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{mail.Text}\n");
    }

    // RFC 2047 section 2: an encoded word has 75 characters at most; a made subject has less.
    private static string Encoded(string subject) => subject.All(char.IsAscii) ? subject : $"=?utf-8?B?{Convert.ToBase64String(Encoding.UTF8.GetBytes(subject.Replace("\n", "", StringComparison.Ordinal)))}?=";
}
