namespace Recorder.Archive.Segments;

/// <summary>Makes one draft a durable segment that was read back whole, or recognises that it already is one.</summary>
internal sealed class SegmentSealer(ISegmentStore store, SegmentCatalog catalog)
{
    /// <exception cref="ArchiveException">Damaged: what was read back is not what was written; it is not in the store then.</exception>
    public SegmentInfo Seal(SegmentDraft draft, CancellationToken cancel)
    {
        var wanted = draft.Name.ToString();
        // A purge may have rewritten it since: the same entries under a higher generation.
        var known = catalog.Current(wanted);
        if (known is not null && SegmentName.TryParse(known.Name)!.Generation >= draft.Generation)
        {
            if (ProblemWith(known.Name, draft, cancel) is not { } wrong) return known;
            // Writing it anew would bring back what was purged.
            if (known.Name != wanted) throw new ArchiveException(ArchiveFault.Damaged, $"{known.Name}, rewritten since, is damaged: {wrong}");
        }
        if (store.List(wanted).Contains(wanted))
        {
            // From an attempt that did not come to its end, so its bytes prove nothing until they are read.
            if (ProblemWith(wanted, draft, cancel) is null) return InfoOf(wanted);
            store.Delete(wanted);
        }
        var problem = Write(wanted, draft, pack: true, cancel);
        // Should packing ever not come back exactly, mail is stored as it is.
        if (problem is not null) problem = Write(wanted, draft, pack: false, cancel);
        if (problem is null) return InfoOf(wanted);
        throw new ArchiveException(ArchiveFault.Damaged, $"{wanted} reads back wrong: {problem}");
    }

    /// <returns>What is wrong with the segment that was written, which is deleted then; null when nothing is.</returns>
    private string? Write(string name, SegmentDraft draft, bool pack, CancellationToken cancel)
    {
        store.Put(name, stream => SegmentWriter.Write(draft, stream, pack, cancel));
        var problem = ProblemWith(name, draft, cancel);
        if (problem is not null) store.Delete(name);
        return problem;
    }

    private string? ProblemWith(string name, SegmentDraft draft, CancellationToken cancel)
    {
        try
        {
            var info = InfoOf(name);
            if (!info.MerkleRoot.Span.SequenceEqual(draft.MerkleRoot)) return "it holds other entries";
            return SegmentVerifier.Verify(store, info, null, cancel) is [var first, ..] ? first.Problem : null;
        }
        catch (Exception e) when (e is ArchiveException or IOException)
        {
            return e.Message;
        }
    }

    private SegmentInfo InfoOf(string name) => SegmentReader.Open(store, name, new LruCache<BlockKey, byte[]>(0)).Info;
}
