using ZstdSharp;

namespace Recorder.Archive.Disk;

/// <summary>Files that others packed with Zstandard.</summary>
public static class ZstandardFile
{
    /// <summary>The bytes as they were before. Damage is an <see cref="IOException"/> while reading.</summary>
    public static Stream Unpack(Stream packed) => new Unpacked(new DecompressionStream(packed, leaveOpen: false));

    private sealed class Unpacked(DecompressionStream inner) : ForwardStream
    {
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

        protected override void Dispose(bool disposing)
        {
            if (disposing) inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
