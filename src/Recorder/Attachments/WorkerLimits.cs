using Recorder.Indexing;
using Recorder.Mail;

namespace Recorder.Attachments;

/// <summary>How long a reading process lives and what one file may cost it.</summary>
/// <param name="ProcessorTime">For one file. The worker stops beginning pages at half of it; at the whole it is killed.</param>
/// <param name="WallTime">For one file on a machine so busy that the worker hardly runs.</param>
/// <param name="MemoryBytes">Resident; the worker's own heap is held to three quarters.</param>
/// <param name="Files">A worker is replaced after so many.</param>
internal sealed record WorkerLimits(TimeSpan ProcessorTime, TimeSpan WallTime, long MemoryBytes, int Files = 1000)
{
    private const int WallTimes = 12;

    public static WorkerLimits Of(AttachmentOptions options)
    {
        var processor = TimeSpan.FromSeconds(options.MaxProcessorSeconds);
        return new(processor, processor * WallTimes, (long)options.MaxMemoryMegabytes << 20);
    }

    public long HeapBytes => MemoryBytes / 4 * 3;

    /// <summary>Resident beyond this after a file, it is replaced before the next.</summary>
    public long TidyBytes => MemoryBytes / 2;

    public FileLimits Reading(int maxChars) => FileLimits.Default with { MaxChars = maxChars, MaxTime = ProcessorTime / 2 };
}
