using System.Collections.Concurrent;
using System.Threading.Channels;
using Recorder.Archive;
using Recorder.Ledger;

namespace Recorder.Delivery.Outbox;

/// <summary>
/// Sends what the ledger says is owed. Wakes when a dispatch is requested (people wait for it) and when one is due.
/// What was begun without an end before a restart is owed like everything else, and goes out under the same trace id.
/// </summary>
public sealed class OutboxWorker(
    ILedger ledger, IArchiveLog archive, DispatchAttempt attempts, TimeProvider clock, RecorderMetrics metrics, ILogger<OutboxWorker> log) : BackgroundService
{
    public const int MaxConcurrent = 8;

    // After a failure of our own (the log, the disk), not the next hop's.
    private static readonly TimeSpan OwnFailurePause = TimeSpan.FromSeconds(30), LongestSleep = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, DateTimeOffset> busyUntil = new(StringComparer.Ordinal);
    private readonly Channel<bool> wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly SemaphoreSlim slots = new(MaxConcurrent);

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        metrics.WatchOutbox(() => ledger.State.Range<Dispatch>(StateKeys.OutboxAll).Count());
        var following = FollowAsync(archive.DurableSequence, stopping);
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await WorkAsync(stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                break;
            }
            catch (Exception error)
            {
                await PauseAsync(error, stopping);
            }
        }
        await following;
        await FinishAsync();
    }

    private async Task WorkAsync(CancellationToken stopping)
    {
        await ledger.CatchUpAsync(stopping);
        while (true)
        {
            await StartDueAsync(stopping);
            await SleepAsync(stopping);
        }
    }

    private async Task PauseAsync(Exception error, CancellationToken stopping)
    {
        Log.CannotFollow(log, error);
        await Task.Delay(OwnFailurePause, clock, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task StartDueAsync(CancellationToken stopping)
    {
        var now = clock.GetUtcNow();
        var due = ledger.State.Range<Dispatch>(StateKeys.OutboxAll).Where(pair => DueAt(pair.Key, pair.Value) <= now && !WaitsForLeftover(pair.Value));
        foreach (var (key, _) in due.OrderBy(pair => IsAwaitedBySomebody(pair.Value) ? 0 : 1).ToList())
        {
            await slots.WaitAsync(stopping);
            busyUntil[key] = DateTimeOffset.MaxValue;
            _ = RunAsync(key);
        }
    }

    private static bool IsAwaitedBySomebody(Dispatch dispatch) => dispatch.Kind is DispatchKind.Resend or DispatchKind.Release && dispatch.Attempts == 0;

    // State may have moved on while the attempt waited for its slot, so the dispatch is read again.
    private async Task RunAsync(string key)
    {
        var again = DateTimeOffset.MinValue;
        try
        {
            if (ledger.State.Get<Dispatch>(key) is { } dispatch) await attempts.RunAsync(dispatch, CancellationToken.None);
        }
        catch (Exception error)
        {
            Log.AttemptFailed(log, error, key);
            again = clock.GetUtcNow() + OwnFailurePause;
        }
        finally
        {
            if (again == DateTimeOffset.MinValue) busyUntil.TryRemove(key, out _);
            else busyUntil[key] = again;
            slots.Release();
            wake.Writer.TryWrite(true);
        }
    }

    private DateTimeOffset DueAt(string key, Dispatch dispatch)
    {
        var own = dispatch.NextAttemptAt ?? DateTimeOffset.MinValue;
        return busyUntil.TryGetValue(key, out var until) && until > own ? until : own;
    }

    private bool WaitsForLeftover(Dispatch dispatch) => dispatch.Kind == DispatchKind.Bounce
        && ledger.State.Get<Dispatch>(StateKeys.Outbox(dispatch.RecordId, DispatchKind.Leftover, dispatch.Recipient, dispatch.Round)) is not null;

    private async Task SleepAsync(CancellationToken stopping)
    {
        var now = clock.GetUtcNow();
        var next = ledger.State.Range<Dispatch>(StateKeys.OutboxAll).Select(pair => DueAt(pair.Key, pair.Value)).Where(due => due > now)
            .DefaultIfEmpty(DateTimeOffset.MaxValue).Min();
        using var timer = clock.CreateTimer(_ => wake.Writer.TryWrite(true), null, next - now < LongestSleep ? next - now : LongestSleep, Timeout.InfiniteTimeSpan);
        await wake.Reader.ReadAsync(stopping);
    }

    // An entry is followed as soon as it is durable, which may be before state shows it.
    private async Task FollowAsync(long after, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await foreach (var entry in archive.FollowAsync(after, EntryKinds.Events, stopping))
                {
                    after = entry.Position.Sequence;
                    if (entry.Payload.Span.IndexOf("\"dispatch.requested\""u8) < 0) continue;
                    await ledger.CatchUpAsync(stopping);
                    wake.Writer.TryWrite(true);
                }
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                await PauseAsync(error, stopping);
            }
        }
    }

    // What is under way gets the time the host gives; what does not end then is retried after the restart.
    private async Task FinishAsync()
    {
        for (var i = 0; i < MaxConcurrent; i++) await slots.WaitAsync();
    }
}
