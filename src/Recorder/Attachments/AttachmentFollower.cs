using Recorder.Archive;
using Recorder.Indexing;
using Recorder.Ledger;
using Recorder.Mail;
using Recorder.Search;

namespace Recorder.Attachments;

/// <summary>
/// Follows the mail index and adds what attachments say, at its own pace: a message is found by its own text first, and no
/// attachment, whatever is in it, holds up another message's. Where it stands is in the index itself. Without its process it stands still and
/// tries again; everything else goes on.
/// </summary>
public sealed partial class AttachmentFollower : IDisposable
{
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(5), CommitInterval = TimeSpan.FromSeconds(10), MaxOpeningTime = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan PauseBetweenAttempts = TimeSpan.FromSeconds(1);
    private const int Attempts = 3;

    private readonly IArchiveLog archive;
    private readonly IMailIndex index;
    private readonly IAttachmentIndex attached;
    private readonly AttachmentQueue queue;
    private readonly MailReader mails;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly FileReaders readers;
    private readonly MessageFiles files;
    private readonly ShowingPace pace;
    private readonly ReadBudget budget;
    private readonly AttachmentCounts counts = new();
    private bool isUnseen, isUncommitted;
    private long uncommittedSince;

    public AttachmentFollower(
        IArchiveLog archive, IMailIndex index, IAttachmentIndex attached, AttachmentQueue queue, MailReader mails, AttachmentOptions options,
        TimeProvider time, ILogger<AttachmentFollower> log)
        : this(archive, index, attached, queue, mails, options, time, log, null)
    {
    }

    /// <param name="command">What starts a reading process; null: this executable.</param>
    internal AttachmentFollower(
        IArchiveLog archive, IMailIndex index, IAttachmentIndex attached, AttachmentQueue queue, MailReader mails, AttachmentOptions options,
        TimeProvider time, ILogger<AttachmentFollower> log, IReadOnlyList<string>? command)
    {
        (this.archive, this.index, this.attached, this.queue, this.mails, this.time, this.log) = (archive, index, attached, queue, mails, time, log);
        readers = new FileReaders(WorkerLimits.Of(options), options.MaxCharacters, time, command);
        files = new MessageFiles(options, readers, time);
        (pace, budget) = (new ShowingPace(time), new ReadBudget(MaxOpeningTime, time));
    }

    public AttachmentStatus Status => counts.Status(queue.Count, readers.Started, LastError);

    /// <summary>The process that reads now; null where none runs.</summary>
    public int? WorkerId => readers.WorkerId;

    private string? LastError { get; set; }

    /// <summary>Runs until cancelled.</summary>
    public Task RunAsync(CancellationToken cancel) => UntilCancelled.RunAsync(FollowAsync, Report, PauseAfterFailure, time, cancel);

    public void Dispose() => readers.Dispose();

    private void Report(Exception error)
    {
        LastError = error.Message;
        LogStopped(log, error);
    }

    private async Task FollowAsync(CancellationToken cancel)
    {
        while (true)
        {
            var after = attached.AttachedThrough(archive.Lane);
            if (queue.Next(after, index.Checkpoint.GetValueOrDefault(archive.Lane)) is { } next) await TakeAsync(next, after, cancel);
            else await RestAsync(cancel);
            if (pace.IsDue) Show();
            CommitIfDue();
        }
    }

    private async Task TakeAsync(WaitingStretch next, long after, CancellationToken cancel)
    {
        if (next.Records is null)
        {
            await LookAtEachAsync(after, next.Through, cancel);
            return;
        }

        foreach (var record in next.Records)
        {
            if (await archive.FindAsync(record.Id, cancel) is { } entry && !await AddAsync(entry, after, cancel)) return;
            after = attached.AttachedThrough(archive.Lane);
            if (pace.IsDue) Show();
        }

        attached.Attach([], archive.Lane, after, next.Through);
        LastError = null;
    }

    private async Task LookAtEachAsync(long after, long through, CancellationToken cancel)
    {
        await foreach (var entry in archive.ReadAsync(after, EntryKinds.Mail, cancel))
        {
            if (entry.Position.Sequence > through) break;
            if (!await AddAsync(entry, after, cancel)) return;
            after = entry.Position.Sequence;
            if (pace.IsDue) Show();
            CommitIfDue();
        }

        attached.Attach([], archive.Lane, after, through);
        LastError = null;
    }

    /// <returns>False where the index began again behind this record.</returns>
    private async Task<bool> AddAsync(LogEntry entry, long after, CancellationToken cancel)
    {
        // Most of what is looked at again after a record was found missing is merged, and takes nothing any more.
        var takes = attached.AwaitsAttachments(entry.Id.ToString(), archive.Lane, entry.Position.Sequence);
        var document = takes ? await DocumentAsync(entry, cancel) : null;
        if (!attached.Attach(document is null ? [] : [document], archive.Lane, after, entry.Position.Sequence)) return false;
        if (document is null) return true;
        if (!isUncommitted) uncommittedSince = time.GetTimestamp();
        isUnseen = isUncommitted = true;
        return true;
    }

    /// <summary>Null for a record without attachments to read, or one that cannot be read at all: the index's own follower has reported that.</summary>
    private async Task<SearchDocument?> DocumentAsync(LogEntry entry, CancellationToken cancel)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await ReadAsync(entry, cancel);
            }
            catch (IOException error) when (error is not WorkerUnavailableException && attempt < Attempts)
            {
                await Task.Delay(PauseBetweenAttempts, time, cancel);
            }
            catch (Exception error) when (error is not (OperationCanceledException or WorkerUnavailableException))
            {
                counts.AddFailure();
                LogUnreadable(log, entry.Id, error);
                return null;
            }
        }
    }

    private async Task<SearchDocument?> ReadAsync(LogEntry entry, CancellationToken cancel)
    {
        var (content, mail) = await budget.RunAsync(stop => OpenAsync(entry.Id, stop), cancel);
        await using (content)
        {
            if (!mail.Facts.Attachments.Any(FileKinds.MayHoldText)) return null;
            var read = await files.ReadAsync(mail, cancel);
            counts.Add(read);
            if (read.Gaps.HasFlag(AttachmentGaps.TooCostly)) LogCostly(log, entry.Id);
            return MailDocuments.Of(entry, RecordedMail.Decode(entry.Payload.Span), mail.Facts) with { AttachedText = read.Text, Gaps = read.Gaps };
        }
    }

    private async Task<(Stream Content, OpenedMail Mail)> OpenAsync(RecordId id, CancellationToken cancel)
    {
        var content = await archive.OpenContentAsync(id, cancel);
        try
        {
            return (content, mails.Open(content, cancel));
        }
        catch
        {
            await content.DisposeAsync();
            throw;
        }
    }

    private async Task RestAsync(CancellationToken cancel)
    {
        if (isUnseen) await pace.WaitAsync(cancel);
        Show();
        using var waking = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var grown = queue.GrownAsync();
        await Task.WhenAny(grown, Task.Delay(CommitInterval, time, waking.Token));
        if (!grown.IsCompleted) readers.Rest();
        await waking.CancelAsync();
        cancel.ThrowIfCancellationRequested();
    }

    private void Show()
    {
        if (!isUnseen) return;
        pace.Show(attached.ShowAttached);
        isUnseen = false;
    }

    private void CommitIfDue()
    {
        if (!isUncommitted || time.GetElapsedTime(uncommittedSince) < CommitInterval) return;
        attached.CommitAttached();
        isUncommitted = false;
    }

    [LoggerMessage(2240, LogLevel.Error, "The text of attachments stands still; trying again")]
    private static partial void LogStopped(ILogger log, Exception error);

    [LoggerMessage(2241, LogLevel.Warning, "An attachment of {Id} took more time or memory than it may: not all of it is found")]
    private static partial void LogCostly(ILogger log, RecordId id);

    [LoggerMessage(2242, LogLevel.Warning, "The attachments of {Id} cannot be read: found without them")]
    private static partial void LogUnreadable(ILogger log, RecordId id, Exception error);
}
