namespace Recorder.Archive.Segments;

/// <summary>One entry as the writer takes it.</summary>
/// <param name="Header">Canonical (<see cref="EntryHeader"/>); empty when purged.</param>
/// <param name="Sha256">Of the content, 32 bytes; empty for events. When purged, unused.</param>
/// <param name="BodyRank">Bodies are stored in this order.</param>
/// <param name="Open">The content; only called where <paramref name="ContentBytes"/> is over 0.</param>
/// <param name="Leaf">The entry's leaf, kept even when everything else is purged.</param>
internal sealed record DraftEntry(
    RecordId Id, long Sequence, EntryKind Kind, bool Purged, ReadOnlyMemory<byte> Nonce, ReadOnlyMemory<byte> Header,
    ReadOnlyMemory<byte> Sha256, long ContentBytes, int BodyRank, Func<Stream> Open, byte[] Leaf)
{
    /// <summary>What remains of an entry: where it stood and its leaf, under which the root can still be shown.</summary>
    /// <param name="mark">In the place of the nonce, which goes.</param>
    public static DraftEntry PurgedOf(SegmentRow row, byte[] leaf, ReadOnlyMemory<byte> mark) => new(
        row.Id, row.Sequence, row.Kind, true, mark, default, default, 0, 0, () => Stream.Null, leaf);
}

/// <summary>A segment about to be written: at least one entry, ascending by sequence and by id.</summary>
internal sealed record SegmentDraft(SegmentKind Kind, DateOnly Day, string Lane, int Generation, IReadOnlyList<DraftEntry> Entries)
{
    public byte[] MerkleRoot { get; } = MerkleTree.Root(Entries.Select(entry => entry.Leaf));

    public SegmentName Name => new(Lane, Kind, Day, Entries[0].Sequence, Entries[^1].Sequence, Generation);

    /// <summary>
    /// One draft a UTC received day of mail, by day, then one with the events and roots. The same source gives the
    /// same drafts every time, which is what makes sealing again after a crash harmless.
    /// </summary>
    public static IReadOnlyList<SegmentDraft> From(ISealSource source, string lane)
    {
        CheckOrder(source.Entries);
        var ranks = BodyRanks(source.Entries);
        var mail = source.Entries.Where(entry => entry.Entry.Kind == EntryKind.Mail)
            .GroupBy(entry => DayOf(entry.Entry.ReceivedAt)).OrderBy(day => day.Key)
            .Select(day => new SegmentDraft(SegmentKind.Mail, day.Key, lane, 0,
                day.Select(entry => EntryOf(source, entry, ranks[entry.Entry.Position.Sequence])).ToList()));
        var ledger = source.Entries.Where(entry => entry.Entry.Kind != EntryKind.Mail)
            .Select(entry => EntryOf(source, entry, 0)).ToList();
        if (ledger.Count == 0) return mail.ToList();
        var ledgerDay = DayOf(source.Entries.Last(entry => entry.Entry.Kind != EntryKind.Mail).Entry.AppendedAt);
        return [.. mail, new SegmentDraft(SegmentKind.Ledger, ledgerDay, lane, 0, ledger)];
    }

    private static DateOnly DayOf(DateTimeOffset time) => DateOnly.FromDateTime(time.UtcDateTime);

    private static Dictionary<long, int> BodyRanks(IReadOnlyList<SealEntry> entries) =>
        entries.Where(entry => entry.Entry.Kind == EntryKind.Mail)
            .OrderBy(entry => entry.ClusterKey, StringComparer.Ordinal).ThenBy(entry => entry.Entry.Position.Sequence)
            .Select((entry, rank) => (entry.Entry.Position.Sequence, rank)).ToDictionary();

    private static DraftEntry EntryOf(ISealSource source, SealEntry sealing, int rank)
    {
        var entry = sealing.Entry;
        if (sealing.Nonce.Length != 16) throw new ArgumentException($"{entry.Position}: a nonce has 16 bytes");
        if ((entry.Kind == EntryKind.Mail) != (entry.ContentSha256.Length == 32))
            throw new ArgumentException($"{entry.Position}: mail has a SHA-256, nothing else has");
        var header = EntryHeader.Encode(entry);
        var leaf = EntryHeader.Leaf(sealing.Nonce.Span, header, entry.ContentSha256.Span);
        return new DraftEntry(
            entry.Id, entry.Position.Sequence, entry.Kind, false, sealing.Nonce, header,
            entry.ContentSha256, entry.ContentLengthBytes, rank, () => source.OpenContent(sealing), leaf);
    }

    // Look-up by id and by position search the same rows, so both orders must agree (RecordId: append order in a lane).
    private static void CheckOrder(IReadOnlyList<SealEntry> entries)
    {
        for (var i = 1; i < entries.Count; i++)
            if (entries[i].Entry.Position.Sequence <= entries[i - 1].Entry.Position.Sequence
                || entries[i].Entry.Id.CompareTo(entries[i - 1].Entry.Id) <= 0)
                throw new ArgumentException($"{entries[i].Entry.Position} does not follow {entries[i - 1].Entry.Position} in sequence and id");
    }
}
