using System.Globalization;
using Recorder.Archive.Disk;

namespace Recorder.Transfer.Export;

/// <summary>A folder of zips of bounded size. Each gets its name when it is whole; what is behind the last is made again.</summary>
internal sealed class ZipFolderSink : IExportSink, IAsyncDisposable
{
    private const int MaxMessages = 5_000;
    private const long MaxBytes = 1L << 30;
    private const string NamePrefix = "mail-";

    private readonly IDisk disk;
    private readonly ManifestFile manifest;
    private readonly List<ExportEntry> open = [];
    private int number;
    private Part? part;

    public ZipFolderSink(string root, ExportHead head)
    {
        disk = new RealDisk(root);
        manifest = ManifestFile.Open(disk, head);
        // One that got its name and was not kept is written again under it.
        number = manifest.Last?.File is { } last ? int.Parse(last.AsSpan(NamePrefix.Length, 4), CultureInfo.InvariantCulture) : 0;
    }

    public bool Has(string id) => manifest.Has(id);

    public async ValueTask<ExportEntry> AddAsync(ExportItem item, Stream bytes, CancellationToken cancel)
    {
        part ??= await BeginAsync(cancel);
        var entry = await part.Zip.AddAsync(item, bytes, cancel);
        return entry with { File = $"{part.Name}/{entry.File}" };
    }

    // A zip can be read when its end is written, so nothing is kept before that.
    public async ValueTask KeepAsync(IReadOnlyList<ExportEntry> entries, CancellationToken cancel)
    {
        open.AddRange(entries);
        if (part is not null) await part.Zip.KeepAsync(entries, cancel);
        if (open.Count >= MaxMessages || open.Sum(entry => entry.Bytes) >= MaxBytes) await CompleteAsync(cancel);
    }

    public async ValueTask CompleteAsync(CancellationToken cancel)
    {
        if (part is { } done)
        {
            part = null;
            await done.CompleteAsync(disk, cancel);
        }

        manifest.Add(open);
        open.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        if (part is { } cut) await cut.DisposeAsync();
        manifest.Dispose();
    }

    private async Task<Part> BeginAsync(CancellationToken cancel)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{NamePrefix}{++number:D4}.zip");
        disk.Delete(name + DurableFile.TemporarySuffix);
        var file = disk.Open(name + DurableFile.TemporarySuffix, DiskMode.Create);
        var stream = new DiskWriteStream(file);
        return new Part(name, file, stream, await ZipSink.OpenAsync(stream, cancel));
    }

    private sealed record Part(string Name, IDiskFile File, DiskWriteStream Stream, ZipSink Zip) : IAsyncDisposable
    {
        public async Task CompleteAsync(IDisk disk, CancellationToken cancel)
        {
            await Zip.CompleteAsync(cancel);
            await Zip.DisposeAsync();
            await Stream.FlushAsync(cancel);
            File.Sync();
            await Stream.DisposeAsync();
            File.Dispose();
            disk.Rename(Name + DurableFile.TemporarySuffix, Name);
            disk.SyncDirectory("");
        }

        public async ValueTask DisposeAsync()
        {
            await Zip.DisposeAsync();
            await Stream.DisposeAsync();
            File.Dispose();
        }
    }
}
