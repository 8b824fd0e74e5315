using System.Buffers;
using System.Security.Cryptography;

namespace Recorder.Transfer.Export;

/// <summary>Copies a message and says what its bytes were.</summary>
internal static class CountingCopy
{
    private const int BufferBytes = 128 << 10;

    public static async ValueTask<(long Bytes, string Sha256)> ToAsync(Stream from, Func<ReadOnlyMemory<byte>, ValueTask> write, CancellationToken cancel)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            var bytes = 0L;
            for (int read; (read = await from.ReadAsync(buffer, cancel)) > 0; bytes += read)
            {
                hash.AppendData(buffer, 0, read);
                await write(buffer.AsMemory(0, read));
            }

            return (bytes, Convert.ToHexStringLower(hash.GetHashAndReset()));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
