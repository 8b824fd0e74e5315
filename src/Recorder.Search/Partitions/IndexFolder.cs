using Lucene.Net.Index;

namespace Recorder.Search.Partitions;

/// <summary>A closed or active partition found on disk.</summary>
internal sealed record FoundPartition(string Folder, PartitionFacts Facts);

/// <summary>
/// The folder of an index: partitions in numbered sub-folders, and a file that exists, locked, while a process has the index open.
/// Nothing here is worth keeping when in doubt, since the log rebuilds it.
/// </summary>
internal sealed class IndexFolder : IDisposable
{
    private const string InUseName = "in-use";
    private readonly FileStream _inUse;

    private IndexFolder(string path, FileStream inUse) => (Path, _inUse) = (path, inUse);

    public string Path { get; }

    /// <summary>Why what was here was deleted; null where nothing was.</summary>
    public string? StartedEmptyBecause { get; private set; }

    public IReadOnlyList<FoundPartition> Partitions { get; private set; } = [];

    /// <summary>Takes the folder for this process; reads what is there, or deletes it where it is damaged or of another format.</summary>
    /// <exception cref="IOException">Another process has the index open.</exception>
    public static IndexFolder Open(string path, string format)
    {
        RecorderCodec.Register();
        System.IO.Directory.CreateDirectory(path);
        var marker = System.IO.Path.Combine(path, InUseName);
        var wasUnclean = File.Exists(marker);
        var folder = new IndexFolder(path, new FileStream(marker, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        try { folder.Read(format, wasUnclean); }
        catch
        {
            folder._inUse.Dispose();
            throw;
        }
        return folder;
    }

    public string PartitionPath(int number) => System.IO.Path.Combine(Path, Partition.FolderName(number));

    public static int NumberOf(string partitionPath) =>
        int.TryParse(System.IO.Path.GetFileName(partitionPath).AsSpan(1), out var number) ? number : 0;

    public void Dispose()
    {
        File.Delete(_inUse.Name);
        _inUse.Dispose();
    }

    private void Read(string format, bool wasUnclean)
    {
        try { Partitions = ReadPartitions(wasUnclean); }
        catch (Exception e) when (MeansDamage(e)) { StartEmpty($"damaged: {e.Message}"); }
        if (Partitions.FirstOrDefault(p => p.Facts.Format != format) is { } other)
            StartEmpty($"format {other.Facts.Format} instead of {format}");
        else if (Partitions.SkipLast(1).Any(p => !p.Facts.Closed))
            StartEmpty("damaged: an earlier partition is not closed");
    }

    private List<FoundPartition> ReadPartitions(bool wasUnclean)
    {
        var found = new List<FoundPartition>();
        foreach (var path in PartitionPaths())
        {
            var facts = Partition.ReadFacts(path, wasUnclean);
            if (facts is null) System.IO.Directory.Delete(path, recursive: true); // created, never committed
            else found.Add(new FoundPartition(path, facts));
        }
        return found;
    }

    private IEnumerable<string> PartitionPaths() => System.IO.Directory.GetDirectories(Path, "p????????").Order(StringComparer.Ordinal);

    private void StartEmpty(string reason)
    {
        foreach (var path in PartitionPaths()) System.IO.Directory.Delete(path, recursive: true);
        (Partitions, StartedEmptyBecause) = ([], reason);
    }

    // A lock held by another process is not damage: nothing may be deleted then.
    private static bool MeansDamage(Exception e) =>
        e is CorruptIndexException or IndexFormatTooNewException or IndexFormatTooOldException or EndOfStreamException
            or FileNotFoundException or DirectoryNotFoundException or ArgumentException or InvalidOperationException
            or IndexOutOfRangeException or OverflowException or KeyNotFoundException or FormatException or InvalidDataException;
}
