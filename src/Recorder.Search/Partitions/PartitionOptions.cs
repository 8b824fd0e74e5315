namespace Recorder.Search.Partitions;

/// <summary>How a partitioned index is laid out.</summary>
/// <param name="Format">Version of fields and analysis.</param>
/// <param name="PartitionDocuments">A partition closes at this many documents.</param>
/// <param name="RamBufferMegabytes">Documents held in memory before a segment is written.</param>
internal sealed record PartitionOptions(string Format, int PartitionDocuments, double RamBufferMegabytes)
{
    /// <summary>A closed partition is merged only when <see cref="PartitionSet.AttachedThrough"/> has come to its end.</summary>
    public bool AwaitsAttachments { get; init; }
}
