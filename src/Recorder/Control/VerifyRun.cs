using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Threading.Channels;
using Recorder.Archive;
using Recorder.Archive.Copies;
using Recorder.Archive.Disk;
using Recorder.Archive.Log;
using Recorder.Archive.Proofs;
using Recorder.Archive.Segments;

namespace Recorder.Control;

/// <summary>A check of the archive as a stream of lines: progress now and then, findings as they come, a summary.</summary>
internal sealed class VerifyRun(MailArchive archive, LogTrust trust, VerifyRequest request)
{
    private const int ProgressEveryBytes = 32 << 20, ProgressEveryRecords = 10_000;
    private readonly int seed = request.Seed ?? RandomNumberGenerator.GetInt32(int.MaxValue);
    private readonly List<VerifyFinding> findings = [];

    /// <exception cref="CopyRefusedException">The witness is no backup.</exception>
    public void CheckWitness()
    {
        if (request.Witness is not { } folder) return;
        if (!Directory.Exists(folder)) throw new CopyRefusedException($"there is no folder {folder}");
        RestoreSource.Open(folder, new RealDisk(folder));
    }

    public async IAsyncEnumerable<VerifyLine> LinesAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        // Progress comes from inside the reading, findings from its end: one channel puts both in order.
        var lines = Channel.CreateUnbounded<VerifyLine>();
        var run = RunAsync(lines.Writer, cancel);
        await foreach (var line in lines.Reader.ReadAllAsync(cancel))
        {
            yield return line;
        }

        await run;
    }

    private async Task RunAsync(ChannelWriter<VerifyLine> lines, CancellationToken cancel)
    {
        var progress = new Progress(lines, request.Sample ?? TotalBytes(), request.Sample is null ? ProgressEveryBytes : ProgressEveryRecords);
        var records = 0L;
        try
        {
            await foreach (var finding in archive.VerifyAsync(Wish(progress, read => Interlocked.Add(ref records, read)), cancel)) Tell(lines, finding);
            foreach (var finding in await WitnessAsync(cancel)) Tell(lines, finding);
            lines.TryWrite(Summary(progress.Done, records));
        }
        finally
        {
            lines.TryComplete();
        }
    }

    private VerifyWish Wish(Progress progress, Action<long> onRecords) => new()
    {
        Day = request.Day, Since = request.Since, Sample = request.Sample, Seed = seed, Trust = trust,
        OnBytes = bytes => { if (request.Sample is null) progress.Add(bytes); },
        OnRecords = read =>
        {
            onRecords(read);
            if (request.Sample is not null) progress.Add(read);
        },
    };

    private async Task<IReadOnlyList<VerifyFinding>> WitnessAsync(CancellationToken cancel) => request.Witness is { } folder
        ? await new CopyWitness(archive, folder, new RealDisk(folder), trust.WasRemoved).CompareAsync(cancel) : [];

    private void Tell(ChannelWriter<VerifyLine> lines, VerifyFinding finding)
    {
        findings.Add(finding);
        lines.TryWrite(LineOf("finding", finding));
    }

    // A record says more than the segment it is in; of several, the one that came first in the log.
    private VerifyLine Summary(long done, long records)
    {
        var first = findings.OrderBy(finding => finding.Id is null).ThenBy(finding => finding.Position?.Sequence ?? long.MaxValue).FirstOrDefault();
        var head = archive.Heads.LastOrDefault()?.Statement;
        return (first is null ? new VerifyLine("summary") : LineOf("summary", first)) with
        {
            Done = done, Total = done, Records = records, Findings = findings.Count, Head = head?.Number ?? 0, Through = head?.Through ?? 0,
            Seed = request.Sample is null ? null : seed, OtherKeys = trust.Others,
        };
    }

    private static VerifyLine LineOf(string kind, VerifyFinding finding) =>
        new(kind, Where: finding.Segment, RecordId: finding.Id?.ToString(), Position: finding.Position?.Sequence, Problem: finding.Problem);

    private long TotalBytes() => archive.Segments.Where(segment => (request.Day is null || segment.Day == request.Day) && (request.Since is null || segment.Day >= request.Since))
        .Sum(segment => segment.StoredBytes) + archive.Status.ActiveFileBytes;

    private sealed class Progress(ChannelWriter<VerifyLine> lines, long total, long every)
    {
        private long done, told;

        public long Done => Volatile.Read(ref done);

        public void Add(long more)
        {
            var now = Interlocked.Add(ref done, more);
            if (now - told >= every)
            {
                told = now;
                lines.TryWrite(new VerifyLine("progress", now, Math.Max(now, total)));
            }
        }
    }
}
