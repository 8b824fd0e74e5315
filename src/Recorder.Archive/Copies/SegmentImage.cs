using Recorder.Archive.Disk;
using Recorder.Archive.Segments;

namespace Recorder.Archive.Copies;

/// <summary>A sealed segment; checked to the last body and up to its Merkle root.</summary>
internal sealed class SegmentImage(IDisk disk, SegmentSet segments, SegmentInfo info) : ImageFile($"segments/{info.Name}", info.StoredBytes)
{
    public override IDiskFile OpenSource() => disk.Open(Path, DiskMode.Read);

    public override string? ProblemOf(IDiskFile file, long from, CancellationToken cancel) =>
        SegmentVerifier.Verify(new OneObject(file), info, null, cancel) is [var first, ..] ? first.Problem : null;

    public override bool IsStillMeant() => segments.Current(info.Name)?.Name == info.Name;

    /// <summary>An open file as the one object of a store.</summary>
    private sealed class OneObject(IDiskFile file) : ISegmentStore
    {
        public int ReadRange(string name, long offset, Span<byte> buffer) => file.Read(offset, buffer);
        public long LengthOf(string name) => file.Length;
        public void Put(string name, Action<Stream> write) => throw new NotSupportedException();
        public IReadOnlyList<string> List(string prefix) => throw new NotSupportedException();
        public void Delete(string name) => throw new NotSupportedException();
    }
}
