using System.ComponentModel.DataAnnotations;

namespace Recorder.Indexing;

/// <summary>Section <c>Search</c>: what is indexed.</summary>
public sealed class SearchOptions
{
    public const string Section = "Search";

    public AttachmentOptions Attachments { get; set; } = new();
}

/// <summary>Section <c>Search:Attachments</c>: the text of attached files, read in a process of its own.</summary>
public sealed class AttachmentOptions
{
    /// <summary>Read the text of attachments (PDF, office documents, archives' names). Off: only their names are found.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Larger attachments are not read, in decoded bytes.</summary>
    [Range(1 << 16, 256 << 20)]
    public int MaxFileBytes { get; set; } = 32 << 20;

    /// <summary>Attachments read of one message.</summary>
    [Range(1, 1000)]
    public int MaxFiles { get; set; } = 50;

    /// <summary>Characters of text taken from one attachment.</summary>
    [Range(1000, 4 << 20)]
    public int MaxCharacters { get; set; } = 1 << 20;

    /// <summary>Seconds of processor time for one attachment; after twice as many for one message the rest of it is left out.</summary>
    [Range(1, 300)]
    public int MaxProcessorSeconds { get; set; } = 10;

    /// <summary>Memory of the reading process, in megabytes; at the limit it is ended and started anew.</summary>
    [Range(128, 8192)]
    public int MaxMemoryMegabytes { get; set; } = 512;
}
