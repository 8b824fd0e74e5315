using Recorder.Archive.Disk;
using Recorder.Archive.Log;

namespace Recorder.Archive.Copies;

/// <summary>A large body that an entry of an active file refers to; the holder of the image keeps it from being deleted.</summary>
internal sealed class BodyImage(SpoolFolder spool, string path, string name, LogEntry entry) : ImageFile(path, entry.ContentLengthBytes)
{
    public override IDiskFile OpenSource() => spool.Open(name);

    public override string? ProblemOf(IDiskFile file, long from, CancellationToken cancel) =>
        FileHash.Of(file, LengthBytes, cancel).AsSpan().SequenceEqual(entry.ContentSha256.Span) ? null : $"the bytes of {entry.Id} do not have their SHA-256";
}
