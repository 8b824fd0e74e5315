using System.Collections.Concurrent;
using Recorder.Ledger;

namespace Recorder.Recovery.Bulk;

/// <summary>
/// So many acts of one person in a minute, over all of their jobs, one after the other: ending a job and starting the next
/// gains nothing, and neither does a restart.
/// </summary>
internal sealed class BulkPace(TimeProvider time)
{
    private const int MaxWindows = 10_000;
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<(string Account, bool IsDispatch), Window> windows = new();

    /// <summary>Takes one where one is left.</summary>
    /// <returns>Zero, or how long to wait before asking again.</returns>
    public TimeSpan Take(string account, BulkAct act)
    {
        if (windows.Count > MaxWindows) Forget();
        var (now, most) = (time.GetTimestamp(), MostOf(act));
        var window = windows.AddOrUpdate(
            KeyOf(account, act), _ => new Window(now, 1),
            (_, old) => time.GetElapsedTime(old.Began, now) >= Minute ? new Window(now, 1) : old with { Taken = Math.Min(old.Taken, most) + 1 });
        return window.Taken <= most ? TimeSpan.Zero : Minute - time.GetElapsedTime(window.Began, now);
    }

    /// <summary>Counts everything of the coming minute as taken: what a process before this one did is not known.</summary>
    public void Spend(string account, BulkAct act) => windows[KeyOf(account, act)] = new Window(time.GetTimestamp(), MostOf(act));

    private static int MostOf(BulkAct act) => IsDispatch(act) ? BulkWorker.MaxDispatchesPerMinute : BulkWorker.MaxMarksPerMinute;

    private static bool IsDispatch(BulkAct act) => act is BulkAct.Release or BulkAct.Resend;

    private static (string Account, bool IsDispatch) KeyOf(string account, BulkAct act) => (account, IsDispatch(act));

    private void Forget()
    {
        foreach (var (key, window) in windows.Where(pair => time.GetElapsedTime(pair.Value.Began) >= Minute))
        {
            windows.TryRemove(KeyValuePair.Create(key, window));
        }
    }

    private sealed record Window(long Began, int Taken);
}
