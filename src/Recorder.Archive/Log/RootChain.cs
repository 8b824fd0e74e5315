namespace Recorder.Archive.Log;

/// <summary>The newest root in the log: the next one names it, and so does the next file's header.</summary>
internal sealed class RootChain(long lastSequence, ReadOnlyMemory<byte> lastSha256)
{
    private sealed record Link(long Sequence, ReadOnlyMemory<byte> Sha256);

    private Link _last = new(lastSequence, lastSha256);

    /// <summary>0 when there is none.</summary>
    public long LastSequence => Volatile.Read(ref _last).Sequence;

    /// <summary>SHA-256 of the newest root's payload; 32 zeros when there is none.</summary>
    public ReadOnlyMemory<byte> LastSha256 => Volatile.Read(ref _last).Sha256;

    public void Extend(LogEntry root) => Volatile.Write(ref _last, new Link(root.Position.Sequence, RootRecord.HashOf(root.Payload.Span)));
}
