using System.Net;
using System.Text;
using Recorder.Flow;
using Recorder.Intake;
using Recorder.Smtp;
using Recorder.Tests.Fakes;

namespace Recorder.Tests.Screening.Sources;

/// <summary>Messages as the sources see them.</summary>
internal static class SourceMail
{
    public const string Author = "ann@example.org";

    public static ReceivedMessage Of(string text, string reversePath = Author, XForwardFacts? forwarded = null, params string[] recipients)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var to = recipients.Length == 0 ? ["user@example.edu"] : recipients;
        return new ReceivedMessage(
            new IntakeListener("hook", SmtpProtocol.Lmtp, IntakeMode.Relay),
            new PeerFacts(new IPEndPoint(IPAddress.Parse("192.0.2.25"), 40000), "mx.example.edu", "LMTP", XForward: forwarded),
            new Envelope(reversePath, [.. to.Select(one => new EnvelopeRecipient(one))], MailParameters.None),
            new MemoryContent(bytes), new WireShape(bytes.Length, false, false, false, false, 78), DateTimeOffset.UnixEpoch, HeaderReader.Glance(bytes));
    }

    /// <summary>One hop of ours on top, then fields, then what the sender wrote.</summary>
    public static ReceivedMessage WithTop(string fields, string below = "", string author = Author) =>
        Of($"Received: by mx.example.edu\r\n{Lines(fields)}Received: from the outside\r\n{Lines(below)}From: {author}\r\nSubject: x\r\n\r\nbody\r\n");

    private static string Lines(string fields) => fields.Length == 0 ? "" : string.Concat(fields.Split('|').Select(field => field + "\r\n"));
}
