namespace Recorder.Search.Partitions;

/// <summary>How a partitioned index is laid out.</summary>
/// <param name="Format">Version of fields and analysis.</param>
/// <param name="PartitionDocuments">A partition closes at this many documents.</param>
/// <param name="RamBufferMegabytes">Documents held in memory before a segment is written.</param>
/// <param name="FillsGaps">Somebody fills what is missing, so what is good is kept when something else is not.</param>
internal sealed record PartitionOptions(string Format, int PartitionDocuments, double RamBufferMegabytes, bool FillsGaps = false)
{
    /// <summary>Stands between Lucene and the disk: for tests of what fails.</summary>
    public Func<Lucene.Net.Store.Directory, Lucene.Net.Store.Directory> Disk { get; init; } = static directory => directory;

    /// <summary>A closed partition is merged only when <see cref="PartitionSet.AttachedThrough"/> has come to its end.</summary>
    public bool AwaitsAttachments { get; init; }
}
