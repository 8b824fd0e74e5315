namespace Recorder.Search;

/// <summary>
/// A stretch of the log whose documents are not in the index: the partition that held them was damaged, of another format, or
/// gone. Everything else answers meanwhile; whoever can read the log fills it with <see cref="IMailIndex.BeginRebuild"/>.
/// </summary>
/// <param name="Partition">The number of the partition that will hold them again.</param>
/// <param name="After">Lane → the last sequence before it; a lane without one begins at its first.</param>
/// <param name="Through">Lane → its last sequence.</param>
/// <param name="Reason">What was wrong, for operators.</param>
public sealed record IndexGap(int Partition, IReadOnlyDictionary<string, long> After, IReadOnlyDictionary<string, long> Through, string Reason)
{
    /// <summary>Entries of the log in it, of all kinds: the most that can be missing.</summary>
    public long Entries => Through.Sum(lane => Math.Max(0, lane.Value - After.GetValueOrDefault(lane.Key)));

    public bool Covers(string lane, long sequence) =>
        Through.TryGetValue(lane, out var last) && sequence <= last && sequence > After.GetValueOrDefault(lane);
}

/// <summary>A partition in the making. Disposed before <see cref="Finish"/>, it leaves nothing.</summary>
public interface IIndexRebuild : IDisposable
{
    /// <summary>In the order of the log.</summary>
    void Add(IReadOnlyList<SearchDocument> documents);

    /// <summary>Merges it, makes it durable and shows it; the gap is closed.</summary>
    void Finish();
}
