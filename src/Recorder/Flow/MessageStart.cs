using System.Buffers;
using Recorder.Archive;

namespace Recorder.Flow;

/// <summary>Reads the first bytes of a received message, in pooled memory and no more than asked for.</summary>
public static class MessageStart
{
    /// <summary>Beyond this a header is not looked at.</summary>
    public const int MaxHeaderBytes = 256 * 1024;

    private const int BlockBytes = 8192;

    /// <param name="use">Gets the header with its empty line, and perhaps a little of the body.</param>
    public static Task<T> ReadHeaderAsync<T>(IReceivedContent content, Func<ReadOnlySpan<byte>, T> use, CancellationToken cancel) =>
        ReadAsync(content, MaxHeaderBytes, EndsHeader, use, cancel);

    public static Task<T> ReadAsync<T>(IReceivedContent content, int maxBytes, Func<ReadOnlySpan<byte>, T> use, CancellationToken cancel) =>
        ReadAsync(content, maxBytes, static _ => false, use, cancel);

    private static async Task<T> ReadAsync<T>(
        IReceivedContent content, int maxBytes, Func<ReadOnlySpan<byte>, bool> isEnough, Func<ReadOnlySpan<byte>, T> use, CancellationToken cancel)
    {
        var limit = (int)Math.Min(content.LengthBytes, maxBytes);
        var buffer = ArrayPool<byte>.Shared.Rent(limit + 1);
        try
        {
            return use(buffer.AsSpan(0, await FillAsync(content, buffer.AsMemory(0, limit), isEnough, cancel)));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async Task<int> FillAsync(IReceivedContent content, Memory<byte> buffer, Func<ReadOnlySpan<byte>, bool> isEnough, CancellationToken cancel)
    {
        var length = 0;
        await using var stream = content.OpenRead();
        while (length < buffer.Length)
        {
            var count = await stream.ReadAsync(buffer.Slice(length, Math.Min(BlockBytes, buffer.Length - length)), cancel);
            var seen = Math.Max(0, length - 3);
            length += count;
            if (count == 0 || isEnough(buffer.Span[seen..length])) break;
        }
        return length;
    }

    private static bool EndsHeader(ReadOnlySpan<byte> bytes) => bytes.IndexOf("\r\n\r\n"u8) >= 0;
}
