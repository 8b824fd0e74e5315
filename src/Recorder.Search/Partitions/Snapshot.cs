using Lucene.Net.Index;

namespace Recorder.Search.Partitions;

/// <summary>A partition as one moment's searches see it.</summary>
internal sealed record PartitionView(Partition Partition, DirectoryReader Reader, PartitionFacts Facts);

/// <summary>All partitions at one moment. Counted: readers close when the last search lets go.</summary>
internal sealed class Snapshot : IDisposable
{
    private int _users = 1;

    /// <param name="views">Oldest first; their readers are kept open until the last release.</param>
    /// <param name="through">Lane → last sequence visible here.</param>
    public Snapshot(IReadOnlyList<PartitionView> views, IReadOnlyDictionary<string, long> through)
    {
        foreach (var view in views) view.Reader.IncRef();
        (Views, Through) = (views, Positions.Latest([through, .. views.Select(LastSequences)]));
    }

    public IReadOnlyList<PartitionView> Views { get; }

    public IReadOnlyDictionary<string, long> Through { get; }

    public bool TryAcquire()
    {
        for (var users = Volatile.Read(ref _users); users > 0; users = Volatile.Read(ref _users))
            if (Interlocked.CompareExchange(ref _users, users + 1, users) == users) return true;
        return false;
    }

    /// <summary>Gives back one use.</summary>
    public void Dispose()
    {
        if (Interlocked.Decrement(ref _users) > 0) return;
        foreach (var view in Views) view.Reader.DecRef();
    }

    private static Dictionary<string, long> LastSequences(PartitionView view) =>
        view.Facts.Lanes.ToDictionary(lane => lane.Key, lane => lane.Value.Last);
}

/// <summary>Position maps, lane → last sequence.</summary>
internal static class Positions
{
    public static readonly IReadOnlyDictionary<string, long> None = new Dictionary<string, long>();

    public static IReadOnlyDictionary<string, long> Latest(IEnumerable<IReadOnlyDictionary<string, long>> maps)
    {
        var latest = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var (lane, sequence) in maps.SelectMany(map => map))
            latest[lane] = Math.Max(sequence, latest.GetValueOrDefault(lane, long.MinValue));
        return latest;
    }

    /// <summary>No further than a bound, lane by lane.</summary>
    public static IReadOnlyDictionary<string, long> Within(IReadOnlyDictionary<string, long> map, IReadOnlyDictionary<string, long> bound) =>
        map.ToDictionary(lane => lane.Key, lane => Math.Min(lane.Value, bound.GetValueOrDefault(lane.Key)), StringComparer.Ordinal);
}
