using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Recorder.Archive.Disk;

namespace Recorder.Transfer.Export;

/// <param name="Format">zip, maildir or mbox.</param>
internal sealed record ExportHead(string Format, string? Mailbox, string Query);

/// <summary>
/// The manifest of an export in a folder: what the export is, then a line a message. It grows only behind what it names, so that
/// an export that was cut short is gone on with behind its last whole line.
/// </summary>
internal sealed class ManifestFile : IDisposable
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    private readonly IDiskFile file;
    private readonly HashSet<string> done = new(StringComparer.Ordinal);
    private long end;

    private ManifestFile(IDiskFile file) => this.file = file;

    public ExportEntry? Last { get; private set; }

    public int Count => done.Count;

    public bool Has(string id) => done.Contains(id);

    /// <exception cref="ExportRefusedException">The folder holds something else, or another export.</exception>
    public static ManifestFile Open(IDisk disk, ExportHead head)
    {
        if (!disk.Exists(ZipSink.Manifest))
        {
            if (disk.List("").Count > 0) throw new ExportRefusedException("the folder is not empty; name a new one");
            DurableFile.Write(disk, ZipSink.Manifest, stream => WriteLine(stream, head));
        }

        var manifest = new ManifestFile(disk.Open(ZipSink.Manifest, DiskMode.Modify));
        try
        {
            if (manifest.Read() != head) throw new ExportRefusedException("the folder holds another export; name a new one, or ask for the same mailbox, query and format");
            return manifest;
        }
        catch
        {
            manifest.Dispose();
            throw;
        }
    }

    public static void WriteLine<T>(Stream stream, T line)
    {
        stream.Write(JsonSerializer.SerializeToUtf8Bytes(line, Json));
        stream.WriteByte((byte)'\n');
    }

    /// <summary>Durable when it returns; what the lines name must be so before.</summary>
    public void Add(IReadOnlyList<ExportEntry> entries)
    {
        if (entries.Count == 0) return;
        using var lines = new MemoryStream();
        foreach (var entry in entries) WriteLine(lines, entry);
        file.Write(end, lines.GetBuffer().AsSpan(0, (int)lines.Length));
        file.Sync();
        end += lines.Length;
        foreach (var entry in entries) Note(entry);
    }

    public void Dispose() => file.Dispose();

    private void Note(ExportEntry entry)
    {
        done.Add(entry.Id);
        Last = entry.Skipped is null ? entry : Last;
    }

    private ExportHead? Read()
    {
        var bytes = new byte[file.Length];
        file.Read(0, bytes);
        var whole = bytes.AsSpan().LastIndexOf((byte)'\n') + 1;
        var lines = Encoding.UTF8.GetString(bytes, 0, whole).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        // What a crash left of a line was never kept.
        file.Truncate(end = whole);
        try
        {
            foreach (var line in lines.Skip(1)) Note(JsonSerializer.Deserialize<ExportEntry>(line, Json)!);
            return lines.Length == 0 ? null : JsonSerializer.Deserialize<ExportHead>(lines[0], Json);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
