using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Recorder.Archive.Disk;

namespace Recorder.Archive.Copies;

/// <summary>A file of a copy.</summary>
/// <param name="Bytes">What counts of it; more may follow in a file that grows.</param>
/// <param name="Sha256">Of those bytes, hex.</param>
/// <param name="Problem">The source was damaged already; null for what was read back whole.</param>
public sealed record CopyEntry(string Path, long Bytes, string Sha256, string? Problem = null);

/// <param name="Through">The last sequence of the log in it.</param>
/// <param name="LastId">Of the entry there; null for an empty log.</param>
/// <param name="LedgerId">Of the last entry of the sealed ledger, at <paramref name="LedgerSequence"/>; null without one.</param>
public sealed record CopyHead(int Format, string Lane, DateTimeOffset MadeAt, long Through, string? LastId, long LedgerSequence, string? LedgerId)
{
    public const int CurrentFormat = 1;

    /// <summary>By these a copy is known as one of a log, the surer first.</summary>
    [JsonIgnore]
    public IEnumerable<LogAnchor> Anchors
    {
        get
        {
            if (RecordId.TryParse(LastId, out var last)) yield return new LogAnchor(Through, last);
            if (RecordId.TryParse(LedgerId, out var ledger)) yield return new LogAnchor(LedgerSequence, ledger);
        }
    }

    public static CopyHead Of(ArchiveImage image, DateTimeOffset now) => new(
        CurrentFormat, image.Lane, now, image.Through, image.Last?.Id.ToString(), image.Anchor?.Sequence ?? 0, image.Anchor?.Id.ToString());
}

/// <summary>
/// What a copy holds: JSON lines, the head first, then one a file, then their number and the SHA-256 of all bytes before that
/// line. A copy is what its manifest says; other files in it do not count.
/// </summary>
public sealed record CopyManifest(CopyHead Head, IReadOnlyDictionary<string, CopyEntry> Entries)
{
    public const string FileName = "backup.manifest";
    private const int MaxBytes = 1 << 30;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    public static CopyManifest Of(CopyHead head, IEnumerable<CopyEntry> entries) => new(head, entries.ToDictionary(entry => entry.Path, StringComparer.Ordinal));

    /// <summary>Durable when it returns.</summary>
    public void Save(IDisk disk) => DurableFile.Write(disk, FileName, stream => stream.Write(Encode()), replace: true);

    /// <returns>null when there is none.</returns>
    /// <exception cref="ArchiveException">Damaged: it is not what was written. Unavailable: a later version wrote it.</exception>
    public static CopyManifest? Load(IDisk disk)
    {
        if (!disk.Exists(FileName)) return null;
        using var file = disk.Open(FileName, DiskMode.Read);
        if (file.Length > MaxBytes) throw Damaged();
        var bytes = new byte[file.Length];
        file.Read(0, bytes);
        return Decode(bytes);
    }

    private sealed record CopyEnd(int Files, string Sha256);

    private byte[] Encode()
    {
        using var bytes = new MemoryStream();
        WriteLine(bytes, Head);
        foreach (var entry in Entries.Values.OrderBy(entry => entry.Path, StringComparer.Ordinal)) WriteLine(bytes, entry);
        WriteLine(bytes, new CopyEnd(Entries.Count, Convert.ToHexStringLower(SHA256.HashData(bytes.GetBuffer().AsSpan(0, (int)bytes.Length)))));
        return bytes.ToArray();
    }

    private static void WriteLine<T>(MemoryStream bytes, T line)
    {
        bytes.Write(JsonSerializer.SerializeToUtf8Bytes(line, Json));
        bytes.WriteByte((byte)'\n');
    }

    private static CopyManifest Decode(ReadOnlySpan<byte> bytes)
    {
        var body = bytes.Length < 2 ? -1 : bytes[..^1].LastIndexOf((byte)'\n') + 1;
        if (body <= 0) throw Damaged();
        try
        {
            var end = JsonSerializer.Deserialize<CopyEnd>(bytes[body..], Json)!;
            if (end.Sha256 != Convert.ToHexStringLower(SHA256.HashData(bytes[..body]))) throw Damaged();
            var lines = Encoding.UTF8.GetString(bytes[..body]).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            var head = JsonSerializer.Deserialize<CopyHead>(lines[0], Json)!;
            if (head.Format > CopyHead.CurrentFormat)
                throw new ArchiveException(ArchiveFault.Unavailable, $"{FileName} has format {head.Format}, which is newer than this program; use the newer one");
            return Of(head, lines.Skip(1).Select(line => JsonSerializer.Deserialize<CopyEntry>(line, Json)!));
        }
        catch (JsonException)
        {
            throw Damaged();
        }
    }

    private static ArchiveException Damaged() => new(ArchiveFault.Damaged, $"{FileName} is not what was written");
}
