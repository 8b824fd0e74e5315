using System.Buffers;
using System.Collections.Concurrent;
using ZstdSharp;

namespace Recorder.Archive.Segments;

/// <summary>Reads and checks single blocks. Safe for many readers: decompression contexts are pooled.</summary>
internal static class BlockCodec
{
    private static readonly ConcurrentBag<Decompressor> Idle = [];

    /// <summary>No Zstandard frame of that many bytes is larger.</summary>
    public static int MaxStoredBytes(int rawBytes) => Compressor.GetCompressBound(rawBytes);

    /// <summary>Reads one block, checks its checksum and decompresses it.</summary>
    /// <param name="raw">Exactly as long as the block's raw bytes.</param>
    /// <exception cref="InvalidDataException">The stored bytes are not what was written.</exception>
    public static void Read(ISegmentStore store, string name, BlockInfo block, Span<byte> raw)
    {
        var stored = ArrayPool<byte>.Shared.Rent(block.StoredBytes);
        try
        {
            var bytes = stored.AsSpan(0, block.StoredBytes);
            if (store.ReadRange(name, block.Start, bytes) < bytes.Length) throw new InvalidDataException("cut short");
            if (SegmentFormat.Checksum(bytes) != block.Checksum) throw new InvalidDataException("its checksum does not hold");
            Decompress(bytes, raw);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(stored);
        }
    }

    private static void Decompress(ReadOnlySpan<byte> stored, Span<byte> raw)
    {
        if (!Idle.TryTake(out var decompressor)) decompressor = new Decompressor();
        try
        {
            if (decompressor.Unwrap(stored, raw) != raw.Length) throw new InvalidDataException("it decompresses to another length");
        }
        catch (ZstdException e)
        {
            throw new InvalidDataException($"it does not decompress ({e.Message})", e);
        }
        finally
        {
            Idle.Add(decompressor);
        }
    }
}
