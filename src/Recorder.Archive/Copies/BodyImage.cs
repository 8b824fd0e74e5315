using Recorder.Archive.Disk;
using Recorder.Archive.Log;

namespace Recorder.Archive.Copies;

/// <summary>A large body that an entry of an active file refers to; the holder of the image keeps it from being deleted.</summary>
internal sealed class BodyImage(IDisk disk, string path, LogEntry entry) : ImageFile(path, StoredFiles.BytesOf(disk, path, entry.ContentLengthBytes))
{
    public override IDiskFile OpenSource() => StoredFiles.Of(disk).Open(Path, DiskMode.Read);

    public override string? ProblemOf(IDiskFile file, long from, CancellationToken cancel) => StoredFiles.ProblemOf(disk, file, Path, plain =>
        FileHash.Of(plain, entry.ContentLengthBytes, cancel).AsSpan().SequenceEqual(entry.ContentSha256.Span) ? null : $"the bytes of {entry.Id} do not have their SHA-256");
}
