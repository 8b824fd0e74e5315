namespace Recorder.Archive.Log;

/// <summary>Where the batches of one encrypted file begin, ascending. An entry's offset is that of its batch and its place in the plain
/// one, which is shorter than the encrypted, so the batch is the last that begins at or before it. One writer, many readers.</summary>
internal sealed class BatchIndex(IEnumerable<long> starts)
{
    private readonly Lock _gate = new();
    private readonly List<long> _starts = [.. starts];

    public void Add(long start)
    {
        lock (_gate) _starts.Add(start);
    }

    public long? BatchOf(long offset)
    {
        lock (_gate)
        {
            var at = _starts.BinarySearch(offset);
            at = at >= 0 ? at : ~at - 1;
            return at < 0 ? null : _starts[at];
        }
    }
}
