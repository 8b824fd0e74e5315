using System.ComponentModel.DataAnnotations;

namespace Recorder.Evidence;

/// <summary>Section <c>Evidence</c>: how the archive is proven to be what it was (docs/integrity.md).</summary>
public sealed class EvidenceOptions
{
    public const string Section = "Evidence";

    /// <summary>Address of a time stamp authority (RFC 3161) that puts its time on each signed head; empty: none.</summary>
    public string TimeStampUrl { get; set; } = "";

    /// <summary>Seconds to wait for the authority.</summary>
    [Range(1, 120)]
    public int TimeStampTimeoutSeconds { get; set; } = 15;

    /// <summary>Read the whole archive again and again by itself. Off: only recorder verify reads it.</summary>
    public bool Check { get; set; } = true;

    /// <summary>Days from the beginning of one reading of the whole archive to the next.</summary>
    [Range(1, 31)]
    public int CheckDays { get; set; } = 28;

    /// <summary>Stored megabytes that this reading takes a second at most, so that it is in nobody's way.</summary>
    [Range(1, 10_000)]
    public int CheckMegabytesPerSecond { get; set; } = 16;
}
