using System.Collections.Concurrent;
using System.Threading.Channels;
using Recorder.Archive;
using Recorder.Ledger;
using Recorder.Mailboxes;

namespace Recorder.Delivery.Outbox;

/// <summary>
/// Sends what the ledger says is owed. Wakes when a dispatch is requested (people wait for it) and when one is due.
/// What was begun without an end before a restart is owed like everything else, and goes out under the same trace id.
/// </summary>
public sealed class OutboxWorker(
    ILedger ledger, IArchiveLog archive, DispatchAttempt attempts, Routes routes, TimeProvider clock, RecorderMetrics metrics, ILogger<OutboxWorker> log,
    MailboxServers? mailboxes = null) : BackgroundService
{
    /// <summary>Attempts at once on one route: a next hop that is slow or dead takes no other one's turn.</summary>
    public const int MaxPerRoute = 8;

    private const int StartedTogether = 32;

    // After a failure of our own (the log, the disk), not the next hop's.
    private static readonly TimeSpan OwnFailurePause = TimeSpan.FromSeconds(30), LongestSleep = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, DateTimeOffset> busyUntil = new(StringComparer.Ordinal);
    private readonly Channel<bool> wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly ConcurrentDictionary<string, Task> running = new(StringComparer.Ordinal);
    private readonly Lanes lanes = new(MaxPerRoute);

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        var state = new OutboxState(ledger, clock, new OutboxOptions());
        metrics.WatchOutbox(() => state.Depth, () => state.OldestAge);
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
            if (!StartDue()) await SleepAsync(stopping);
        }
    }

    private async Task PauseAsync(Exception error, CancellationToken stopping)
    {
        Log.CannotFollow(log, error);
        await Task.Delay(OwnFailurePause, clock, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <returns>Whether there may be more that is due: only some are started at a time, so that whoever asks meanwhile comes next.</returns>
    private bool StartDue()
    {
        var now = clock.GetUtcNow();
        var started = 0;
        foreach (var (key, lane) in Due(awaited: true, now).Concat(Due(awaited: false, now)))
        {
            // What finds its lane full starts when an attempt there ends, which wakes us.
            if (!lanes.TryEnter(lane)) continue;
            busyUntil[key] = DateTimeOffset.MaxValue;
            var ended = new TaskCompletionSource();
            running[key] = ended.Task;
            _ = RunAsync(key, lane, ended);
            if (++started == StartedTogether) return true;
        }
        return false;
    }

    // A bounce goes to a sender, whose route only the record knows: bounces share a lane of their own.
    private object LaneOf(Dispatch dispatch) => dispatch.Kind == DispatchKind.Bounce ? DispatchKind.Bounce
        : dispatch.Into is { } into ? mailboxes?.For(into.Login) ?? (object)DispatchKind.Append : routes.For(dispatch.Recipient);

    /// <summary>Keys in the outbox of what may start now and the lane of each, the longest due first.</summary>
    private IEnumerable<(string Key, object Lane)> Due(bool awaited, DateTimeOffset now) => ledger.State.Range<Dispatch>(StateKeys.DueAll(awaited))
        .TakeWhile(pair => pair.Value.NextAttemptAt is not { } at || at <= now)
        .Concat(PlannedTooFarAhead(awaited, now))
        .Where(pair => !WaitsForAnother(pair.Value))
        .Select(pair => (Key: StateKeys.Outbox(pair.Value.RecordId, pair.Value.Kind, pair.Value.Recipient, pair.Value.Round), Lane: LaneOf(pair.Value)))
        .Where(one => !IsBusy(one.Key, now));

    // By a clock that was ahead and has been put right since: nobody waits for that time to come again.
    private IEnumerable<KeyValuePair<string, Dispatch>> PlannedTooFarAhead(bool awaited, DateTimeOffset now) =>
        ledger.State.Range<Dispatch>(StateKeys.DueAll(awaited), after: StateKeys.DueFrom(awaited, now + Backoff.LongestPause));

    private bool IsBusy(string key, DateTimeOffset now) => busyUntil.TryGetValue(key, out var until)
        && (until == DateTimeOffset.MaxValue || (until > now && until - now <= OwnFailurePause));

    // State may have moved on while the attempt waited for its slot, so the dispatch is read again.
    private async Task RunAsync(string key, object lane, TaskCompletionSource ended)
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
            lanes.Leave(lane);
            running.TryRemove(key, out _);
            ended.SetResult();
            wake.Writer.TryWrite(true);
        }
    }

    // A report is owed before what it reports has ended.
    private bool WaitsForAnother(Dispatch dispatch) => dispatch.Kind switch
    {
        DispatchKind.Bounce => ledger.State.Get<Dispatch>(StateKeys.Outbox(dispatch.RecordId, DispatchKind.Leftover, dispatch.Recipient, dispatch.Round)) is not null,
        DispatchKind.Notice => ledger.State.Get<Dispatch>(StateKeys.OutboxAll + dispatch.About) is not null,
        _ => false,
    };

    private async Task SleepAsync(CancellationToken stopping)
    {
        var now = clock.GetUtcNow();
        var next = busyUntil.Values.Append(NextDue(true, now)).Append(NextDue(false, now)).Where(due => due > now).Min();
        using var timer = clock.CreateTimer(_ => wake.Writer.TryWrite(true), null, next - now < LongestSleep ? next - now : LongestSleep, Timeout.InfiniteTimeSpan);
        await wake.Reader.ReadAsync(stopping);
    }

    private DateTimeOffset NextDue(bool awaited, DateTimeOffset now) => ledger.State
        .Range<Dispatch>(StateKeys.DueAll(awaited), after: StateKeys.DueFrom(awaited, now.AddTicks(1)), limit: 1)
        .Select(pair => pair.Value.NextAttemptAt).FirstOrDefault() ?? DateTimeOffset.MaxValue;

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
                    if (!AsksForADelivery(entry.Payload.Span)) continue;
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

    private static bool AsksForADelivery(ReadOnlySpan<byte> fact) =>
        fact.IndexOf("\"dispatch.requested\""u8) >= 0 || fact.IndexOf("\"digest.made\""u8) >= 0
        || fact.IndexOf("\"dispatch.hastened\""u8) >= 0 || fact.IndexOf("\"dispatch.given-up\""u8) >= 0;

    // What is under way gets the time the host gives; what does not end then is retried after the restart.
    private Task FinishAsync() => Task.WhenAll(running.Values);

    /// <summary>So many at once for each.</summary>
    private sealed class Lanes(int max)
    {
        private readonly Lock gate = new();
        private readonly Dictionary<object, int> taken = [];

        public bool TryEnter(object lane)
        {
            lock (gate)
            {
                var count = taken.GetValueOrDefault(lane);
                if (count >= max) return false;
                taken[lane] = count + 1;
                return true;
            }
        }

        public void Leave(object lane)
        {
            lock (gate) taken[lane]--;
        }
    }
}
