using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Recorder.Archive.Proofs;
using Recorder.Archive.Segments;

namespace Recorder.Archive.Log;

/// <summary>Reads what is kept and names each thing that is not as it was recorded. What accounts for positions, roots and heads is
/// always looked at in full.</summary>
internal sealed class LogVerifier(LogFiles files, SpoolFolder spool, SegmentSet segments, HeadFolder headFolder, LogTail tail, VerifyWish wish)
{
    public async IAsyncEnumerable<VerifyFinding> RunAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        // What is sealed or signed while this runs is judged as what it was.
        var heads = new HeadVerifier(headFolder, segments.Lane, wish.Trust);
        heads.FollowHeads();
        var active = files.All;
        var last = tail.Sequence;
        var boundary = active[0].Header.FirstSequence - 1;
        var trust = wish.Trust with { MarkedFrom = heads.MarkedFrom };
        var stored = segments.Segments.Where(segment => segment.LastSequence <= boundary).ToList();
        foreach (var file in active)
            foreach (var finding in await Task.Run(() => Verify(file, trust, cancel), cancel)) yield return finding;
        await foreach (var finding in ReadAsync([.. stored, .. SealedMeanwhile(active, last)], trust, cancel)) yield return finding;
        foreach (var finding in Lost()) yield return finding;
        var roots = await Task.Run(Roots, cancel);
        heads.CheckLog(roots, last);
        heads.CheckSegments(segments.Current);
        foreach (var finding in heads.Findings) yield return finding;
        var records = roots.Select(root => RootRecord.Decode(root.Payload)).OfType<RootRecord>().Concat(heads.SignedRoots).ToList();
        // While a file is being sealed it has what its segments have; what was signed is in segments for certain.
        var sealedRoots = records.Where(root => root.LastSequence <= boundary).Concat(heads.SignedRoots);
        foreach (var finding in Vanished(sealedRoots)) yield return finding;
        foreach (var finding in await Task.Run(() => CheckCoverage(records, active, stored, boundary, last), cancel)) yield return finding;
    }

    private async IAsyncEnumerable<VerifyFinding> ReadAsync(List<SegmentInfo> stored, LogTrust trust, [EnumeratorCancellation] CancellationToken cancel)
    {
        var wanted = stored.Where(wish.Takes).ToList();
        if (wish.Sample is { } count)
        {
            var sample = new SampleVerifier(segments, trust, wish.Seed);
            foreach (var finding in await Task.Run(() => sample.Run(wanted, count, wish.OnRecords, cancel), cancel)) yield return finding;
            yield break;
        }

        foreach (var segment in wanted)
        {
            foreach (var finding in await Task.Run(() => segments.Verify(segment, wish.OnBytes, cancel, trust), cancel)) yield return finding;
            wish.OnRecords?.Invoke(segment.EntryCount);
        }
    }

    private List<VerifyFinding> Verify(ActiveFile file, LogTrust trust, CancellationToken cancel)
    {
        var findings = new List<VerifyFinding>();
        if (!file.TryEnter()) return findings;
        try
        {
            CheckBatches(file, findings);
            wish.OnBytes?.Invoke(file.ValidBytes);
            foreach (var at in file.Index.All())
            {
                cancel.ThrowIfCancellationRequested();
                // A body that is gone because its file was sealed meanwhile is no finding: the segment is read after.
                if (ProblemOf(file, at, trust) is { } problem && files.All.Contains(file)) findings.Add(Finding(at.Id, file, at.Sequence, problem));
            }

            wish.OnRecords?.Invoke(file.Index.Count);
        }
        finally
        {
            file.Exit();
        }
        return findings;
    }

    private static void CheckBatches(ActiveFile file, List<VerifyFinding> findings)
    {
        var scan = new FileScan(new FileView(file), file.Path, file.Header, (_, _) => { }, file.Cipher);
        scan.Run(file.ValidBytes, tailMayBeTorn: false);
        foreach (var range in scan.Damaged)
            findings.Add(Finding(null, file, file.Header.FirstSequence, $"{range.LengthBytes} bytes from {range.Offset} on are not what was written"));
    }

    private string? ProblemOf(ActiveFile file, IndexedEntry at, LogTrust trust)
    {
        try
        {
            var head = file.ReadHead(at);
            if (trust.MarkProblemOf(at.Sequence, EntryHeader.Encode(head.Entry), head.Entry.ContentSha256.Span, head.Nonce.Span) is { } problem) return problem;
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

    /// <summary>Files that were sealed while they were read, as the segments that they have become.</summary>
    private List<SegmentInfo> SealedMeanwhile(IReadOnlyList<ActiveFile> active, long last)
    {
        var now = files.All;
        var ends = active.Skip(1).Select(file => file.Header.FirstSequence - 1).Append(last);
        return [.. active.Zip(ends).Where(one => !now.Contains(one.First))
            .SelectMany(one => segments.Segments.Where(segment => segment.FirstSequence >= one.First.Header.FirstSequence && segment.LastSequence <= one.Second))];
    }

    private IEnumerable<VerifyFinding> Lost() => segments.Missing
        .Select(segment => new VerifyFinding(null, new Position(segment.Lane, segment.FirstSequence), segment.Name, "the segment is missing"))
        .Concat(segments.Unreadable.Select(bad => new VerifyFinding(null, null, bad.Key, bad.Value)));

    // The manifest may have gone with the segment, and the ledger's end with both; the roots still say that it was there.
    private IEnumerable<VerifyFinding> Vanished(IEnumerable<RootRecord> roots)
    {
        var known = segments.Segments.Concat(segments.Missing).Select(segment => segment.Name).Concat(segments.Unreadable.Keys)
            .Select(SegmentCatalog.StemOf).ToHashSet(StringComparer.Ordinal);
        return roots.Where(root => known.Add(SegmentCatalog.StemOf(root.Segment)) && !wish.Trust.WasRemoved(root.Segment))
            .Select(root => new VerifyFinding(null, new Position(segments.Lane, root.FirstSequence), root.Segment,
                $"the segment is missing; it held {root.EntryCount} entries from {root.FirstSequence} to {root.LastSequence}"));
    }

    private List<VerifyFinding> CheckCoverage(
        IReadOnlyList<RootRecord> roots, IReadOnlyList<ActiveFile> active, IReadOnlyList<SegmentInfo> stored, long boundary, long lastSequence)
    {
        var ranges = stored.Select(segment => new CoverageRange(segment.Name, segment.FirstSequence, segment.LastSequence, segment.EntryCount))
            .Concat(RemovedRanges(roots, stored, boundary))
            .Concat(active.Where(file => file.Index.Count > 0).Select(RangeOf));
        var bySegment = stored.ToDictionary(segment => segment.Name);
        var byFile = active.ToDictionary(file => file.Path);
        return Coverage.Check(segments.Lane, ranges, wish.FirstSequence, lastSequence, range =>
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
    private static IEnumerable<CoverageRange> RemovedRanges(IReadOnlyList<RootRecord> roots, IReadOnlyList<SegmentInfo> stored, long boundary)
    {
        var present = stored.Select(segment => SegmentCatalog.StemOf(segment.Name)).ToHashSet(StringComparer.Ordinal);
        return roots.Where(root => root.LastSequence <= boundary && present.Add(SegmentCatalog.StemOf(root.Segment)))
            .Select(root => new CoverageRange(root.Segment, root.FirstSequence, root.LastSequence, root.EntryCount));
    }

    private List<LedgerRoot> Roots() =>
    [
        .. segments.Read(0, EntryKinds.Roots, _ => { }).Select(root => new LedgerRoot(root.Position.Sequence, root.Payload.ToArray()))
            .Concat(files.All.SelectMany(RootsOf)).DistinctBy(root => root.Sequence).OrderBy(root => root.Sequence),
    ];

    private static IEnumerable<LedgerRoot> RootsOf(ActiveFile file)
    {
        if (!file.TryEnter()) yield break;
        foreach (var at in file.Index.All())
            if (RootAt(file, at) is { } root) yield return root;
        file.Exit();
    }

    private static LedgerRoot? RootAt(ActiveFile file, IndexedEntry at)
    {
        try
        {
            var entry = file.ReadHead(at).Entry;
            return entry.Kind == EntryKind.Root ? new LedgerRoot(at.Sequence, entry.Payload.ToArray()) : null;
        }
        catch (ArchiveException)
        {
            return null;
        }
    }

    private static VerifyFinding Finding(RecordId? id, ActiveFile file, long sequence, string problem) =>
        new(id, new Position(file.Header.Lane, sequence), file.Path, problem);
}
