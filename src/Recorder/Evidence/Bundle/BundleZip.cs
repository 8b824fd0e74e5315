using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace Recorder.Evidence.Bundle;

/// <summary>A zip that is written front to back and remembers the SHA-256 of everything in it.</summary>
internal sealed class BundleZip(ZipArchive zip, DateTimeOffset at)
{
    private readonly SortedDictionary<string, string> sums = new(StringComparer.Ordinal);

    public async Task AddAsync(string name, ReadOnlyMemory<byte> bytes, CancellationToken cancel) => await AddAsync(name, new MemoryStream(bytes.ToArray(), writable: false), cancel);

    public async Task AddAsync(string name, Stream source, CancellationToken cancel)
    {
        var entry = zip.CreateEntry(name);
        entry.LastWriteTime = at;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var target = await entry.OpenAsync(cancel);
        var buffer = new byte[64 * 1024];
        for (int read; (read = await source.ReadAsync(buffer, cancel)) > 0;)
        {
            hash.AppendData(buffer, 0, read);
            await target.WriteAsync(buffer.AsMemory(0, read), cancel);
        }

        sums[name] = Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>As sha256sum writes and reads it.</summary>
    public byte[] Sums => Encoding.UTF8.GetBytes(string.Concat(sums.Select(one => $"{one.Value}  {one.Key}\n")));
}
