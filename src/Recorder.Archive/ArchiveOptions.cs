using System.ComponentModel.DataAnnotations;
using Recorder.Archive.Log;

namespace Recorder.Archive;

/// <summary>How one lane of the log is written. All sizes in bytes.</summary>
public sealed record ArchiveOptions
{
    private const long Mebibyte = 1024 * 1024;

    /// <summary>The writer's name in every position. One process writes a lane; lower-case letters, digits and '-'.</summary>
    [RegularExpression("^[a-z0-9][a-z0-9-]{0,31}$")]
    public string Lane { get; init; } = "main";

    /// <summary>An active file of this much content, spooled bodies included, is retired and sealed. Larger files seal
    /// better and take longer to read at start.</summary>
    [Range(4096, 4096 * Mebibyte)]
    public long ActiveFileMaxBytes { get; init; } = 256 * Mebibyte;

    /// <summary>Appends that wait for the writer at most; further callers wait for a place.</summary>
    [Range(1, 1_000_000)]
    public int QueueEntries { get; init; } = 1024;

    /// <summary>The same in bytes.</summary>
    [Range(4096, 4096 * Mebibyte)]
    public long QueueBytes { get; init; } = 64 * Mebibyte;

    /// <summary>Content up to this is held in memory and written with its batch; beyond, it is spooled.</summary>
    [Range(1024, ActiveFormat.MaxInlineContentBytes)]
    public int MemoryContentMaxBytes { get; init; } = ActiveFormat.MaxInlineContentBytes;

    /// <summary>Mail is refused as disk full while less than this is free, so that what happens to mail already taken can
    /// still be recorded.</summary>
    [Range(0, long.MaxValue)]
    public long MailReserveBytes { get; init; } = 256 * Mebibyte;

    /// <summary>Events are refused while less than this is free, so that sealing and removal still have room.</summary>
    [Range(0, long.MaxValue)]
    public long EventReserveBytes { get; init; } = 64 * Mebibyte;

    /// <summary>Newest entries held in memory for followers.</summary>
    [Range(1, 1_000_000)]
    public int RecentEntries { get; init; } = 8192;

    /// <summary>The same in bytes of payload.</summary>
    [Range(0, 4096 * Mebibyte)]
    public long RecentBytes { get; init; } = 32 * Mebibyte;

    /// <summary>How often a changed day and unfinished sealing are looked for.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan SealCheckInterval { get; init; } = TimeSpan.FromMinutes(1);
}
