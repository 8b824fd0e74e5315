using System.IO.Compression;
using Lucene.Net.Index;

namespace Recorder.Search.Packing;

/// <summary>How one block is compressed; the numbers are on disk.</summary>
internal enum BlockPacking : byte
{
    Stored = 0,

    /// <summary>Brotli at its lowest quality: four times as fast to write as deflate for nearly the same size.</summary>
    Quick = 1,

    /// <summary>Deflate: the smallest of what .NET has for such blocks, and the fastest to read.</summary>
    Dense = 2,
}

internal static class Blocks
{
    /// <summary>A look-up of a term reads one block: large enough to compress, small enough to be read in some 30 µs.</summary>
    public const int Bytes = 8192;

    private const int WindowBits = 16;

    /// <summary>Packs into <paramref name="into"/>, which is as long as the block; stores what does not become smaller.</summary>
    public static (BlockPacking How, int Length) Pack(ReadOnlySpan<byte> block, BlockPacking wanted, byte[] into)
    {
        var length = wanted switch
        {
            BlockPacking.Quick => BrotliEncoder.TryCompress(block, into, out var written, quality: 0, WindowBits) ? written : block.Length,
            BlockPacking.Dense => Deflate(block, into),
            _ => block.Length,
        };
        if (length < block.Length) return (wanted, length);
        block.CopyTo(into);
        return (BlockPacking.Stored, block.Length);
    }

    /// <exception cref="CorruptIndexException">The bytes do not unpack to exactly <paramref name="block"/>.</exception>
    public static void Unpack(BlockPacking how, byte[] packed, int length, Span<byte> block)
    {
        var whole = how switch
        {
            BlockPacking.Stored => length == block.Length && packed.AsSpan(0, length).TryCopyTo(block),
            BlockPacking.Quick => BrotliDecoder.TryDecompress(packed.AsSpan(0, length), block, out var written) && written == block.Length,
            BlockPacking.Dense => Inflate(packed, length, block),
            _ => false,
        };
        if (!whole) throw new CorruptIndexException("a packed block does not unpack");
    }

    private static int Deflate(ReadOnlySpan<byte> block, byte[] into)
    {
        var output = new MemoryStream(into);
        try
        {
            using var deflate = new DeflateStream(output, CompressionLevel.Optimal, leaveOpen: true);
            deflate.Write(block);
        }
        catch (NotSupportedException) // the fixed buffer is full: it does not become smaller
        {
            return block.Length;
        }
        return (int)output.Position;
    }

    private static bool Inflate(byte[] packed, int length, Span<byte> block)
    {
        try
        {
            using var inflate = new DeflateStream(new MemoryStream(packed, 0, length, writable: false), CompressionMode.Decompress);
            return inflate.ReadAtLeast(block, block.Length, throwOnEndOfStream: false) == block.Length;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }
}
