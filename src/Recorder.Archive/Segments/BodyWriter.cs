using Recorder.Archive.Segments.Packing;

namespace Recorder.Archive.Segments;

/// <summary>Where a body went and in which form.</summary>
internal readonly record struct StoredBody(BlockRange At, RowForm Form);

/// <summary>
/// Writes the bodies of a segment. Each is scanned once; then what they keep apart (attachments, mostly) is stored, each
/// once; then the bodies, in the order that brings together what resembles each other. Memory: a block and some 200
/// bytes a body.
/// </summary>
/// <param name="pack">Whether base64 is undone where it comes back exactly.</param>
internal sealed class BodyWriter(SegmentDraft draft, BlockWriter blocks, bool pack, CancellationToken cancel)
{
    private readonly byte[] _buffer = new byte[SegmentFormat.LargeBodyBlockBytes];

    /// <returns>By entry; entries without bytes have none.</returns>
    /// <exception cref="ArchiveException">Damaged: an entry's bytes are not those that were recorded.</exception>
    public StoredBody[] Write()
    {
        var groups = Groups();
        var plans = Scan(groups);
        var order = BodyOrder.Of(plans.Select(plan => plan.Sketch).ToList());
        var packer = new BodyPacker(WriteApart(groups, plans, order));
        var places = WriteRuns(order, next => (plans[next].StoredBytes, packer.Open(plans[next], Open(groups[next]))));
        var bodies = new StoredBody[draft.Entries.Count];
        for (var i = 0; i < groups.Count; i++)
            foreach (var index in groups[i]) bodies[index] = new StoredBody(places[i], plans[i].IsPacked ? RowForm.Packed : RowForm.None);
        return bodies;
    }

    /// <summary>Indexes of the entries with a body, by rank; those with identical bytes together, stored once.</summary>
    private List<int[]> Groups() =>
        Enumerable.Range(0, draft.Entries.Count).Where(i => draft.Entries[i].ContentBytes > 0)
            .OrderBy(i => draft.Entries[i].BodyRank)
            .GroupBy(i => (Convert.ToHexString(draft.Entries[i].Sha256.Span), draft.Entries[i].ContentBytes))
            .Select(group => group.ToArray()).ToList();

    private Stream Open(int[] group) => draft.Entries[group[0]].Open();

    private List<BodyPlan> Scan(List<int[]> groups)
    {
        using var scanner = new BodyScanner();
        return groups.Select(group => Scan(draft.Entries[group[0]], scanner)).ToList();
    }

    private BodyPlan Scan(DraftEntry entry, BodyScanner scanner)
    {
        cancel.ThrowIfCancellationRequested();
        using var content = entry.Open();
        var plan = scanner.Scan(content, out var sha256);
        if (plan.ContentBytes != entry.ContentBytes || !entry.Sha256.Span.SequenceEqual(sha256))
            throw new ArchiveException(ArchiveFault.Damaged, $"{entry.Id} ({draft.Lane}/{entry.Sequence}): its bytes are not those that were recorded");
        return pack ? plan : plan.Plain;
    }

    private Dictionary<ApartKey, BlockRange> WriteApart(List<int[]> groups, List<BodyPlan> plans, int[] order)
    {
        var packer = new BlockPacker<ApartKey>(blocks, SegmentFormat.BodyBlockBytes);
        var places = new Dictionary<ApartKey, BlockRange>();
        foreach (var next in order)
        {
            if (plans[next].Runs.All(run => !run.IsApart || packer.Has(ApartKey.Of(run)) || places.ContainsKey(ApartKey.Of(run)))) continue;
            using var content = Open(groups[next]);
            foreach (var (run, raw) in BodyPacker.Apart(plans[next], content))
                if (ApartKey.Of(run) is var key && !packer.Has(key) && !places.ContainsKey(key))
                    WriteRun(packer, places, key, run.RawBytes, raw);
        }
        packer.Finish();
        packer.CopyTo(places);
        return places;
    }

    private Dictionary<int, BlockRange> WriteRuns(int[] order, Func<int, (long Bytes, Stream Stored)> open)
    {
        var packer = new BlockPacker<int>(blocks, SegmentFormat.BodyBlockBytes);
        var places = new Dictionary<int, BlockRange>();
        foreach (var next in order)
        {
            var (bytes, stored) = open(next);
            using (stored) WriteRun(packer, places, next, bytes, stored);
        }
        packer.Finish();
        packer.CopyTo(places);
        return places;
    }

    private void WriteRun<T>(BlockPacker<T> small, Dictionary<T, BlockRange> large, T key, long bytes, Stream stored) where T : notnull
    {
        cancel.ThrowIfCancellationRequested();
        if (bytes > SegmentFormat.BodyBlockBytes) large[key] = WriteOwnBlocks(stored);
        else small.Add(key, _buffer.AsSpan(0, stored.ReadAtLeast(_buffer, (int)bytes + 1, throwOnEndOfStream: false)));
    }

    private BlockRange WriteOwnBlocks(Stream stored)
    {
        var first = blocks.Count;
        long bytes = 0;
        while (stored.ReadAtLeast(_buffer, _buffer.Length, throwOnEndOfStream: false) is var read and > 0)
        {
            cancel.ThrowIfCancellationRequested();
            blocks.Write(_buffer.AsSpan(0, read));
            bytes += read;
        }
        return new BlockRange(first, 0, bytes);
    }
}
