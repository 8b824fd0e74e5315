using System.Text.Json;

namespace Recorder.Search.Partitions;

/// <summary>First and last sequence of a lane.</summary>
internal sealed record SequenceRange(long First, long Last)
{
    public SequenceRange Include(long sequence) => new(Math.Min(First, sequence), Math.Max(Last, sequence));
}

/// <summary>The attachments of the records after one sequence of a lane, up to another.</summary>
internal readonly record struct AttachedStretch(string Lane, long After, long Through);

/// <summary>What is known of a partition without reading it; kept in its Lucene commit data.</summary>
/// <param name="Format">Version of fields and analysis; another one means the index must be rebuilt.</param>
/// <param name="Min">Smallest order value, inclusive; above <paramref name="Max"/> while empty.</param>
/// <param name="Through">The follower's position map in the same commit.</param>
/// <param name="Closed">Takes no more documents.</param>
/// <param name="Merged">Was merged once after closing.</param>
internal sealed record PartitionFacts(
    string Format, long Documents, long Min, long Max,
    IReadOnlyDictionary<string, SequenceRange> Lanes, IReadOnlyDictionary<string, long> Through, bool Closed, bool Merged)
{
    private const string Key = "recorder";

    /// <summary>The latest time that retention of a document counts from, of those where it is not the order value.</summary>
    public long KeptMax { get; init; }

    /// <summary>What was missing in the index when this was committed.</summary>
    public IReadOnlyList<IndexGap> Gaps { get; init; } = [];

    /// <summary>Lane → last sequence whose attachments were read; never beyond <see cref="Through"/>, since a replay takes them out again.</summary>
    public IReadOnlyDictionary<string, long> Attached { get; init; } = new Dictionary<string, long>();

    /// <summary>
    /// Lane → where the partitions before it had come when it began; null in older ones. Its first document says less: a record
    /// that was found missing is added to the newest partition, whatever its place in the log.
    /// </summary>
    public IReadOnlyDictionary<string, long>? After { get; init; }

    public static PartitionFacts Empty(string format, IReadOnlyDictionary<string, long> through, IReadOnlyDictionary<string, long>? after = null) =>
        new(format, 0, long.MaxValue, long.MinValue, new Dictionary<string, SequenceRange>(), through, false, false) { After = after };

    public bool Covers(string lane, long sequence) =>
        Lanes.TryGetValue(lane, out var range) && sequence >= range.First && sequence <= range.Last;

    public Dictionary<string, string> ToCommitData() => new() { [Key] = JsonSerializer.Serialize(this) };

    /// <summary>Null where the commit is not ours or not readable.</summary>
    public static PartitionFacts? FromCommitData(IDictionary<string, string> data)
    {
        if (!data.TryGetValue(Key, out var json)) return null;
        try { return JsonSerializer.Deserialize<PartitionFacts>(json); }
        catch (JsonException) { return null; }
    }
}

/// <summary>Grows the facts of the active partition document by document.</summary>
internal sealed class PartitionTally(PartitionFacts start)
{
    private readonly Dictionary<string, SequenceRange> _lanes = new(start.Lanes);
    private long _documents = start.Documents;
    private long _min = start.Min;
    private long _max = start.Max;
    private long _keptMax = start.KeptMax;

    public long Documents => _documents;

    /// <summary>True for a position behind all others of its lane: such a record cannot be in this partition yet.</summary>
    public bool IsNew(in RecordKey key) => !_lanes.TryGetValue(key.Lane, out var range) || key.Sequence > range.Last;

    public void Include(in RecordKey key)
    {
        _documents++;
        (_min, _max, _keptMax) = (Math.Min(_min, key.Order), Math.Max(_max, key.Order), Math.Max(_keptMax, key.Kept));
        _lanes[key.Lane] = _lanes.TryGetValue(key.Lane, out var range) ? range.Include(key.Sequence) : new(key.Sequence, key.Sequence);
    }

    public PartitionFacts Facts() =>
        start with { Documents = _documents, Min = _min, Max = _max, KeptMax = _keptMax, Lanes = new Dictionary<string, SequenceRange>(_lanes) };
}
