using Recorder.Archive.Proofs;

namespace Recorder.Archive.Segments;

/// <summary>Tells one segment's entries from forged ones by the marks that only the log's key makes.</summary>
internal sealed class MarkCheck(LogTrust trust, LogKey key)
{
    private readonly List<SegmentRow> _unmarked = [];

    /// <returns>null when the entry is as it was recorded, came before the key, or is another's to know.</returns>
    public string? ProblemOf(SegmentRow row, ReadOnlySpan<byte> header) => trust.MarkProblemOf(row.Sequence, header, row.ContentSha256.Span, row.Nonce.Span);

    /// <summary>A purged entry: only its mark says that it left by our hand.</summary>
    public void TakePurged(SegmentRow row)
    {
        if (!row.Nonce.Span.SequenceEqual(key.PurgeMark(row.Hash.Span)) && !trust.WasErased(row.Id)) _unmarked.Add(row);
    }

    /// <summary>Once all rows were taken: entries that are gone, and that neither a mark nor the ledger accounts for.</summary>
    /// <returns>The first of them; null when there is none.</returns>
    public (SegmentRow First, string Problem)? Unexplained(string stem)
    {
        if (_unmarked.Count == 0) return null;
        // From before the key: then only their number is known.
        var before = trust.PurgedBefore(stem);
        if (_unmarked.Count <= before) return null;
        return (_unmarked[0], before == 0
            ? $"it was taken away under the name of a purge that never was; {_unmarked.Count} such entries in this segment"
            : $"{_unmarked.Count - before} entries from here on were taken away under the name of a purge that never was");
    }
}
