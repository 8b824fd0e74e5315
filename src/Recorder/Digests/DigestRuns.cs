using Microsoft.Extensions.Options;
using Recorder.Ledger;

namespace Recorder.Digests;

/// <summary>How the last runs went.</summary>
/// <param name="LastRun">When a run last came to its end, whether or not anybody's digest was due; null before the first.</param>
/// <param name="LastError">Of the last run; null when it went well.</param>
/// <param name="IsOverdue">No run has ended for ten minutes: digests have silently stopped.</param>
public sealed record DigestStatus(bool IsOn, DateTimeOffset? LastRun, string? LastError, bool IsOverdue);

/// <summary>For health.</summary>
public interface IDigestStatus
{
    DigestStatus Status { get; }
}

/// <summary>Looks whose digest is due, and makes them. What was missed while the service was down is made up once.</summary>
internal sealed class DigestRuns(
    ILedger ledger, DigestMaker maker, DigestSchedules schedules, IOptions<DigestOptions> options, TimeProvider clock, ILogger<DigestRuns> log) : IDigestStatus
{
    private static readonly TimeSpan Overdue = TimeSpan.FromMinutes(10);
    private readonly DateTimeOffset startedAt = clock.GetUtcNow();

    // Settled since the last run that settled everybody.
    private readonly Dictionary<string, DateTimeOffset> settled = new(StringComparer.Ordinal);
    private DateTimeOffset? lastRun;
    private string? lastError;
    private int failedBefore;

    public bool IsOn => options.Value.PublicUrl.Length > 0;

    public DigestStatus Status => new(IsOn, lastRun, lastError, IsOn && clock.GetUtcNow() - (lastRun ?? startedAt) > Overdue);

    /// <summary>One run; only one at a time.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        if (!IsOn) return;
        var now = clock.GetUtcNow();
        try
        {
            var failure = await RunAsync(now, cancel);
            (lastRun, lastError) = (now, failure);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            lastError = error.Message;
            Log.RunFailed(log, error);
        }
    }

    private async Task<string?> RunAsync(DateTimeOffset now, CancellationToken cancel)
    {
        if (ledger.State.Get<DigestRunState>(StateKeys.DigestsRan) is not { } before)
        {
            // The first run ever: what would have been due yesterday was promised to nobody.
            await RecordAsync(new DigestsRan(now, 0, 0, 0) { Actor = Actor.System("digests"), At = now }, cancel);
            return null;
        }

        var tally = new Tally();
        foreach (var (account, due) in FindDue(before.Through, now)) await MakeAsync(account, due, tally, cancel);
        if (tally.Made + tally.NothingNew > 0 || tally.Failed != failedBefore)
        {
            await RecordAsync(tally.Fact(now), cancel);
        }

        failedBefore = tally.Failed;
        if (tally.Failed == 0) settled.Clear();
        return tally.Failure is null ? null : $"{tally.Failed} digests could not be made: {tally.Failure}";
    }

    private async Task MakeAsync(Account account, Due due, Tally tally, CancellationToken cancel)
    {
        try
        {
            if (await maker.MakeAsync(account, due.Before, null, cancel)) tally.Made++;
            else tally.NothingNew++;
            settled[account.Address] = due.At;
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            tally.Fail(due.At, error.Message);
            Log.NotMade(log, error, account.Address);
        }
    }

    /// <param name="At">When it was due.</param>
    /// <param name="Before">When the one before it was due, or the last one that was settled.</param>
    private readonly record struct Due(DateTimeOffset At, DateTimeOffset Before);

    private List<(Account Account, Due Due)> FindDue(DateTimeOffset through, DateTimeOffset now)
    {
        var state = ledger.State;
        var due = new List<(Account, Due)>();
        var latest = new Dictionary<DigestSchedule, Due?>(ReferenceEqualityComparer.Instance);
        foreach (var (_, account) in state.Range<Account>(StateKeys.Accounts).Where(pair => !pair.Value.IsDisabled))
        {
            var chosen = state.Get<Preferences>(StateKeys.Preferences(account.Address));
            var schedule = schedules.For(chosen);
            if (!latest.TryGetValue(schedule, out var last)) latest[schedule] = last = LastOf(schedule, now);
            // What was missed is made up in one, so a first digest looks back to the first time that was missed.
            if (last is { } moment && Settled(account, chosen, through) is var since && moment.At > since)
            {
                due.Add((account, moment with { Before = since < moment.Before ? since : moment.Before }));
            }
        }
        return due;
    }

    private static Due? LastOf(DigestSchedule schedule, DateTimeOffset now) =>
        schedule.LatestAt(now) is { } at ? new Due(at, schedule.LatestAt(at.AddTicks(-1)) ?? at.AddDays(-1)) : null;

    private DateTimeOffset Settled(Account account, Preferences? chosen, DateTimeOffset through)
    {
        var since = chosen?.DigestsSince ?? account.CreatedAt;
        var here = settled.GetValueOrDefault(account.Address, DateTimeOffset.MinValue);
        var made = ledger.State.Get<DigestMark>(StateKeys.DigestMark(account.Address))?.At ?? DateTimeOffset.MinValue;
        return new[] { through, since, here, made }.Max();
    }

    private async Task RecordAsync(DigestsRan ran, CancellationToken cancel)
    {
        await ledger.AppendAsync(ran, cancel);
        Log.Ran(log, ran.Made, ran.NothingNew, ran.Failed);
    }

    private sealed class Tally
    {
        private DateTimeOffset? firstFailed;

        public int Made { get; set; }
        public int NothingNew { get; set; }
        public int Failed { get; private set; }
        public string? Failure { get; private set; }

        public void Fail(DateTimeOffset due, string words)
        {
            (Failed, Failure) = (Failed + 1, Failure ?? words);
            if (firstFailed is null || due < firstFailed) firstFailed = due;
        }

        // What failed is due again a minute later, and after a restart.
        public DigestsRan Fact(DateTimeOffset now) => new(firstFailed?.AddTicks(-1) ?? now, Made, NothingNew, Failed) { Actor = Actor.System("digests"), At = now };
    }
}

internal static partial class Log
{
    [LoggerMessage(6001, LogLevel.Information, "Digests: {Made} made, {NothingNew} with nothing new, {Failed} failed")]
    public static partial void Ran(ILogger log, int made, int nothingNew, int failed);

    [LoggerMessage(6002, LogLevel.Error, "The digest of {Account} could not be made; it is tried again in a minute")]
    public static partial void NotMade(ILogger log, Exception error, string account);

    [LoggerMessage(6003, LogLevel.Error, "The digest run failed; it is tried again in a minute")]
    public static partial void RunFailed(ILogger log, Exception error);
}
