using System.Globalization;
using Recorder.Archive.Disk;

namespace Recorder.Archive.Proofs;

/// <summary>A head as it lies on the disk; null for one that cannot be read.</summary>
public sealed record StoredHead(string Path, long Number, SignedHead? Head);

/// <summary>The signed heads of a lane, a small file each, beside segments and log: nothing ever takes one away.</summary>
public sealed class HeadFolder(IDisk disk, string lane)
{
    private const string Suffix = ".head", StampSuffix = ".tst";
    private const int MaxBytes = 64 << 20;

    public string Folder { get; } = $"heads/{lane}";

    /// <summary>By number.</summary>
    public IReadOnlyList<StoredHead> All() => [.. Numbers().Select(number => new StoredHead(PathOf(number), number, Read(PathOf(number)) is { } bytes ? SignedHead.Decode(bytes) : null))];

    /// <summary>Paths of all heads and time stamps.</summary>
    public IReadOnlyList<string> Files() => [.. disk.List(Folder).Where(name => name.EndsWith(Suffix, StringComparison.Ordinal) || name.EndsWith(StampSuffix, StringComparison.Ordinal))
        .Select(name => $"{Folder}/{name}")];

    /// <summary>Durable when it returns; refuses a number that is there.</summary>
    public void Put(SignedHead head)
    {
        DurableFile.EnsureFolder(disk, Folder);
        DurableFile.Write(disk, PathOf(head.Statement.Number), stream => stream.Write(head.Encode()));
    }

    /// <summary>Keeps an RFC 3161 time stamp token of a head's text.</summary>
    public void PutStamp(long number, ReadOnlyMemory<byte> token) => DurableFile.Write(disk, StampOf(number), stream => stream.Write(token.Span));

    /// <returns>null when the head has none.</returns>
    public byte[]? Stamp(long number) => Read(StampOf(number));

    public string PathOf(long number) => $"{Folder}/{number.ToString("D10", CultureInfo.InvariantCulture)}{Suffix}";

    private string StampOf(long number) => $"{Folder}/{number.ToString("D10", CultureInfo.InvariantCulture)}{StampSuffix}";

    private IEnumerable<long> Numbers() => disk.List(Folder).Where(name => name.EndsWith(Suffix, StringComparison.Ordinal))
        .Select(name => long.TryParse(name[..^Suffix.Length], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0)
        .Where(number => number > 0).Order();

    private byte[]? Read(string path)
    {
        try
        {
            if (!disk.Exists(path)) return null;
            using var file = disk.Open(path, DiskMode.Read);
            if (file.Length > MaxBytes) return null;
            var bytes = new byte[file.Length];
            return file.Read(0, bytes) == bytes.Length ? bytes : null;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
