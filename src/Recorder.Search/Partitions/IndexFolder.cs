using Lucene.Net.Index;

namespace Recorder.Search.Partitions;

/// <summary>A partition found on disk.</summary>
/// <param name="Facts">Null where they cannot be read.</param>
/// <param name="Trouble">Why it cannot be used; null where it can.</param>
internal sealed record FoundPartition(string Folder, PartitionFacts? Facts, string? Trouble)
{
    public int Number { get; } = IndexFolder.NumberOf(Folder);
}

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

    /// <summary>In the order of their numbers, those in trouble too.</summary>
    public IReadOnlyList<FoundPartition> Partitions { get; private set; } = [];

    /// <summary>Takes the folder for this process, and looks at what is there.</summary>
    /// <exception cref="IOException">Another process has the index open.</exception>
    public static IndexFolder Open(string path, PartitionOptions options)
    {
        RecorderCodec.Register();
        System.IO.Directory.CreateDirectory(path);
        var marker = System.IO.Path.Combine(path, InUseName);
        var wasUnclean = File.Exists(marker);
        var folder = new IndexFolder(path, new FileStream(marker, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        try { folder.Partitions = [.. folder.PartitionPaths().Select(found => Look(found, options, wasUnclean)).OfType<FoundPartition>()]; }
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

    public static void Delete(string partitionPath)
    {
        if (System.IO.Directory.Exists(partitionPath)) System.IO.Directory.Delete(partitionPath, recursive: true);
    }

    public void Dispose()
    {
        File.Delete(_inUse.Name);
        _inUse.Dispose();
    }

    // What .NET gives an IOException that names no error of the system: Lucene's words about checksums and ends of files.
    private const int NoSystemError = unchecked((int)0x80131620);

    /// <summary>What Lucene throws over bytes that are not what it wrote. A lock held by another process is not damage: nothing may be deleted then.</summary>
    public static bool MeansDamage(Exception e) =>
        e is not ObjectDisposedException
        && (e is IOException { HResult: NoSystemError } or CorruptIndexException or IndexFormatTooNewException or IndexFormatTooOldException or EndOfStreamException
            or FileNotFoundException or DirectoryNotFoundException or ArgumentException or InvalidOperationException
            or IndexOutOfRangeException or OverflowException or KeyNotFoundException or FormatException or InvalidDataException);

    private IEnumerable<string> PartitionPaths() => System.IO.Directory.GetDirectories(Path, "p????????").Order(StringComparer.Ordinal);

    /// <summary>Null for what was created and never committed, which goes.</summary>
    private static FoundPartition? Look(string path, PartitionOptions options, bool wasUnclean)
    {
        PartitionFacts? facts = null;
        try
        {
            facts = PartitionFiles.ReadFacts(path);
            if (facts is null) Delete(path);
            else if (facts.Format != options.Format) return new FoundPartition(path, facts, $"format {facts.Format} instead of {options.Format}");
            else PartitionFiles.Check(path, wasUnclean && !facts.Merged); // what was merged is not written any more, so a crash does not touch it
            return facts is null ? null : new FoundPartition(path, facts, null);
        }
        catch (Exception e) when (MeansDamage(e))
        {
            return new FoundPartition(path, facts, $"damaged: {e.Message}");
        }
    }
}
