using Recorder.Archive;
using Recorder.Archive.Segments;

namespace Recorder.Tests.Fakes;

/// <summary>A log of which nothing has been sealed yet.</summary>
internal sealed class NothingSealed : ISealedLog
{
    public IReadOnlyList<SegmentInfo> Segments => [];
    public IReadOnlyList<string> LostSegments => [];
    public bool HasDamagedFiles => false;
    public long SealedThrough => 0;
    public SegmentInfo? Current(string name) => null;
    public SegmentInfo? SegmentOf(RecordId id) => null;
    public IEnumerable<LogEntry> EntriesOf(SegmentInfo segment) => [];
    public Task SealAsync(CancellationToken cancel) => Task.CompletedTask;
    public SegmentInfo Rewrite(SegmentInfo segment, Func<LogEntry, bool> purge, CancellationToken cancel) => throw new NotSupportedException();
    public void Remove(SegmentInfo segment) => throw new NotSupportedException();
    public int? DestroyKeys() => null;
    public void Discard(string name) { }
}
