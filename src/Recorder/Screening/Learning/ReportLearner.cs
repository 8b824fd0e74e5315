using System.Threading.Channels;
using Recorder.Archive;
using Recorder.Ledger;
using Recorder.Screening.Sources;

namespace Recorder.Screening.Learning;

/// <param name="Waiting">Reports that were not fed yet.</param>
/// <param name="LastError">Why the last one could not be fed; null when that went well.</param>
public sealed record LearnerStatus(int Waiting, string? LastError);

/// <summary>
/// Feeds what people reported to the filter's learner, one report at a time, behind everything else. What waits stands in
/// the state, so a restart goes on where it was; a report never waits for this, nor fails because of it.
/// </summary>
public sealed class ReportLearner(
    ILedger ledger, IArchiveLog archive, RspamdLearner learner, ScreeningOptions screening, TimeProvider clock, ILogger<ReportLearner> log) : BackgroundService
{
    /// <summary>Tries of one report that the learner fails on while it takes others.</summary>
    public const int MaxOwnTries = 5;

    // So many failures one after the other end a run: then it is the learner.
    private const int MaxFailuresTogether = 3;
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(5), LongestPause = TimeSpan.FromMinutes(10), LongestSleep = TimeSpan.FromMinutes(1);

    private readonly TroubleLog troubles = new(clock);
    private readonly Channel<bool> wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private volatile string? lastError;

    /// <summary>null where no learner is configured.</summary>
    public LearnerStatus? Status => learner.IsOn ? new LearnerStatus(ledger.State.Range<MailReport>(ActKeys.OpenReports).Count(), lastError) : null;

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        if (!learner.IsOn) return;
        var following = FollowAsync(archive.DurableSequence, stopping);
        for (var failedRuns = 0; !stopping.IsCancellationRequested;)
        {
            failedRuns = await TryRunAsync(stopping) ? 0 : failedRuns + 1;
            await PauseAsync(failedRuns, stopping);
        }

        await following;
    }

    /// <summary>Feeds everything that waits.</summary>
    /// <returns>Whether nothing is left for a later run.</returns>
    public async Task<bool> RunAsync(CancellationToken cancel)
    {
        await ledger.CatchUpAsync(cancel);
        var (after, together, left) = ((string?)null, 0, 0);
        while (ledger.State.Range<MailReport>(ActKeys.OpenReports, after, 1).ToList() is [var next])
        {
            after = next.Key;
            together = await TryFeedAsync(next.Value, cancel) ? 0 : together + 1;
            left += together > 0 ? 1 : 0;
            if (together == MaxFailuresTogether) break;
        }

        if (left == 0) lastError = null;
        return left == 0;
    }

    private async Task<bool> TryRunAsync(CancellationToken stopping)
    {
        try
        {
            return await RunAsync(stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return true;
        }
        catch (Exception error)
        {
            lastError = error.Message;
            Log.CannotFeed(log, error);
            return false;
        }
    }

    private async Task<bool> TryFeedAsync(MailReport report, CancellationToken cancel)
    {
        var (name, heardBefore) = ($"{report.RecordId}/{report.Mailbox}", troubles.Heard);
        try
        {
            var (lesson, words) = await FeedAsync(report, cancel);
            troubles.Answered(name);
            await EndAsync(report, lesson, words, cancel);
            return true;
        }
        catch (LearnerUnavailableException error)
        {
            var (_, tries) = troubles.Failed(name, heardBefore, error.IsRefusal);
            if (error.IsRefusal || tries >= MaxOwnTries)
            {
                await EndAsync(report, Lesson.Refused, error.Message, cancel);
                return true;
            }

            if (lastError is null) Log.LearnerGone(log, error.Message);
            lastError = error.Message;
            return false;
        }
    }

    private async Task<(Lesson Lesson, string? Words)> FeedAsync(MailReport report, CancellationToken cancel)
    {
        if (!RecordId.TryParse(report.RecordId, out var id) || await archive.FindAsync(id, cancel) is not { Kind: EntryKind.Mail } entry)
        {
            return (Lesson.Skipped, "the record is no longer kept");
        }

        if (entry.ContentLengthBytes > screening.MaxScanBytes) return (Lesson.Skipped, "larger than Screening:MaxScanBytes");
        if (report.Kind == ReportKind.NotSpam && IsHarmful(entry, report.Mailbox)) return (Lesson.Skipped, "malware and phish are not learned as good");
        try
        {
            await using var content = await archive.OpenContentAsync(id, cancel);
            return await learner.TeachAsync(report.Kind, content, entry.ContentLengthBytes, cancel);
        }
        catch (ArchiveException error) when (error.Fault is ArchiveFault.Missing or ArchiveFault.Damaged)
        {
            return (Lesson.Skipped, "the record cannot be read");
        }
    }

    // One person's mistake must not teach the filter that a trojan is fine.
    private static bool IsHarmful(LogEntry entry, string mailbox) => RecordedMail.Decode(entry.Payload.Span).Recipients.Any(recipient =>
        recipient.Owners.Contains(mailbox)
        && (recipient.Disposition.StartsWith(Dispositions.HeldMalware, StringComparison.Ordinal) || recipient.Disposition.StartsWith(Dispositions.HeldPhish, StringComparison.Ordinal)));

    private async Task EndAsync(MailReport report, Lesson lesson, string? words, CancellationToken cancel)
    {
        var taught = new ReportTaught(report.RecordId, report.Mailbox, report.Kind, lesson, words) { Actor = Actor.System("learner"), At = clock.GetUtcNow() };
        await ledger.AppendAsync(taught, cancel);
        Log.Taught(log, report.RecordId, report.Kind, lesson, words);
    }

    private async Task PauseAsync(int failedRuns, CancellationToken stopping)
    {
        if (failedRuns == 0)
        {
            await SleepAsync(stopping);
            return;
        }

        var pause = Math.Min(LongestPause.Ticks, FirstPause.Ticks << Math.Min(failedRuns - 1, 20));
        await Task.Delay(TimeSpan.FromTicks(pause), clock, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task SleepAsync(CancellationToken stopping)
    {
        using var timer = clock.CreateTimer(_ => wake.Writer.TryWrite(true), null, LongestSleep, Timeout.InfiniteTimeSpan);
        Task woken = wake.Reader.WaitToReadAsync(stopping).AsTask();
        await woken.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        wake.Reader.TryRead(out _);
    }

    private async Task FollowAsync(long after, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await foreach (var entry in archive.FollowAsync(after, EntryKinds.Events, stopping))
                {
                    after = entry.Position.Sequence;
                    if (entry.Payload.Span.IndexOf("\"message.reported\""u8) >= 0) wake.Writer.TryWrite(true);
                }
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                Log.CannotFeed(log, error);
                await PauseAsync(1, stopping);
            }
        }
    }
}

internal static partial class Log
{
    [LoggerMessage(3501, LogLevel.Information, "Report of record {RecordId} as {Kind}: {Lesson} {Words}")]
    public static partial void Taught(ILogger log, string recordId, ReportKind kind, Lesson lesson, string? words);

    [LoggerMessage(3502, LogLevel.Warning, "The filter's learner takes no reports: {Why}; they wait")]
    public static partial void LearnerGone(ILogger log, string why);

    [LoggerMessage(3503, LogLevel.Error, "Reports could not be fed to the filter's learner; it goes on in a moment")]
    public static partial void CannotFeed(ILogger log, Exception error);
}
