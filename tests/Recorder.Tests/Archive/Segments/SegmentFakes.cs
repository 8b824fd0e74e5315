using Recorder.Archive.Disk;
using Recorder.Archive.Segments;

namespace Recorder.Tests.Archive.Segments;

/// <summary>A long body that is nowhere in memory: each byte follows from its place.</summary>
internal sealed class PatternStream(long length) : Stream
{
    private long _position;

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => length;
    public override long Position { get => _position; set => throw new NotSupportedException(); }

    public override int Read(Span<byte> buffer)
    {
        var count = (int)Math.Min(buffer.Length, length - _position);
        for (var i = 0; i < count; i++) buffer[i] = (byte)((_position + i) * 31 >> 9);
        _position += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));
    public override void Flush() { }
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}

/// <summary>Remembers the largest piece that was read from or written to the store at once.</summary>
internal sealed class MeasuringStore(ISegmentStore inner) : ISegmentStore
{
    public int LargestPieceBytes { get; private set; }

    public void Put(string name, Action<Stream> write) => inner.Put(name, stream => write(new MeasuringStream(this, stream)));

    public int ReadRange(string name, long offset, Span<byte> buffer)
    {
        LargestPieceBytes = Math.Max(LargestPieceBytes, buffer.Length);
        return inner.ReadRange(name, offset, buffer);
    }

    public long LengthOf(string name) => inner.LengthOf(name);
    public IReadOnlyList<string> List(string prefix) => inner.List(prefix);
    public void Delete(string name) => inner.Delete(name);

    private sealed class MeasuringStream(MeasuringStore store, Stream inner) : Stream
    {
        public override bool CanRead => false;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => inner.Position; set => throw new NotSupportedException(); }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            store.LargestPieceBytes = Math.Max(store.LargestPieceBytes, buffer.Length);
            inner.Write(buffer);
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));
        public override void Flush() => inner.Flush();
        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
    }
}

/// <summary>A disk that stops working at its n-th change, as if the process had been killed there.</summary>
internal sealed class StoppingDisk(IDisk inner, int changesLeft) : IDisk
{
    private int _left = changesLeft;

    public bool Stopped => _left < 0;
    public long FreeBytes => inner.FreeBytes;

    public IDiskFile Open(string path, DiskMode mode)
    {
        if (mode != DiskMode.Read) Change();
        return new File(this, inner.Open(path, mode));
    }

    public bool Exists(string path) => inner.Exists(path);
    public IReadOnlyList<string> List(string folder) => inner.List(folder);
    public void CreateFolder(string folder) { Change(); inner.CreateFolder(folder); }
    public void Rename(string from, string to) { Change(); inner.Rename(from, to); }
    public void Delete(string path) { Change(); inner.Delete(path); }
    public void SyncDirectory(string folder) { Change(); inner.SyncDirectory(folder); }

    private void Change()
    {
        if (--_left < 0) throw new IOException("the machine has stopped");
    }

    private sealed class File(StoppingDisk disk, IDiskFile inner) : IDiskFile
    {
        public long Length => inner.Length;
        public int Read(long offset, Span<byte> buffer) => inner.Read(offset, buffer);
        public void Truncate(long length) { disk.Change(); inner.Truncate(length); }
        public void Sync() { disk.Change(); inner.Sync(); }
        public void Dispose() => inner.Dispose();

        // Half of what the last write brings arrives.
        public void Write(long offset, ReadOnlySpan<byte> bytes)
        {
            if (disk._left == 0) inner.Write(offset, bytes[..(bytes.Length / 2)]);
            disk.Change();
            inner.Write(offset, bytes);
        }
    }
}
