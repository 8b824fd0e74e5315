using System.Net;
using Recorder.Archive;
using Recorder.Flow;
using Recorder.Intake;
using Recorder.Ledger;
using Recorder.Screening;
using Recorder.Screening.Lists;
using Recorder.Screening.Sources;
using Recorder.Smtp;

namespace Recorder.Benchmarks.Decisions;

/// <summary>Everything between a message that was received and the decision for its one recipient, over messages in turn.</summary>
internal sealed class ScreeningCost : IDisposable
{
    private static readonly RecipientCase Fresh = new(new EnvelopeRecipient(DecisionCosts.Owner), DecisionCosts.Owner, [DecisionCosts.Owner], Standing.Fresh);
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    private readonly VerdictSources sources = new(SourcesSetup.SourcesOf(new ScreeningOptions
    {
        AuthServId = "mx.example.edu", Headers = new HeaderOptions { Rspamd = true, SpamAssassin = true },
    }));

    private readonly IStateSnapshot state = DecisionCosts.StateWith(own: 100, site: 1_000, wildcards: 0);
    private readonly IReadOnlyList<ReceivedMessage> messages;

    public ScreeningCost(IEnumerable<byte[]> mail) => messages = [.. mail.Select(Received)];

    public async Task RunAsync(int times, CancellationToken cancel)
    {
        for (var number = 0; number < times; number++)
        {
            var (message, _) = await sources.ScreenAsync(messages[number % messages.Count], [Fresh], cancel);
            var senders = MessageSenders.Of(message.Envelope.ReversePath, message.Header, message.Screened?.Proof ?? SenderProof.None);
            var parties = new ListedFacts(state, new ScreeningPolicy(), senders, Now).Of(Fresh.Owners);
            Judge.Decide(new CaseFacts(IntakeMode.Relay, message.Shape, true, message.Screened, parties));
        }
    }

    public void Dispose() => sources.Dispose();

    // The glance at the header is taken for loops and clustering too, so it is none of the added time.
    private static ReceivedMessage Received(byte[] bytes) => new(
        new IntakeListener("hook", SmtpProtocol.Lmtp, IntakeMode.Relay), new PeerFacts(new IPEndPoint(IPAddress.Loopback, 25), "mx.example.edu", "ESMTP"),
        new Envelope("a@example.org", [Fresh.Recipient], MailParameters.None), new BytesInMemory(bytes), new WireShape(bytes.Length, false, false, false, false, 78),
        Now, HeaderReader.Glance(bytes));

    private sealed class BytesInMemory(byte[] bytes) : IReceivedContent
    {
        public long LengthBytes => bytes.Length;

        public ReadOnlyMemory<byte> Sha256 { get; } = System.Security.Cryptography.SHA256.HashData(bytes);

        public Stream OpenRead() => new MemoryStream(bytes, writable: false);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
