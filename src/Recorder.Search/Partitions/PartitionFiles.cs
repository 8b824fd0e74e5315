using Lucene.Net.Analysis.Core;
using Lucene.Net.Index;
using Lucene.Net.Store;
using Lucene.Net.Util;
using Recorder.Search.Packing;

namespace Recorder.Search.Partitions;

/// <summary>The folder of one partition: looked at before it is opened, and opened for Lucene.</summary>
internal static class PartitionFiles
{
    private const int MaxPendingMerges = 8;
    private const double MaxCachedMergeMegabytes = 4, MaxCachedMegabytes = 32;

    /// <summary>The committed facts, or null where nothing was ever committed. Lucene's exceptions mean damage.</summary>
    public static PartitionFacts? ReadFacts(string folder)
    {
        using var directory = new IndexFiles(folder);
        return !DirectoryReader.IndexExists(directory) ? null : PartitionFacts.FromCommitData(NewestCommit(directory).UserData) ?? throw new CorruptIndexException($"{folder}: no facts in the commit");
    }

    /// <summary>Whether it can be opened. Lucene's exceptions mean damage.</summary>
    /// <param name="whole">Check every byte against the checksum written with it: all that a crash can break, at the speed of the disk.</param>
    public static void Check(string folder, bool whole)
    {
        using var directory = new PackedDirectory(new IndexFiles(folder));
        using var reader = DirectoryReader.Open(directory);
        // Where the newest commit names files that cannot be read, Lucene opens one before it that is still there, with fewer documents.
        if (reader.IndexCommit.Generation != NewestCommit(directory).Generation) throw new CorruptIndexException($"{folder}: files of the newest commit cannot be read");
        if (whole) Check(reader);
    }

    /// <summary>The same of a partition in use, over what its newest reader has on the disk.</summary>
    public static void Check(DirectoryReader reader)
    {
        try
        {
            foreach (var leaf in reader.Leaves) leaf.AtomicReader.CheckIntegrity();
        }
        catch (IOException e) // Lucene's answer to a wrong checksum
        {
            throw new CorruptIndexException(e.Message, e);
        }
    }

    public static PackedDirectory Kept(string folder, PartitionOptions options) => new(options.Disk(new IndexFiles(folder)));

    // Each refresh makes a dozen small files that the next merges delete. They stay in memory until the commit, which
    // writes and syncs what is left of them; making them on the disk cost a tenth of the CPU time of a message.
    public static PackedDirectory Fresh(string folder, PartitionOptions options) =>
        new(new NRTCachingDirectory(options.Disk(new IndexFiles(folder)), MaxCachedMergeMegabytes, MaxCachedMegabytes));

    public static IndexWriter OpenWriter(PackedDirectory directory, MergePolicy merges, PartitionOptions options)
    {
        var config = new IndexWriterConfig(LuceneVersion.LUCENE_48, new KeywordAnalyzer())
        {
            RAMBufferSizeMB = options.RamBufferMegabytes,
            OpenMode = OpenMode.CREATE_OR_APPEND,
            MergePolicy = merges,
            MergeScheduler = Merges(),
            UseCompoundFile = false,
            Codec = new RecorderCodec(),
        };
        return new IndexWriter(directory, config);
    }

    /// <summary>One that a crash left half written is none.</summary>
    private static SegmentInfos NewestCommit(Lucene.Net.Store.Directory directory)
    {
        var commit = new SegmentInfos();
        commit.Read(directory);
        return commit;
    }

    // Lucene's own bound makes whoever writes or refreshes wait as soon as two merges are pending; new mail would be found late.
    private static ConcurrentMergeScheduler Merges()
    {
        var merges = new ConcurrentMergeScheduler();
        merges.SetMaxMergesAndThreads(MaxPendingMerges, Math.Max(1, Environment.ProcessorCount / 2));
        return merges;
    }
}
