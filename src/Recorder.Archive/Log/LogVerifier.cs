using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Recorder.Archive.Segments;

namespace Recorder.Archive.Log;

/// <summary>Reads everything that is kept and names each thing that is not as it was recorded.</summary>
/// <param name="wasRemoved">Of a segment's name: whether it left on purpose.</param>
internal sealed class LogVerifier(LogFiles files, SpoolFolder spool, SegmentSet segments, LogTail tail, Func<string, bool> wasRemoved)
{
    /// <param name="firstSequence">Where the lane's log begins.</param>
    /// <param name="onBytes">Told of stored bytes as they are read.</param>
    public async IAsyncEnumerable<VerifyFinding> RunAsync(long firstSequence, Action<long>? onBytes, [EnumeratorCancellation] CancellationToken cancel)
    {
        // What is sealed while this runs is judged as the active file it was.
        var active = files.All;
        var last = tail.Sequence;
        var boundary = active[0].Header.FirstSequence - 1;
        var stored = segments.Segments.Where(segment => segment.LastSequence <= boundary).ToList();
        foreach (var file in active)
            foreach (var finding in await Task.Run(() => Verify(file, onBytes, cancel), cancel)) yield return finding;
        foreach (var segment in stored)
            foreach (var finding in await Task.Run(() => segments.Verify(segment, onBytes, cancel), cancel)) yield return finding;
        foreach (var finding in Lost()) yield return finding;
        foreach (var finding in await Task.Run(() => Vanished(stored, boundary), cancel)) yield return finding;
        foreach (var finding in await Task.Run(() => CheckCoverage(active, stored, boundary, firstSequence, last), cancel)) yield return finding;
    }

    private List<VerifyFinding> Verify(ActiveFile file, Action<long>? onBytes, CancellationToken cancel)
    {
        var findings = new List<VerifyFinding>();
        if (!file.TryEnter()) return findings;
        try
        {
            CheckBatches(file, findings);
            onBytes?.Invoke(file.ValidBytes);
            foreach (var at in file.Index.All())
            {
                cancel.ThrowIfCancellationRequested();
                // A body that is gone because its file was sealed meanwhile is no finding.
                if (ProblemOf(file, at) is { } problem && files.All.Contains(file)) findings.Add(Finding(at.Id, file, at.Sequence, problem));
            }
        }
        finally
        {
            file.Exit();
        }
        return findings;
    }

    private static void CheckBatches(ActiveFile file, List<VerifyFinding> findings)
    {
        var scan = new FileScan(new FileView(file), file.Path, file.Header, (_, _) => { });
        scan.Run(file.ValidBytes, tailMayBeTorn: false);
        foreach (var range in scan.Damaged)
            findings.Add(Finding(null, file, file.Header.FirstSequence, $"{range.LengthBytes} bytes from {range.Offset} on are not what was written"));
    }

    private string? ProblemOf(ActiveFile file, IndexedEntry at)
    {
        try
        {
            var head = file.ReadHead(at);
            if (head.Entry.Kind != EntryKind.Mail) return null;
            using var content = file.OpenContent(at, head, spool);
            return SHA256.HashData(content).AsSpan().SequenceEqual(head.Entry.ContentSha256.Span)
                ? null
                : "its bytes do not have the recorded SHA-256";
        }
        catch (Exception e) when (e is ArchiveException or IOException)
        {
            return e.Message;
        }
    }

    private IEnumerable<VerifyFinding> Lost() => segments.Missing
        .Select(segment => new VerifyFinding(null, new Position(segment.Lane, segment.FirstSequence), segment.Name, "the segment is missing"))
        .Concat(segments.Unreadable.Select(bad => new VerifyFinding(null, null, bad.Key, bad.Value)));

    // The manifest may have gone with the segment; the root in the ledger still says that it was there.
    private List<VerifyFinding> Vanished(IReadOnlyList<SegmentInfo> stored, long boundary)
    {
        var known = stored.Concat(segments.Missing).Select(segment => segment.Name).Concat(segments.Unreadable.Keys)
            .Select(SegmentCatalog.StemOf).ToHashSet(StringComparer.Ordinal);
        return Roots().Where(root => root.LastSequence <= boundary && known.Add(SegmentCatalog.StemOf(root.Segment)) && !wasRemoved(root.Segment))
            .Select(root => new VerifyFinding(null, new Position(segments.Lane, root.FirstSequence), root.Segment,
                $"the segment is missing; it held {root.EntryCount} entries from {root.FirstSequence} to {root.LastSequence}"))
            .ToList();
    }

    private List<VerifyFinding> CheckCoverage(
        IReadOnlyList<ActiveFile> active, IReadOnlyList<SegmentInfo> stored, long boundary, long firstSequence, long lastSequence)
    {
        var ranges = stored.Select(segment => new CoverageRange(segment.Name, segment.FirstSequence, segment.LastSequence, segment.EntryCount))
            .Concat(RemovedRanges(stored, boundary))
            .Concat(active.Where(file => file.Index.Count > 0).Select(RangeOf));
        var bySegment = stored.ToDictionary(segment => segment.Name);
        var byFile = active.ToDictionary(file => file.Path);
        return Coverage.Check(segments.Lane, ranges, firstSequence, lastSequence, range =>
            byFile.TryGetValue(range.Name, out var file) ? file.Index.All().Select(at => at.Sequence)
            : bySegment.TryGetValue(range.Name, out var segment) ? SequencesOf(segment) : null).ToList();
    }

    // One that cannot be listed has been named for what is wrong with it; how many positions are lost is still told.
    private List<long>? SequencesOf(SegmentInfo segment)
    {
        try
        {
            return [.. segments.SequencesOf(segment)];
        }
        catch (Exception e) when (e is ArchiveException or IOException)
        {
            return null;
        }
    }

    private static CoverageRange RangeOf(ActiveFile file)
    {
        var entries = file.Index.All();
        return new CoverageRange(file.Path, entries[0].Sequence, entries[^1].Sequence, entries.Count);
    }

    // A segment that was removed keeps its root in the ledger, which accounts for its positions.
    private IEnumerable<CoverageRange> RemovedRanges(IReadOnlyList<SegmentInfo> stored, long boundary)
    {
        var present = stored.Select(segment => SegmentCatalog.StemOf(segment.Name)).ToHashSet(StringComparer.Ordinal);
        return Roots().Where(root => root.LastSequence <= boundary && present.Add(SegmentCatalog.StemOf(root.Segment)))
            .Select(root => new CoverageRange(root.Segment, root.FirstSequence, root.LastSequence, root.EntryCount));
    }

    private IEnumerable<RootRecord> Roots()
    {
        foreach (var root in segments.Read(0, EntryKinds.Roots, _ => { }))
            if (RootRecord.Decode(root.Payload.Span) is { } record) yield return record;
        foreach (var file in files.All)
            foreach (var root in RootsOf(file)) yield return root;
    }

    private static IEnumerable<RootRecord> RootsOf(ActiveFile file)
    {
        if (!file.TryEnter()) yield break;
        foreach (var at in file.Index.All())
            if (RootAt(file, at) is { } root) yield return root;
        file.Exit();
    }

    private static RootRecord? RootAt(ActiveFile file, IndexedEntry at)
    {
        try
        {
            var entry = file.ReadHead(at).Entry;
            return entry.Kind == EntryKind.Root ? RootRecord.Decode(entry.Payload.Span) : null;
        }
        catch (ArchiveException)
        {
            return null;
        }
    }

    private static VerifyFinding Finding(RecordId? id, ActiveFile file, long sequence, string problem) =>
        new(id, new Position(file.Header.Lane, sequence), file.Path, problem);
}
