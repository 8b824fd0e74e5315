namespace Recorder.Archive.Segments;

/// <summary>Brings the manifest and what the store really holds into agreement when a lane is opened.</summary>
internal static class SegmentOpening
{
    /// <summary>
    /// Segments of the manifest are taken as listed. One it does not know (sealed just before a crash, or the manifest
    /// was lost) is read by its trailer. Of several generations the manifest's counts, else the highest; the others
    /// are what a rewrite left unfinished and are deleted. A listed one that is not there is kept as missing.
    /// </summary>
    public static SegmentCatalog Open(ISegmentStore store, string lane, Func<string, SegmentInfo> readInfo)
    {
        var names = store.List($"{lane}/");
        var manifest = SegmentManifest.Load(store, lane, names);
        var listed = manifest.Segments.Concat(manifest.Missing).DistinctBy(info => info.Name).ToDictionary(info => info.Name);
        var unreadable = new Dictionary<string, string>();
        var segments = new List<SegmentInfo>();
        foreach (var generations in names.Select(SegmentName.TryParse).OfType<SegmentName>().GroupBy(name => name.Stem))
        {
            var chosen = Choose(generations, listed);
            foreach (var other in generations.Where(name => name != chosen)) store.Delete(other.ToString());
            if (listed.TryGetValue(chosen.ToString(), out var info) || TryRead(chosen.ToString(), readInfo, unreadable, out info)) segments.Add(info!);
        }
        var present = names.ToHashSet();
        var missing = listed.Values.Where(info => !present.Contains(info.Name)).ToList();
        return new SegmentCatalog(Settle(store, lane, manifest, segments, missing), unreadable);
    }

    private static SegmentName Choose(IEnumerable<SegmentName> generations, Dictionary<string, SegmentInfo> listed) =>
        generations.OrderByDescending(name => listed.ContainsKey(name.ToString())).ThenByDescending(name => name.Generation).First();

    private static bool TryRead(string name, Func<string, SegmentInfo> readInfo, Dictionary<string, string> unreadable, out SegmentInfo? info)
    {
        info = null;
        try
        {
            info = readInfo(name);
            return true;
        }
        catch (Exception e) when (e is ArchiveException or IOException)
        {
            unreadable[name] = e.Message;
            return false;
        }
    }

    private static SegmentManifest Settle(
        ISegmentStore store, string lane, SegmentManifest manifest, List<SegmentInfo> segments, List<SegmentInfo> missing)
    {
        var settled = new SegmentManifest(segments, missing);
        if (SameNames(manifest.Segments, segments) && SameNames(manifest.Missing, missing)) return settled;
        // A full disk must not keep the archive closed; the next open comes to the same result from the same files.
        try { settled.Put(store, lane); }
        catch (IOException) { }
        return settled;
    }

    private static bool SameNames(IReadOnlyList<SegmentInfo> one, IReadOnlyList<SegmentInfo> other) =>
        one.Select(info => info.Name).ToHashSet().SetEquals(other.Select(info => info.Name));
}
