using Recorder.Archive;
using Recorder.Archive.Log;
using Recorder.Archive.Segments;

namespace Recorder.Health;

/// <summary>Tells the log what the archive does on its own.</summary>
public sealed partial class ArchiveLogging(ILogger<MailArchive> logger) : IArchiveObserver
{
    public void Recovered(RecoveryReport report)
    {
        foreach (var tail in report.Cut)
        {
            Log.TornTail(logger, tail.File, tail.Offset, tail.LengthBytes);
        }

        if (!report.IsClean)
        {
            Log.Damage(logger, report.Damaged.Count, report.Missing.Count);
        }
    }

    public void Sealed(string file, IReadOnlyList<SegmentInfo> segments) => Log.Sealed(logger, file, segments.Count, segments.Sum(segment => segment.StoredBytes));

    public void SetAside(string file, IReadOnlyList<Position> damaged) => Log.SetAside(logger, file, damaged.Count);

    public void Failed(string doing, Exception error) => Log.Failed(logger, error, doing);

    private static partial class Log
    {
        [LoggerMessage(1001, LogLevel.Warning, "Cut a torn batch from {File} at byte {Offset}: {LengthBytes} bytes that were never acknowledged")]
        public static partial void TornTail(ILogger logger, string file, long offset, long lengthBytes);

        [LoggerMessage(1002, LogLevel.Error, "The archive's active files have {Damaged} damaged ranges and {Missing} missing ranges; run recorder verify")]
        public static partial void Damage(ILogger logger, int damaged, int missing);

        [LoggerMessage(1003, LogLevel.Information, "Sealed {File} into {Segments} segments, {Bytes} bytes")]
        public static partial void Sealed(ILogger logger, string file, int segments, long bytes);

        [LoggerMessage(1004, LogLevel.Error, "{File} is kept aside because bytes in it are damaged; {Entries} entries could not be sealed; run recorder verify")]
        public static partial void SetAside(ILogger logger, string file, int entries);

        [LoggerMessage(1005, LogLevel.Error, "The archive could not {Doing}")]
        public static partial void Failed(ILogger logger, Exception error, string doing);
    }
}
