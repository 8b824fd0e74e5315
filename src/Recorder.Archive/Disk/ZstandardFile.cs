using ZstdSharp;

namespace Recorder.Archive.Disk;

/// <summary>Files that others packed with Zstandard.</summary>
public static class ZstandardFile
{
    /// <summary>The bytes as they were before. Damage is an <see cref="IOException"/> while reading.</summary>
    public static Stream Unpack(Stream packed) => new Unpacked(new DecompressionStream(packed, leaveOpen: false));

    private sealed class Unpacked(DecompressionStream inner) : Stream
    {
        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            try
            {
                return inner.Read(buffer);
            }
            catch (ZstdException error)
            {
                throw new IOException($"the packed bytes are damaged: {error.Message}", error);
            }
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing) inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
