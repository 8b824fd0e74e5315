using Recorder.Ledger;

namespace Recorder.Accounts;

/// <summary>
/// Gathers failed sign-ins into one event per address, source and minute, so that a guessing robot cannot fill the
/// ledger. Bounded: when full, further attempts are refused rather than forgotten.
/// </summary>
internal sealed class FailedSignIns : IDisposable
{
    private const int MaxGroups = 10_000;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly ILedger ledger;
    private readonly TimeProvider time;
    private readonly Lock gate = new();
    private readonly Dictionary<(string Address, string Source, long Minute), (DateTimeOffset First, int Attempts)> groups = [];
    private readonly ITimer timer;

    public FailedSignIns(ILedger ledger, TimeProvider time)
    {
        this.ledger = ledger;
        this.time = time;
        timer = time.CreateTimer(_ => Post(includingThisMinute: false), null, Interval, Interval);
    }

    public bool IsFull
    {
        get { lock (gate) { return groups.Count >= MaxGroups; } }
    }

    /// <param name="address">Empty for what was no address: people type passwords into the wrong field.</param>
    public void Add(string address, string source)
    {
        var now = time.GetUtcNow();
        var key = (address, source, MinuteOf(now));
        lock (gate)
        {
            groups[key] = groups.TryGetValue(key, out var group) ? group with { Attempts = group.Attempts + 1 } : (now, 1);
        }
    }

    /// <summary>Posts all complete minutes; what the ledger's queue does not take stays for the next time.</summary>
    public void Post(bool includingThisMinute)
    {
        lock (gate)
        {
            var minute = MinuteOf(time.GetUtcNow());
            foreach (var (key, group) in groups)
            {
                var fact = new SignInFailed(key.Address, group.Attempts)
                {
                    Actor = new Actor("user", key.Address, key.Source),
                    At = group.First,
                };
                if ((includingThisMinute || key.Minute < minute) && ledger.TryPost(fact))
                {
                    groups.Remove(key);
                }
            }
        }
    }

    public void Dispose()
    {
        timer.Dispose();
        Post(includingThisMinute: true);
    }

    private static long MinuteOf(DateTimeOffset at) => at.UtcTicks / TimeSpan.TicksPerMinute;
}
