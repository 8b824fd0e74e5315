using System.IO.Compression;
using System.Text.Json;

namespace Recorder.Transfer.Export;

/// <summary>A zip as it goes: a file a message, and the manifest last. Nothing of it is held in memory.</summary>
internal sealed class ZipSink : IExportSink, IAsyncDisposable
{
    public const string Manifest = "manifest.jsonl";

    private readonly ZipArchive zip;
    private readonly List<ExportEntry> entries = [];
    private int number;

    private ZipSink(ZipArchive zip) => this.zip = zip;

    /// <param name="output">Written front to back, and left open.</param>
    public static async Task<ZipSink> OpenAsync(Stream output, CancellationToken cancel) =>
        new(await ZipArchive.CreateAsync(output, ZipArchiveMode.Create, leaveOpen: true, null, cancel));

    public bool Has(string id) => false;

    public async ValueTask<ExportEntry> AddAsync(ExportItem item, Stream bytes, CancellationToken cancel)
    {
        var name = $"{++number:D6}-{item.Id}.eml";
        var (length, sha256) = await WriteAsync(name, item.ReceivedAt, bytes, cancel);
        return new ExportEntry(item.Id, item.Mailbox, item.ReceivedAt, name, length, sha256);
    }

    public ValueTask KeepAsync(IReadOnlyList<ExportEntry> entries, CancellationToken cancel)
    {
        this.entries.AddRange(entries);
        return ValueTask.CompletedTask;
    }

    public async ValueTask CompleteAsync(CancellationToken cancel)
    {
        using var lines = new MemoryStream();
        foreach (var entry in entries) ManifestFile.WriteLine(lines, entry);
        lines.Position = 0;
        await WriteAsync(Manifest, null, lines, cancel);
    }

    public ValueTask DisposeAsync() => zip.DisposeAsync();

    private async ValueTask<(long Bytes, string Sha256)> WriteAsync(string name, DateTimeOffset? at, Stream bytes, CancellationToken cancel)
    {
        var entry = zip.CreateEntry(name, CompressionLevel.Fastest);
        // The time of a zip's entry begins with 1980 (APPNOTE 4.4.6).
        if (at is { Year: >= 1980 and < 2107 } time) entry.LastWriteTime = time.ToUniversalTime();
        await using var stream = await entry.OpenAsync(cancel);
        return await CountingCopy.ToAsync(bytes, part => stream.WriteAsync(part, cancel), cancel);
    }
}
