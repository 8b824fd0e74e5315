using Recorder.Archive.Proofs;

namespace Recorder.Archive.Segments;

/// <summary>Plans the next generation of a segment: survivors as they are, purged entries down to position, id and leaf.</summary>
internal static class SegmentRewrite
{
    /// <param name="key">Marks what is purged; null: the log has none.</param>
    /// <returns>null when there is nothing to purge.</returns>
    public static SegmentDraft? Plan(SegmentReader reader, Func<LogEntry, bool> purge, LogKey? key)
    {
        var rows = Enumerable.Range(0, reader.Footer.Pages.Length).SelectMany(reader.Rows).ToList();
        var ranks = rows.OrderBy(row => row.Body.Block).ThenBy(row => row.Body.Offset).ThenBy(row => row.Sequence)
            .Select((row, rank) => (row.Sequence, rank)).ToDictionary();
        var purged = rows.Where(row => !row.Purged && purge(reader.Entry(row))).Select(row => row.Sequence).ToHashSet();
        if (purged.Count == 0) return null;
        var entries = rows.Select(row => EntryOf(reader, row, purged.Contains(row.Sequence), ranks[row.Sequence], key)).ToList();
        var generation = SegmentName.TryParse(reader.Name)!.Generation + 1;
        return new SegmentDraft(reader.Footer.Kind, reader.Footer.Day, reader.Footer.Lane, generation, entries);
    }

    private static DraftEntry EntryOf(SegmentReader reader, SegmentRow row, bool purge, int rank, LogKey? key)
    {
        if (row.Purged) return DraftEntry.PurgedOf(row, row.Hash.ToArray(), row.Nonce);
        var header = reader.HeaderBytes(row).ToArray();
        var leaf = EntryHeader.Leaf(row.Nonce.Span, header, row.ContentSha256.Span);
        return purge
            ? DraftEntry.PurgedOf(row, leaf, key?.PurgeMark(leaf) ?? SegmentRow.NoNonce)
            : new DraftEntry(row.Id, row.Sequence, row.Kind, false, row.Nonce, header, row.ContentSha256, reader.Entry(row, header).ContentLengthBytes, rank,
                () => reader.OpenContent(row), leaf);
    }
}
