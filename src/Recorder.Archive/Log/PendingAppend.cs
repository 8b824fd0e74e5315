namespace Recorder.Archive.Log;

/// <summary>An entry on its way to the disk. It is either taken by the writer or cancelled, never both.</summary>
internal sealed class PendingAppend(EntryKind kind, ReadOnlyMemory<byte> payload, ArchiveContent? content, DateTimeOffset receivedAt, byte[] clusterKey)
{
    private const int Waiting = 0, Taken = 1, Cancelled = 2;
    private readonly TaskCompletionSource<Receipt> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _state = Waiting;

    public EntryKind Kind { get; } = kind;
    public ReadOnlyMemory<byte> Payload { get; } = payload;
    public ArchiveContent? Content { get; } = content;
    public DateTimeOffset ReceivedAt { get; } = receivedAt;
    public byte[] ClusterKey { get; } = clusterKey;
    public Task<Receipt> Outcome => _outcome.Task;

    /// <summary>At most so many bytes of a batch.</summary>
    public int MostBytes { get; } = EntryHead.BytesFor(clusterKey.Length, payload.Length, ActiveFormat.MaxReferenceBytes)
        + ((content as MemoryContent)?.Bytes.Length ?? 0);

    /// <returns>false when it was cancelled before.</returns>
    public bool TryTake() => Interlocked.CompareExchange(ref _state, Taken, Waiting) == Waiting;

    /// <returns>false when the writer has it: its outcome must be awaited, since its bytes may become durable.</returns>
    public bool TryCancel(CancellationToken cancel)
    {
        if (Interlocked.CompareExchange(ref _state, Cancelled, Waiting) != Waiting) return false;
        _outcome.TrySetCanceled(cancel);
        return true;
    }

    public void Succeed(Receipt receipt) => _outcome.TrySetResult(receipt);

    public void Fail(ArchiveException error) => _outcome.TrySetException(error);
}
