using Microsoft.Extensions.Logging;
using Recorder.Archive;
using Recorder.Attachments;
using Recorder.Indexing;
using Recorder.Ledger;
using Recorder.Mail;
using Recorder.Search;

namespace Recorder;

/// <summary>
/// Keeps the mail index up with the log. No record stops it: what cannot be read is found by its envelope, and a
/// record whose bytes are gone or damaged too, and both are counted. A deleted index is rebuilt by starting at its
/// empty checkpoint.
/// </summary>
public sealed partial class IndexFollower : IIndexProgress
{
    private const int Attempts = 3;
    private static readonly TimeSpan PauseBetweenAttempts = TimeSpan.FromSeconds(1);

    /// <summary>Ten times what the worst known message takes; see tests, HostileMail.</summary>
    private static readonly TimeSpan MaxReadingTime = TimeSpan.FromSeconds(30);

    private readonly IArchiveLog archive;
    private readonly Func<Stream, CancellationToken, MailFacts> readFacts;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly ReadBudget budget;
    private readonly IndexPump<SearchDocument> pump;
    private readonly AttachmentQueue? attachments;
    private long unreadable;
    private long missing;

    /// <param name="readFacts">Reads a message; see <c>MailReader.ReadFacts</c>.</param>
    /// <param name="attachments">Told which records have attachments to read; null where none are read.</param>
    public IndexFollower(
        IArchiveLog archive, IMailIndex index, Func<Stream, CancellationToken, MailFacts> readFacts, TimeProvider time, ILogger<IndexFollower> log,
        AttachmentQueue? attachments = null)
    {
        this.attachments = attachments;
        this.archive = archive;
        this.readFacts = readFacts;
        this.time = time;
        this.log = log;
        budget = new ReadBudget(MaxReadingTime, time);
        pump = new IndexPump<SearchDocument>("mail", archive, IndexTarget.Of(index) with { Add = documents => Add(index, documents) }, PrepareAsync, time, log);
    }

    public IndexStatus Status => new(
        pump.Name, pump.Through, pump.Lag, pump.DocumentsPerSecond, Interlocked.Read(ref unreadable), Interlocked.Read(ref missing), pump.LastError);

    public Task CatchUpAsync(CancellationToken cancel) => pump.CatchUpAsync(cancel);

    /// <summary>Runs until cancelled.</summary>
    public Task RunAsync(CancellationToken cancel) => pump.RunAsync(cancel);

    /// <summary>The document of one entry, if it is mail. Never fails for what the entry holds.</summary>
    internal async Task<IReadOnlyList<SearchDocument>> PrepareAsync(LogEntry entry, CancellationToken cancel)
    {
        if (entry.Kind != EntryKind.Mail)
        {
            return [];
        }

        var facts = await ReadAsync(entry, cancel);
        var waits = attachments is not null && facts.Attachments.Any(FileKinds.MayHoldText);
        return [MailDocuments.Of(entry, Envelope(entry), facts) with { Gaps = waits ? AttachmentGaps.Waiting : AttachmentGaps.None }];
    }

    private void Add(IMailIndex index, IReadOnlyList<SearchDocument> documents)
    {
        index.Add(documents);
        attachments?.Added(documents);
    }

    private async Task<MailFacts> ReadAsync(LogEntry entry, CancellationToken cancel)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await budget.RunAsync(stop => ReadContentAsync(entry.Id, stop), cancel);
            }
            catch (IOException) when (attempt < Attempts)
            {
                await Task.Delay(PauseBetweenAttempts, time, cancel);
            }
            catch (Exception error) when (error is IOException or ArchiveException { Fault: ArchiveFault.Missing or ArchiveFault.Damaged })
            {
                Interlocked.Increment(ref missing);
                LogMissing(log, entry.Id, error);
                return MailDocuments.NoFacts;
            }
            catch (Exception error) when (error is not (OperationCanceledException or ArchiveException))
            {
                Interlocked.Increment(ref unreadable);
                LogUnreadable(log, entry.Id, error);
                return MailDocuments.NoFacts;
            }
        }
    }

    private async Task<MailFacts> ReadContentAsync(RecordId id, CancellationToken cancel)
    {
        await using var content = await archive.OpenContentAsync(id, cancel);
        return readFacts(content, cancel);
    }

    private RecordedMail? Envelope(LogEntry entry)
    {
        try
        {
            var mail = RecordedMail.Decode(entry.Payload.Span);
            // A header without its recipients is only noticed here.
            return mail.Owners is not null ? mail : null;
        }
        catch (Exception error)
        {
            Interlocked.Increment(ref unreadable);
            LogUnreadable(log, entry.Id, error);
            return null;
        }
    }

    [LoggerMessage(2210, LogLevel.Error, "The bytes of {Id} are missing or damaged: found by its envelope alone")]
    private static partial void LogMissing(ILogger log, RecordId id, Exception error);

    [LoggerMessage(2211, LogLevel.Warning, "{Id} cannot be read: found by its envelope alone")]
    private static partial void LogUnreadable(ILogger log, RecordId id, Exception error);
}
