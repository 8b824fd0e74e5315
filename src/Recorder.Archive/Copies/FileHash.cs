using System.Security.Cryptography;
using Recorder.Archive.Disk;

namespace Recorder.Archive.Copies;

internal static class FileHash
{
    public const int BufferBytes = 1024 * 1024;

    /// <summary>SHA-256 of the first bytes of a file; of fewer where it is shorter.</summary>
    public static byte[] Of(IDiskFile file, long lengthBytes, CancellationToken cancel)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add(hash, file, 0, lengthBytes, cancel);
        return hash.GetHashAndReset();
    }

    /// <summary>Adds the bytes of a range to a hash.</summary>
    /// <param name="also">Is given them too.</param>
    /// <returns>How many there were.</returns>
    public static long Add(IncrementalHash hash, IDiskFile file, long from, long to, CancellationToken cancel, Action<ReadOnlyMemory<byte>>? also = null)
    {
        var buffer = new byte[(int)Math.Clamp(to - from, 1, BufferBytes)];
        var at = from;
        while (at < to)
        {
            cancel.ThrowIfCancellationRequested();
            var read = file.Read(at, buffer.AsSpan(0, (int)Math.Min(buffer.Length, to - at)));
            if (read == 0) break;
            hash.AppendData(buffer, 0, read);
            also?.Invoke(buffer.AsMemory(0, read));
            at += read;
        }
        return at - from;
    }
}
