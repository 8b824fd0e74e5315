using Microsoft.Win32.SafeHandles;

namespace Recorder.Archive.Disk;

internal sealed class RealFile(SafeFileHandle handle) : IDiskFile
{
    public long Length => RandomAccess.GetLength(handle);

    public int Read(long offset, Span<byte> buffer)
    {
        try
        {
            var total = 0;
            while (total < buffer.Length)
            {
                var read = RandomAccess.Read(handle, buffer[total..], offset + total);
                if (read == 0) break;
                total += read;
            }
            return total;
        }
        catch (Exception e) when (DiskErrors.Translate(e) is { } better)
        {
            throw better;
        }
    }

    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        try
        {
            RandomAccess.Write(handle, bytes, offset);
        }
        catch (Exception e) when (DiskErrors.Translate(e) is { } better)
        {
            throw better;
        }
    }

    public void Truncate(long length)
    {
        try
        {
            RandomAccess.SetLength(handle, length);
        }
        catch (Exception e) when (DiskErrors.Translate(e) is { } better)
        {
            throw better;
        }
    }

    public void Sync()
    {
        try
        {
            RandomAccess.FlushToDisk(handle);
        }
        catch (Exception e) when (DiskErrors.Translate(e) is { } better)
        {
            throw better;
        }
    }

    public void Dispose() => handle.Dispose();
}
