using Recorder.Ledger;

namespace Recorder.Screening.Lists;

/// <summary>
/// Gathers which entries decided and writes them together now and then, and at the stop. What a crash loses are a few
/// minutes of counts, never a decision: each message's own record says which entry it was.
/// </summary>
public sealed class ListHitCounter : IDisposable
{
    public static readonly TimeSpan GatherTime = TimeSpan.FromMinutes(5);

    private const int MaxGathered = 20_000;

    // An entry of the log holds 1 MiB of JSON, and a pattern may take six bytes a character there.
    private const int MaxTogether = 250;

    private readonly Lock gate = new();
    private readonly ILedger ledger;
    private readonly TimeProvider clock;
    private readonly ITimer timer;
    private readonly Dictionary<(string Scope, string Pattern), ListHits> gathered = [];

    public ListHitCounter(ILedger ledger, TimeProvider clock)
    {
        (this.ledger, this.clock) = (ledger, clock);
        timer = clock.CreateTimer(_ => Post(), null, GatherTime, GatherTime);
    }

    public void Add(MatchedEntry entry)
    {
        lock (gate)
        {
            var key = (entry.Scope, entry.Pattern);
            var before = gathered.GetValueOrDefault(key);
            // Counts are a help, not a record: while the ledger takes no more, further entries go uncounted.
            if (before is not null || gathered.Count < MaxGathered) gathered[key] = new ListHits((before?.Count ?? 0) + 1, clock.GetUtcNow());
        }
    }

    public void Dispose()
    {
        timer.Dispose();
        Post();
    }

    private void Post()
    {
        lock (gate)
        {
            foreach (var together in gathered.Chunk(MaxTogether).ToList())
            {
                var hits = together.Select(one => new ListHit(one.Key.Scope, one.Key.Pattern, one.Value.Count, one.Value.Last)).ToList();
                if (!ledger.TryPost(new ListEntriesHit(hits) { Actor = Actor.System("screening"), At = clock.GetUtcNow() })) return;
                foreach (var (key, _) in together) gathered.Remove(key);
            }
        }
    }
}
