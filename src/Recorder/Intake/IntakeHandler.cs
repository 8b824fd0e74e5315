using Recorder.Accounts;
using Recorder.Archive;
using Recorder.Delivery;
using Recorder.Flow;
using Recorder.Smtp;

namespace Recorder.Intake;

/// <summary>What all listeners share.</summary>
public sealed record IntakeServices(
    MessageFlow Flow, IArchiveLog Log, IAddressBook Book, Routes Routes, DiskWatermark Disk, RetryKeys Retries,
    JournalAddresses Journal, long MaxMessageBytes, TimeProvider Clock, RecorderMetrics Metrics);

/// <summary>The product behind one listener: what is announced, who is let in, and where the bytes go.</summary>
public sealed class IntakeHandler(IntakeListener listener, IntakeServices services) : ISmtpServerHandler
{
    // What we prepend must still fit: Received and our trace field.
    private const long TraceFieldBytes = 1024;

    // What a record says of its recipients must fit into one entry of the log with everything else (1 MiB of JSON).
    private const int MaxRecipientsBytes = 900 * 1024;

    private static readonly SmtpReply NoMoreFit = new(452, "4.5.3", "too many long addresses; send the rest in another transaction");
    private static readonly SmtpReply NoRoom = new(452, "4.3.1", "not enough space for another message; try again later");
    private static readonly SmtpReply NextHopDown = new(451, "4.4.1", "the next hop cannot be reached; try again later");
    private static readonly SmtpReply BadAddress = new(553, "5.1.3", "not an address this server can read");
    private static readonly SmtpReply BadJournalAddress =
        new(550, "5.1.1", "this journal takes addresses of our domains and user#domain@journal-domain; map each original recipient with recipient_bcc_maps");

    private bool IsRelay => listener.Mode == IntakeMode.Relay;

    /// <summary>A relay offers only what the next hop offers too, so that nothing has to be converted on the way.</summary>
    public SmtpExtensions Extensions
    {
        get
        {
            if (!IsRelay) return new SmtpExtensions(services.MaxMessageBytes);
            var next = services.Routes.Common;
            // Nothing known yet: MAIL is answered 451, and an upstream that believed us to be 7-bit would convert what it
            // sends later in the same session.
            return next is null
                ? new SmtpExtensions(services.MaxMessageBytes, Dsn: false, Chunking: false)
                : new SmtpExtensions(SmallerSize(next.MaxMessageBytes), next.EightBitMime, next.SmtpUtf8, next.Dsn, next.Chunking);
        }
    }

    public async ValueTask<SmtpReply?> OnMailAsync(PeerFacts peer, string reversePath, MailParameters parameters, CancellationToken cancel)
    {
        if (!services.Disk.HasRoom) return NoRoom;
        return IsRelay && !await services.Routes.AnyUpAsync(cancel) ? NextHopDown : null;
    }

    public ValueTask<SmtpReply?> OnRecipientAsync(PeerFacts peer, Envelope soFar, EnvelopeRecipient recipient, CancellationToken cancel) =>
        new((IsRelay ? CheckRelay(recipient) : CheckJournal(recipient))
            ?? (FitsARecord(soFar.Recipients, recipient) ? null : NoMoreFit));

    // Counted exactly only where it may matter: this is asked at every RCPT.
    private static bool FitsARecord(IReadOnlyList<EnvelopeRecipient> known, EnvelopeRecipient next) =>
        known.Sum(RecordedBytesAtMost) + RecordedBytesAtMost(next) <= MaxRecipientsBytes || known.Sum(RecordedBytes) + RecordedBytes(next) <= MaxRecipientsBytes;

    private static int RecordedBytesAtMost(EnvelopeRecipient one) => 200 + 12 * (one.Address.Length + (one.OriginalRecipient?.Length ?? 0));

    // Each address once as it came and once as the mailbox it names.
    private static int RecordedBytes(EnvelopeRecipient one) => 200 + 2 * (JsonBytes(one.Address) + JsonBytes(one.OriginalRecipient ?? ""));

    private static int JsonBytes(string text) => text.Length + 5 * text.Count(c => !char.IsAsciiLetterOrDigit(c) && c is not ('.' or '@' or '-' or '_'));

    public ValueTask<IIncomingMessage> OnDataAsync(PeerFacts peer, Envelope envelope, CancellationToken cancel)
    {
        if (!services.Disk.HasRoom) throw new SmtpRefusedException(NoRoom);
        return new(new IncomingMessage(listener, services, peer, IsRelay ? envelope : Original(envelope)));
    }

    private SmtpReply? CheckRelay(EnvelopeRecipient recipient)
    {
        // RFC 5321 §4.5.1: postmaster needs no domain.
        var isAddress = recipient.Address.Equals("postmaster", StringComparison.OrdinalIgnoreCase) || services.Book.Normalise(recipient.Address) is not null;
        return !isAddress ? BadAddress : services.Routes.For(recipient.Address).IsDown ? NextHopDown : null;
    }

    // A plain copy (always_bcc, a hand-written test) names the mailbox itself.
    private SmtpReply? CheckJournal(EnvelopeRecipient recipient) =>
        services.Journal.MapBack(recipient.Address) is not null
        || (services.Book.IsLocal(recipient.Address) && !services.Journal.IsJournal(recipient.Address)) ? null : BadJournalAddress;

    private Envelope Original(Envelope envelope) => envelope with
    {
        Recipients = [.. envelope.Recipients.Select(recipient => recipient with { Address = services.Journal.MapBack(recipient.Address) ?? recipient.Address })],
    };

    private long SmallerSize(long nextHopBytes) =>
        nextHopBytes == 0 ? services.MaxMessageBytes : Math.Max(1, Math.Min(services.MaxMessageBytes, nextHopBytes - TraceFieldBytes));
}
