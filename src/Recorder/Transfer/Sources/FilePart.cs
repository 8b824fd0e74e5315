using Microsoft.Win32.SafeHandles;
using Recorder.Archive;

namespace Recorder.Transfer.Sources;

/// <summary>A stretch of a file, read forward.</summary>
internal sealed class FilePart(string path, long start, long end) : ForwardStream
{
    private readonly SafeFileHandle file = File.OpenHandle(path);
    private long at = start;

    public override int Read(Span<byte> buffer)
    {
        var read = RandomAccess.Read(file, buffer[..(int)Math.Min(buffer.Length, end - at)], at);
        if (read == 0 && buffer.Length > 0 && at < end) throw new EndOfStreamException("the file became shorter while it was read");
        at += read;
        return read;
    }

    protected override void Dispose(bool disposing) => file.Dispose();
}
