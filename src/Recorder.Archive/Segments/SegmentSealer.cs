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
        store.Put(wanted, stream => SegmentWriter.Write(draft, stream, cancel));
        if (ProblemWith(wanted, draft, cancel) is not { } problem) return InfoOf(wanted);
        store.Delete(wanted);
        throw new ArchiveException(ArchiveFault.Damaged, $"{wanted} reads back wrong: {problem}");
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
