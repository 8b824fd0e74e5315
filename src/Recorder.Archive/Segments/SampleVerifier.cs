using System.Security.Cryptography;
using Recorder.Archive.Proofs;

namespace Recorder.Archive.Segments;

/// <summary>Reads records from anywhere in the segments, each as a person would open it, and holds it against its mark.</summary>
internal sealed class SampleVerifier(SegmentSet segments, LogTrust trust, int seed)
{
    private readonly Random _random = new(seed);

    /// <summary>Draws entries alike, wherever they lie; one may be drawn twice.</summary>
    public IReadOnlyList<VerifyFinding> Run(IReadOnlyList<SegmentInfo> from, int count, Action<long>? onRecords, CancellationToken cancel)
    {
        var findings = new List<VerifyFinding>();
        var total = from.Sum(segment => (long)segment.EntryCount);
        var picks = Enumerable.Range(0, total == 0 ? 0 : count).Select(_ => _random.NextInt64(total)).Order().ToList();
        var (segment, start) = (0, 0L);
        foreach (var pick in picks)
        {
            cancel.ThrowIfCancellationRequested();
            while (pick - start >= from[segment].EntryCount) start += from[segment++].EntryCount;
            if (Check(from[segment], (int)(pick - start)) is { } finding) findings.Add(finding);
            onRecords?.Invoke(1);
        }

        return findings;
    }

    private VerifyFinding? Check(SegmentInfo segment, int index)
    {
        SegmentRow? row = null;
        try
        {
            var reader = segments.OpenReader(segments.Current(segment.Name) ?? segment);
            row = RowAt(reader, index);
            return ProblemOf(reader, row.Value) is { } problem ? Finding(segment, row, problem) : null;
        }
        catch (Exception e) when (e is ArchiveException or IOException or InvalidDataException)
        {
            return Finding(segment, row, e.Message);
        }
    }

    private string? ProblemOf(SegmentReader reader, SegmentRow row)
    {
        // A whole segment says more of those that are gone.
        if (row.Purged) return null;
        var header = reader.HeaderBytes(row);
        reader.Entry(row, header);
        if (trust.Key is { } key && new MarkCheck(trust, key).ProblemOf(row, header) is { } problem) return problem;
        if (row.Kind != EntryKind.Mail) return null;
        using var content = reader.OpenContent(row);
        return SHA256.HashData(content).AsSpan().SequenceEqual(row.Hash.Span) ? null : "its bytes do not have the recorded SHA-256";
    }

    private static SegmentRow RowAt(SegmentReader reader, int index)
    {
        for (var page = 0; page < reader.Footer.Pages.Length; index -= reader.Footer.RowsIn(page++))
            if (index < reader.Footer.RowsIn(page)) return reader.Rows(page)[index];
        throw new ArchiveException(ArchiveFault.Damaged, $"{reader.Name} has fewer entries than it says");
    }

    private static VerifyFinding Finding(SegmentInfo segment, SegmentRow? row, string problem) => new(
        row?.Id, row is { } known ? new Position(segment.Lane, known.Sequence) : null, segment.Name, problem);
}
