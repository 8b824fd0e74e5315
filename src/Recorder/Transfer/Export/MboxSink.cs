using System.Globalization;
using System.Text;
using Recorder.Archive.Disk;

namespace Recorder.Transfer.Export;

/// <summary>
/// One mbox. Each message has its From line in front and an empty line behind; a message whose last line has no end gets one. Lines
/// that begin with "From " behind any number of ">" get one more (mboxrd), which a reader takes away.
/// </summary>
internal sealed class MboxSink : IExportSink, IDisposable
{
    public const string Mbox = "mail.mbox";
    private const int WriteBytes = 1 << 20;

    private readonly ManifestFile manifest;
    private readonly IDiskFile file;
    private readonly MemoryStream waiting = new();
    private long end;

    public MboxSink(string root, ExportHead head)
    {
        var disk = new RealDisk(root);
        manifest = ManifestFile.Open(disk, head);
        if (!disk.Exists(Mbox)) DurableFile.Write(disk, Mbox, _ => { });
        file = disk.Open(Mbox, DiskMode.Modify);
        // What is behind the last message that was kept is of a run that was cut short.
        file.Truncate(end = manifest.Last?.End ?? 0);
    }

    public bool Has(string id) => manifest.Has(id);

    public async ValueTask<ExportEntry> AddAsync(ExportItem item, Stream bytes, CancellationToken cancel)
    {
        var start = end + waiting.Length;
        try
        {
            var sender = item.ReversePath.Length == 0 || item.ReversePath.Any(char.IsWhiteSpace) ? "MAILER-DAEMON" : item.ReversePath;
            Write(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"From {sender} {item.ReceivedAt.UtcDateTime:ddd MMM} {item.ReceivedAt.UtcDateTime.Day,2} {item.ReceivedAt.UtcDateTime:HH:mm:ss yyyy}\n")));
            var quoting = new MboxQuoting(Write);
            var (length, sha256) = await CountingCopy.ToAsync(bytes, part =>
            {
                quoting.Write(part.Span);
                return ValueTask.CompletedTask;
            }, cancel);
            Write(quoting.End() ? "\n"u8 : "\n\n"u8);
            return new ExportEntry(item.Id, item.Mailbox, item.ReceivedAt, Mbox, length, sha256, start, end + waiting.Length);
        }
        catch
        {
            TakeBack(start);
            throw;
        }
    }

    public ValueTask KeepAsync(IReadOnlyList<ExportEntry> entries, CancellationToken cancel)
    {
        Flush();
        file.Sync();
        manifest.Add(entries);
        return ValueTask.CompletedTask;
    }

    public ValueTask CompleteAsync(CancellationToken cancel) => ValueTask.CompletedTask;

    public void Dispose()
    {
        file.Dispose();
        manifest.Dispose();
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        waiting.Write(bytes);
        if (waiting.Length >= WriteBytes) Flush();
    }

    private void Flush()
    {
        file.Write(end, waiting.GetBuffer().AsSpan(0, (int)waiting.Length));
        end += waiting.Length;
        waiting.SetLength(0);
    }

    // A message that turns out to be damaged half-way leaves nothing.
    private void TakeBack(long start)
    {
        Flush();
        file.Truncate(end = start);
    }
}
