using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Recorder.Archive;
using Recorder.Ledger;

namespace Recorder.Control;

/// <summary>A whole check of the archive as a stream of lines: progress now and then, findings as they come, a summary.</summary>
internal static class VerifyRun
{
    private const int ProgressEveryBytes = 32 << 20;

    public static async IAsyncEnumerable<VerifyLine> LinesAsync(MailArchive archive, ILedger ledger, [EnumeratorCancellation] CancellationToken cancel)
    {
        // Progress comes from inside the reading, findings from its end: one channel puts both in order.
        var lines = Channel.CreateUnbounded<VerifyLine>();
        var run = RunAsync(archive, ledger, lines.Writer, cancel);
        await foreach (var line in lines.Reader.ReadAllAsync(cancel))
        {
            yield return line;
        }

        await run;
    }

    private static async Task RunAsync(MailArchive archive, ILedger ledger, ChannelWriter<VerifyLine> lines, CancellationToken cancel)
    {
        var progress = new Progress(lines, TotalBytes(archive));
        var findings = 0L;
        try
        {
            await foreach (var finding in archive.VerifyAsync(cancel, onBytes: progress.Add, wasRemoved: name => ledger.State.Get<RemovedSegment>(RetentionKeys.Removed(name)) is not null))
            {
                findings++;
                lines.TryWrite(new VerifyLine("finding", Where: finding.Segment, RecordId: finding.Id?.ToString(), Problem: finding.Problem));
            }

            lines.TryWrite(new VerifyLine("summary", progress.Done, progress.Done, Records: archive.DurableSequence, Findings: findings));
        }
        finally
        {
            lines.TryComplete();
        }
    }

    private static long TotalBytes(MailArchive archive) =>
        archive.Segments.Sum(segment => segment.StoredBytes) + archive.Status.ActiveFileBytes;

    private sealed class Progress(ChannelWriter<VerifyLine> lines, long total)
    {
        private long done, told;

        public long Done => Volatile.Read(ref done);

        public void Add(long bytes)
        {
            var now = Interlocked.Add(ref done, bytes);
            if (now - told >= ProgressEveryBytes)
            {
                told = now;
                lines.TryWrite(new VerifyLine("progress", now, Math.Max(now, total)));
            }
        }
    }
}
