using System.Globalization;
using Recorder.Archive.Disk;

namespace Recorder.Transfer.Export;

/// <summary>A Maildir: a file of exact bytes a message, dated as it was received.</summary>
internal sealed class MaildirSink : IExportSink, IDisposable
{
    private readonly IDisk disk;
    private readonly string root;
    private readonly ManifestFile manifest;

    public MaildirSink(string root, ExportHead head)
    {
        (this.root, disk) = (root, new RealDisk(root));
        manifest = ManifestFile.Open(disk, head);
        foreach (var folder in new[] { "cur", "new", "tmp" }) DurableFile.EnsureFolder(disk, folder);
    }

    public bool Has(string id) => manifest.Has(id);

    public async ValueTask<ExportEntry> AddAsync(ExportItem item, Stream bytes, CancellationToken cancel)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"cur/{item.ReceivedAt.ToUnixTimeSeconds()}.{item.Id}.recorder:2,");
        // Of a run that was cut short, and not in the manifest.
        disk.Delete(name);
        using (var file = disk.Open(name, DiskMode.Create))
        {
            var at = 0L;
            var (length, sha256) = await CountingCopy.ToAsync(bytes, part =>
            {
                file.Write(at, part.Span);
                at += part.Length;
                return ValueTask.CompletedTask;
            }, cancel);
            file.Sync();
            File.SetLastWriteTimeUtc(Path.Combine(root, name), item.ReceivedAt.UtcDateTime);
            return new ExportEntry(item.Id, item.Mailbox, item.ReceivedAt, name, length, sha256);
        }
    }

    public ValueTask KeepAsync(IReadOnlyList<ExportEntry> entries, CancellationToken cancel)
    {
        disk.SyncDirectory("cur");
        manifest.Add(entries);
        return ValueTask.CompletedTask;
    }

    public ValueTask CompleteAsync(CancellationToken cancel) => ValueTask.CompletedTask;

    public void Dispose() => manifest.Dispose();
}
