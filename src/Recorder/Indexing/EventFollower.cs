using Microsoft.Extensions.Logging;
using Recorder.Archive;
using Recorder.Ledger;
using Recorder.Search;

namespace Recorder.Indexing;

/// <summary>Keeps the event index up with the log: everything that happened to a record is one query there.</summary>
public sealed partial class EventFollower : IIndexProgress
{
    private readonly ILedger ledger;
    private readonly ILogger log;
    private readonly IndexPump<EventDocument> pump;
    private long unreadable;

    public EventFollower(IArchiveLog archive, IEventIndex index, ILedger ledger, TimeProvider time, ILogger<EventFollower> log)
    {
        this.ledger = ledger;
        this.log = log;
        pump = new IndexPump<EventDocument>("event", archive, IndexTarget.Of(index), PrepareAsync, time, log);
    }

    public IndexStatus Status => new(
        pump.Name, pump.Through, pump.Lag, pump.DocumentsPerSecond, Interlocked.Read(ref unreadable), 0, pump.LastError);

    public Task CatchUpAsync(CancellationToken cancel) => pump.CatchUpAsync(cancel);

    /// <summary>Runs until cancelled.</summary>
    public Task RunAsync(CancellationToken cancel) => pump.RunAsync(cancel);

    private async Task<IReadOnlyList<EventDocument>> PrepareAsync(LogEntry entry, CancellationToken cancel)
    {
        // A dispatch is named in the state: wait until the state has come as far as this entry.
        if (entry.Kind == EntryKind.Event && ledger.State.Position.GetValueOrDefault(entry.Position.Lane) < entry.Position.Sequence)
        {
            await ledger.CatchUpAsync(cancel);
        }

        try
        {
            return EventDocuments.Of(entry, MailboxOf);
        }
        catch (Exception error)
        {
            Interlocked.Increment(ref unreadable);
            LogUnreadable(log, entry.Id, error);
            return [];
        }
    }

    private string? MailboxOf(DispatchBegun begun) =>
        ledger.State.Get<Dispatch>(StateKeys.Dispatch(begun.RecordId, begun.Kind, begun.Recipient, begun.Round))?.Mailbox;

    [LoggerMessage(2220, LogLevel.Error, "Entry {Id} cannot be understood and is not in the event index")]
    private static partial void LogUnreadable(ILogger log, RecordId id, Exception error);
}
