namespace Recorder.Archive.Log;

/// <summary>Builds one batch after the other in the same memory.</summary>
internal sealed class BatchEncoder
{
    private readonly byte[] _buffer = new byte[ActiveFormat.MaxBatchBytes];
    private int _length;
    private int _count;
    private long _firstSequence;

    public void Start(long firstSequence) =>
        (_length, _count, _firstSequence) = (ActiveFormat.BatchHeaderBytes, 0, firstSequence);

    /// <returns>Where the entry is, its offset counted from the start of the batch.</returns>
    public IndexedEntry Add(
        LogEntry entry, ReadOnlySpan<byte> clusterKey, ReadOnlySpan<byte> nonce,
        ContentForm form, ReadOnlySpan<byte> reference, ReadOnlySpan<byte> inline)
    {
        var start = _length;
        var head = EntryHead.Write(_buffer.AsSpan(start), entry, clusterKey, nonce, form, reference);
        inline.CopyTo(_buffer.AsSpan(start + head));
        _length += head + inline.Length;
        _count++;
        return new IndexedEntry(entry.Position.Sequence, entry.Id, start, head);
    }

    /// <summary>The batch, whole; valid until the next <see cref="Start"/>.</summary>
    public ReadOnlySpan<byte> Finish(ReadOnlySpan<byte> fileNonce)
    {
        var batch = _buffer.AsSpan(0, _length);
        BatchHeader.Seal(batch, _count, _firstSequence, fileNonce);
        return batch;
    }
}
