using System.Collections;
using Recorder.Archive;
using Recorder.Search;

namespace Recorder.Indexing;

/// <summary>
/// Compares log and index, sequence by sequence, as far as the index claims to have come: indexes what it has not, and takes out
/// what the log has not any more. What is in a gap is left to its rebuild.
/// </summary>
internal sealed class CoverageCheck(
    IArchiveLog archive, IMailIndex index, Func<LogEntry, CancellationToken, Task<IReadOnlyList<SearchDocument>>> prepare, TimeProvider time)
{
    private const int WindowSequences = 1 << 18;
    private const int MostAtOnce = 64;

    private readonly List<LogEntry> missingNow = [];
    private BitArray present = new(0), logged = new(0);
    private long after, through, records, inGaps, missing, repaired, strays;

    public async Task<CoverageReport> RunAsync(bool allBytes, CancellationToken cancel)
    {
        var began = time.GetTimestamp();
        var damaged = allBytes ? index.CheckBytes(cancel) : (int?)null;
        through = index.Checkpoint.GetValueOrDefault(archive.Lane);
        index.AddMissing([]); // all that is claimed comes into view
        await foreach (var entry in archive.ReadAsync(0, EntryKinds.Mail, cancel))
        {
            if (entry.Position.Sequence > through) break;
            MoveTo(entry.Position.Sequence);
            await LookAsync(entry, cancel);
        }

        await RepairAsync(cancel);
        MoveTo(through);
        TakeOutStrays();
        if (repaired > 0) index.CommitMissing();
        return new CoverageReport(time.GetUtcNow(), time.GetElapsedTime(began), through, records, inGaps, missing, repaired, strays, damaged);
    }

    private async Task LookAsync(LogEntry entry, CancellationToken cancel)
    {
        var sequence = entry.Position.Sequence;
        var place = (int)(sequence - after - 1);
        records++;
        logged[place] = true;
        if (present[place]) return;
        if (index.Gaps.Any(gap => gap.Covers(archive.Lane, sequence)))
        {
            inGaps++;
            return;
        }

        missing++;
        missingNow.Add(entry);
        if (missingNow.Count == MostAtOnce) await RepairAsync(cancel);
    }

    /// <summary>Windows follow each other without a break, so that no document is between two.</summary>
    private void MoveTo(long sequence)
    {
        while (sequence > after + present.Count)
        {
            TakeOutStrays();
            after += present.Count;
            (present, logged) = (new BitArray(WindowSequences), new BitArray(WindowSequences));
            index.MarkPresent(archive.Lane, after, present);
        }
    }

    private async Task RepairAsync(CancellationToken cancel)
    {
        var documents = new List<SearchDocument>();
        foreach (var entry in missingNow) documents.AddRange(await prepare(entry, cancel));
        if (documents.Count > 0) index.AddMissing(documents);
        // What left the log while it was read was not in the index yet, to be taken out of it.
        foreach (var gone in missingNow.Where(entry => IsGone(entry.Id.ToString()))) index.Remove(archive.Lane, gone.Position.Sequence, gone.Position.Sequence, IsGone);
        repaired += missingNow.Count;
        missingNow.Clear();
    }

    /// <summary>Of a record that left the log while nobody could see its document: when a rebuild was cut short, say.</summary>
    private void TakeOutStrays()
    {
        for (var place = 0; place < present.Count && after + place < through; place++)
        {
            if (!present[place] || logged[place]) continue;
            var first = place;
            while (place + 1 < present.Count && after + place + 1 < through && present[place + 1] && !logged[place + 1]) place++;
            strays += index.Remove(archive.Lane, after + first + 1, after + place + 1, IsGone);
        }
    }

    private bool IsGone(string id)
    {
        try
        {
            return RecordId.TryParse(id, out var record) && archive.FindAsync(record, CancellationToken.None).AsTask().GetAwaiter().GetResult() is null;
        }
        catch (ArchiveException)
        {
            return false; // "not here" would be a guess
        }
    }
}
