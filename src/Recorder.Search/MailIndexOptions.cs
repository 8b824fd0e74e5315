namespace Recorder.Search;

/// <summary>How the mail index is laid out and bounded.</summary>
public sealed record MailIndexOptions
{
    /// <summary>A partition closes at this many documents, is merged once and then only read.</summary>
    public int PartitionDocuments { get; init; } = 1_000_000;

    /// <summary>Documents held in memory, in megabytes, before Lucene writes a segment.</summary>
    public double RamBufferMegabytes { get; init; } = 48;

    /// <summary>A full partition is merged only when the attachments of its records were read.</summary>
    public bool AwaitsAttachments { get; init; }

    /// <summary>Most hits on one page, whatever the request asks for.</summary>
    public int MaxPageHits { get; init; } = 500;

    internal Func<Lucene.Net.Store.Directory, Lucene.Net.Store.Directory> Disk { get; init; } = static directory => directory;
}
