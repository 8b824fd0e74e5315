using System.Collections;
using Recorder.Archive;
using Recorder.Search;

namespace Recorder.Indexing;

/// <summary>
/// Compares log and index, sequence by sequence, as far as the index claims to have come, and indexes what it has not. What is
/// in a gap is left to its rebuild.
/// </summary>
internal sealed class CoverageCheck(
    IArchiveLog archive, IMailIndex index, Func<LogEntry, CancellationToken, Task<IReadOnlyList<SearchDocument>>> prepare, TimeProvider time)
{
    private const int WindowSequences = 1 << 18;
    private const int MostAtOnce = 64;

    private readonly List<LogEntry> missingNow = [];
    private BitArray present = new(0);
    private long after, records, inGaps, missing, repaired;

    public async Task<CoverageReport> RunAsync(bool allBytes, CancellationToken cancel)
    {
        var began = time.GetTimestamp();
        var damaged = allBytes ? index.CheckBytes(cancel) : (int?)null;
        var through = index.Checkpoint.GetValueOrDefault(archive.Lane);
        index.Refresh(Nothing); // so that all that is claimed is in view
        await foreach (var entry in archive.ReadAsync(0, EntryKinds.Mail, cancel))
        {
            if (entry.Position.Sequence > through) break;
            await LookAsync(entry, cancel);
        }

        await RepairAsync(cancel);
        if (repaired > 0) index.Commit(Nothing);
        return new CoverageReport(time.GetUtcNow(), time.GetElapsedTime(began), through, records, inGaps, missing, repaired, damaged);
    }

    private static Dictionary<string, long> Nothing => [];

    private async Task LookAsync(LogEntry entry, CancellationToken cancel)
    {
        var sequence = entry.Position.Sequence;
        records++;
        if (sequence > after + present.Count) MoveTo(sequence);
        if (present[(int)(sequence - after - 1)]) return;
        if (index.Gaps.Any(gap => gap.Covers(archive.Lane, sequence)))
        {
            inGaps++;
            return;
        }

        missing++;
        missingNow.Add(entry);
        if (missingNow.Count == MostAtOnce) await RepairAsync(cancel);
    }

    private void MoveTo(long sequence)
    {
        (after, present) = (sequence - 1, new BitArray(WindowSequences));
        index.MarkPresent(archive.Lane, after, present);
    }

    private async Task RepairAsync(CancellationToken cancel)
    {
        foreach (var entry in missingNow) index.Add(await prepare(entry, cancel));
        if (missingNow.Count > 0) index.Refresh(Nothing);
        repaired += missingNow.Count;
        missingNow.Clear();
    }
}
