using System.Text;
using Recorder.Archive;
using Recorder.Ledger;
using Recorder.Mail;
using Recorder.Smtp;

namespace Recorder.Tests.Retention;

/// <summary>A message of the model: who it was for, what was decided, and bytes that no other has.</summary>
/// <param name="Since">What its term counts from.</param>
/// <param name="Copies">Mailbox → first disposition.</param>
internal sealed record KeptMail(
    string Id, long Sequence, DateTimeOffset Received, DateTimeOffset Since, IReadOnlyDictionary<string, string> Copies, string Topic, byte[] Bytes)
{
    public override string ToString() =>
        $"{Id} ({Sequence}, received {Received:yyyy-MM-dd HH:mm}, {string.Join(" ", Copies.Select(copy => $"{copy.Key}={copy.Value}"))}, {Topic})";

    public static byte[] NewBytes(Random random, string topic, int length)
    {
        var secret = new byte[length];
        random.NextBytes(secret);
        return [.. Encoding.ASCII.GetBytes($"Subject: {topic}\r\n\r\n"), .. secret];
    }

    /// <summary>What no other message and nothing else on the disk has.</summary>
    public ReadOnlySpan<byte> Secret => Bytes.AsSpan(Bytes.Length - 100);

    public static RecordedMail Facts(IReadOnlyDictionary<string, string> copies, DateTimeOffset received, ImportedFrom? import = null) => new(
        "sender@elsewhere.example", [.. copies.Select(copy => new RecordedRecipient(copy.Key, [copy.Key], copy.Value))], new MailParameters(), received, "test",
        import is null ? RecordedMail.RelayMode : RecordedMail.ImportMode, "127.0.0.1", "helo", "ESMTP", null, null, null, new WireShape(0, false, false, false, false, 0), import);

    /// <summary>As the index follower reads it, but quicker.</summary>
    public static MailFacts Read(Stream content)
    {
        var line = new byte[40];
        var text = Encoding.ASCII.GetString(line, 0, content.ReadAtLeast(line, line.Length, throwOnEndOfStream: false));
        return Recorder.Indexing.MailDocuments.NoFacts with { Subject = text["Subject: ".Length..text.IndexOf('\r', StringComparison.Ordinal)] };
    }
}
