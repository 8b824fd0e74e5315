using Recorder.Archive.Disk;

namespace Recorder.Archive.Log;

/// <summary>An active file for reading by who has entered it.</summary>
internal sealed class FileView(ActiveFile file) : IDiskFile
{
    public long Length => file.ValidBytes;
    public int Read(long offset, Span<byte> buffer) => file.Read(offset, buffer);
    public void Write(long offset, ReadOnlySpan<byte> bytes) => throw new NotSupportedException();
    public void Truncate(long length) => throw new NotSupportedException();
    public void Sync() => throw new NotSupportedException();
    public void Dispose() { }
}
