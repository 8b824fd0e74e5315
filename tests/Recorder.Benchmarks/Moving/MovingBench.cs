using System.Diagnostics;
using Recorder.Archive;
using Recorder.Archive.Copies;
using Recorder.Archive.Disk;
using Recorder.Benchmarks.Load;
using Recorder.Ledger;
using Recorder.Transfer.Export;

namespace Recorder.Benchmarks.Moving;

/// <summary>What it takes to copy an archive and to take its mail out: in process, on mail made or real, each figure once.</summary>
internal sealed class MovingBench(int messages, Action<string> say)
{
    private const int More = 100;
    private readonly string folder = Directory.CreateTempSubdirectory("recorder-moving-").FullName;

    public async Task<int> RunAsync(CancellationToken cancel)
    {
        try
        {
            var (mails, source) = FilledArchive.Mails();
            var ids = new List<RecordId>();
            await using var archive = await FilledArchive.OpenAsync(Path.Combine(folder, "archive"), cancel);
            await FillAsync(archive, mails, messages, ids, cancel);
            await archive.SealAsync(cancel);
            say($"{ids.Count} messages ({source}), {Size(Path.Combine(folder, "archive"))} MB in {archive.Segments.Count} segments");
            await CopyAsync(archive, mails, cancel);
            await ExportAsync(archive, ids, cancel);
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task FillAsync(MailArchive archive, IReadOnlyList<byte[]> mails, int count, List<RecordId> ids, CancellationToken cancel) =>
        await FilledArchive.AppendAsync(archive, FilledArchive.Mixed(mails, count / mails.Count + 1).Take(count), (id, _) => ids.Add(id), cancel);

    private async Task CopyAsync(MailArchive archive, IReadOnlyList<byte[]> mails, CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        using (var cp = Process.Start("/bin/sh", ["-c", $"cp -a '{folder}/archive' '{folder}/cp' && sync -f '{folder}/cp'"])) await cp.WaitForExitAsync(cancel);
        say($"cp -a and sync: {clock.Elapsed.TotalSeconds:F2} s");
        Copy(archive, "first backup, read back whole", cancel);
        Copy(archive, "unchanged", cancel);
        await FillAsync(archive, mails, More, [], cancel);
        Copy(archive, $"{More} messages more", cancel);
        Copy(archive, "unchanged", cancel);
    }

    private void Copy(MailArchive archive, string what, CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        using var target = CopyTarget.Open(new RealDisk(Path.Combine(folder, "backup")));
        using var image = archive.TakeImage();
        var report = new ArchiveCopier(target, _ => false, TimeProvider.System).Run(image, [], cancel);
        say($"backup, {what}: {clock.Elapsed.TotalMilliseconds:F0} ms, {report.CopiedBytes / 1e6:F1} of {report.Bytes / 1e6:F1} MB copied, {report.Findings.Count} findings");
    }

    private async Task ExportAsync(MailArchive archive, List<RecordId> ids, CancellationToken cancel)
    {
        await using var ledger = await Ledger.Ledger.OpenAsync(archive, null, TimeProvider.System, cancel: cancel);
        foreach (var format in Enum.GetValues<ExportFormat>())
        {
            var sink = Open(format);
            await using var closing = sink as IAsyncDisposable;
            using var closed = sink as IDisposable;
            var run = new ExportRun("bench", "", Actor.System("bench"), sink, ledger, TimeProvider.System);
            var clock = Stopwatch.StartNew();
            await run.RunAsync(ids.Select(id => new ExportItem(id.ToString(), "u@example.edu", TimeProvider.System.GetUtcNow(), "a@example.org", async stop => await archive.OpenContentAsync(id, stop))), _ => { }, cancel);
            say($"export as {format}: {run.Messages / clock.Elapsed.TotalSeconds:F0} messages/s, {run.Bytes / 1e6 / clock.Elapsed.TotalSeconds:F0} MB/s");
        }
    }

    private IExportSink Open(ExportFormat format)
    {
        var (place, head) = (Path.Combine(folder, format.ToString()), new ExportHead("bench", null, ""));
        return format switch { ExportFormat.Maildir => new MaildirSink(place, head), ExportFormat.Mbox => new MboxSink(place, head), _ => new ZipFolderSink(place, head) };
    }

    private static long Size(string path) => new DirectoryInfo(path).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length) / 1_000_000;
}
