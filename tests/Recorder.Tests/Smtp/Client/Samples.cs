using System.Text;
using Recorder.Smtp;
using Recorder.Smtp.Client;

namespace Recorder.Tests.Smtp.Client;

/// <summary>Messages and settings that most tests start from.</summary>
internal static class Samples
{
    public const string Text = "Subject: hi\r\n\r\n.dot\r\nbody\r\n";

    public static NextHopOptions Options { get; } = new() { OurHostname = "us.example" };

    public static NextHopEndpoint Smtp { get; } = new("127.0.0.1", 25, SmtpProtocol.Smtp);

    public static NextHopEndpoint Lmtp { get; } = new("127.0.0.1", 24, SmtpProtocol.Lmtp);

    public static OutgoingMessage Message(params string[] recipients) => Message(Text, recipients);

    public static OutgoingMessage Message(string text, string[] recipients, string trace = "", bool hasBareLineEnds = false) => new(
        new Envelope("a@example.org", [.. recipients.DefaultIfEmpty("b@example.edu").Select(r => new EnvelopeRecipient(r))], MailParameters.None),
        Encoding.Latin1.GetBytes(trace), new BytesContent(Encoding.Latin1.GetBytes(text), hasBareLineEnds));

    public static OutgoingMessage With(this OutgoingMessage message, MailParameters parameters) =>
        message with { Envelope = message.Envelope with { Parameters = parameters } };

    public static IEnumerable<DeliveryOutcome> Outcomes(this DeliveryReport report) => report.Recipients.Select(r => r.Outcome);
}

internal sealed class BytesContent(byte[] bytes, bool hasBareLineEnds = false, long? claimedLength = null) : IMessageContent
{
    public long LengthBytes => claimedLength ?? bytes.Length;
    public bool HasBareLineEnds => hasBareLineEnds;
    public Stream OpenRead() => new MemoryStream(bytes, writable: false);
}
