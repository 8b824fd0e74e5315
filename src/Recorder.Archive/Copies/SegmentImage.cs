using Recorder.Archive.Disk;
using Recorder.Archive.Segments;

namespace Recorder.Archive.Copies;

/// <summary>A sealed segment; checked to the last body and up to its Merkle root.</summary>
internal sealed class SegmentImage(IDisk disk, SegmentSet segments, SegmentInfo info) : ImageFile($"segments/{info.Name}", StoredBytes(disk, info))
{
    public override IDiskFile OpenSource() => StoredFiles.Of(disk).Open(Path, DiskMode.Read);

    public override string? ProblemOf(IDiskFile file, long from, CancellationToken cancel) => StoredFiles.ProblemOf(
        disk, file, Path, plain => SegmentVerifier.Verify(new OneObject(plain), info, null, cancel) is [var first, ..] ? first.Problem : null);

    private static long StoredBytes(IDisk disk, SegmentInfo info) => StoredFiles.BytesOf(disk, $"segments/{info.Name}", info.StoredBytes);

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
