namespace Recorder.Archive.Segments;

/// <summary>
/// What a lane holds at one moment; immutable, replaced as a whole. Segment ranges may overlap, so look-up by id
/// walks back from the last segment that starts at or before the id for as long as one of them reaches it.
/// </summary>
internal sealed class SegmentCatalog
{
    private readonly SegmentInfo[] _byFirstId;
    private readonly RecordId[] _reach;
    private readonly Dictionary<string, SegmentInfo> _byStem;

    public SegmentCatalog(SegmentManifest manifest, IReadOnlyDictionary<string, string> unreadable)
    {
        (Manifest, Unreadable) = (manifest, unreadable);
        Segments = manifest.Segments.OrderBy(info => info.FirstSequence).ThenBy(info => info.Name, StringComparer.Ordinal).ToArray();
        _byFirstId = Segments.OrderBy(info => info.FirstId).ToArray();
        _reach = new RecordId[_byFirstId.Length];
        for (var i = 0; i < _reach.Length; i++) _reach[i] = i == 0 ? _byFirstId[i].LastId : Later(_reach[i - 1], _byFirstId[i].LastId);
        _byStem = Segments.ToDictionary(info => StemOf(info.Name));
        LastSequence = Segments.Count == 0 ? 0 : Segments.Max(info => info.LastSequence);
    }

    public SegmentManifest Manifest { get; }

    /// <summary>By first sequence.</summary>
    public IReadOnlyList<SegmentInfo> Segments { get; }

    /// <summary>Name and problem of stored segments that no manifest knows and whose footer cannot be read.</summary>
    public IReadOnlyDictionary<string, string> Unreadable { get; }

    public long LastSequence { get; }

    /// <summary>The segments whose id range holds the id.</summary>
    public IEnumerable<SegmentInfo> Around(RecordId id)
    {
        var (low, high) = (0, _byFirstId.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_byFirstId[middle].FirstId.CompareTo(id) <= 0) low = middle + 1;
            else high = middle;
        }
        for (var i = low - 1; i >= 0 && _reach[i].CompareTo(id) >= 0; i--)
            if (_byFirstId[i].LastId.CompareTo(id) >= 0) yield return _byFirstId[i];
    }

    /// <summary>The present form of a segment whose name may be an older generation's; null once removed.</summary>
    public SegmentInfo? Current(string name) => _byStem.GetValueOrDefault(StemOf(name));

    /// <summary>With each of these in place of whatever was known under its stem.</summary>
    public SegmentCatalog With(IReadOnlyList<SegmentInfo> infos)
    {
        var without = Without(infos.Select(info => StemOf(info.Name)));
        return new SegmentCatalog(without.Manifest with { Segments = [.. without.Segments, .. infos] }, without.Unreadable);
    }

    /// <summary>Without anything under these stems: present, missing or unreadable.</summary>
    public SegmentCatalog Without(IEnumerable<string> stems)
    {
        var gone = stems.ToHashSet();
        bool Stays(SegmentInfo info) => !gone.Contains(StemOf(info.Name));
        return new SegmentCatalog(
            new SegmentManifest(Segments.Where(Stays).ToList(), Manifest.Missing.Where(Stays).ToList()),
            Unreadable.Where(entry => !gone.Contains(StemOf(entry.Key))).ToDictionary());
    }

    public static string StemOf(string name) => SegmentName.TryParse(name)?.Stem ?? name;

    private static RecordId Later(RecordId one, RecordId other) => one.CompareTo(other) >= 0 ? one : other;
}
