using Recorder.Archive;
using Recorder.Ledger;
using Recorder.Smtp;

namespace Recorder.Flow;

/// <summary>Makes new recipients' message durable: one record for all of them, before anything is passed on.</summary>
public sealed class Recording(ILedger ledger, RecorderMetrics metrics, ILogger<Recording> log)
{
    public async Task<IReadOnlyList<RecipientCase>> RecordAsync(ReceivedMessage message, IReadOnlyList<RecipientCase> cases, CancellationToken cancel)
    {
        if (!cases.Any(IsNew)) return cases;
        try
        {
            var id = await RecordNowAsync(message, [.. cases.Where(IsNew)], cancel);
            return [.. cases.Select(one => IsNew(one) ? one with { RecordId = id, Settlement = AtOnce(one.Disposition!) } : one)];
        }
        catch (ArchiveException error)
        {
            Log.NotRecorded(log, error, error.Fault);
            var failed = new Settlement(SettlementKind.NotRecorded, ReplyTable.NotRecorded(error.Fault));
            return [.. cases.Select(one => IsNew(one) ? one with { Settlement = failed } : one)];
        }
    }

    /// <returns>The record's id.</returns>
    /// <exception cref="ArchiveException">Nothing was recorded.</exception>
    public async Task<string> RecordNowAsync(ReceivedMessage message, IReadOnlyList<RecipientCase> cases, CancellationToken cancel)
    {
        var recorded = await ledger.RecordAsync(Facts(message, cases), message.Content, message.Header.ClusterKey, cancel);
        metrics.Recorded();
        return recorded.Id.ToString();
    }

    private static bool IsNew(RecipientCase one) => one is { Standing: Standing.Fresh, RecordId: null, IsUnfinished: true };

    private static Settlement? AtOnce(string disposition) =>
        disposition == Dispositions.Journal ? new Settlement(SettlementKind.Journaled)
        : Dispositions.IsHeld(disposition) ? new Settlement(SettlementKind.Held) : null;

    private static RecordedMail Facts(ReceivedMessage message, IReadOnlyList<RecipientCase> cases)
    {
        var peer = message.Peer;
        return new RecordedMail(
            message.Envelope.ReversePath,
            [.. cases.DistinctBy(one => one.RetryKey).Select(one => new RecordedRecipient(
                one.Recipient.Address, one.Owners, one.Disposition ?? Dispositions.Deliver, one.Recipient.Notify, one.Recipient.OriginalRecipient, one.Reason))],
            message.Envelope.Parameters, message.ReceivedAt, message.Listener.Name, message.IsJournal ? RecordedMail.JournalMode : RecordedMail.RelayMode,
            peer.Remote.Address.ToString(), peer.Helo, peer.ProtocolName, peer.TlsProtocol, peer.TlsCipher, peer.XForward, message.Shape,
            Screened: message.Screened);
    }
}

internal static partial class Log
{
    [LoggerMessage(3003, LogLevel.Error, "A message could not be recorded ({Fault}): answered 4xx, it stays at the upstream")]
    public static partial void NotRecorded(ILogger log, Exception error, ArchiveFault fault);
}
