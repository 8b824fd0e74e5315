using Recorder.Archive;

namespace Recorder.Intake;

/// <param name="TotalBytes">Size of the volume; 0 where unknown.</param>
public readonly record struct DiskSpace(long FreeBytes, long TotalBytes)
{
    public double FreePercent => TotalBytes > 0 ? 100.0 * FreeBytes / TotalBytes : 100;

    public DiskLevel Level => FreePercent switch { < 5 => DiskLevel.Critical, < 10 => DiskLevel.VeryLow, < 20 => DiskLevel.Low, _ => DiskLevel.Fine };
}

/// <summary>How urgent the volume's state is.</summary>
public enum DiskLevel
{
    Fine,

    /// <summary>Less than 20 % free.</summary>
    Low,

    /// <summary>Less than 10 % free.</summary>
    VeryLow,

    /// <summary>Less than 5 % free.</summary>
    Critical,
}

/// <summary>
/// Alarms at 20, 10 and 5 % free, and says early when mail must wait: while every open session could still bring one
/// message of the largest size, so that nothing that was let in meets a full disk.
/// </summary>
public sealed class DiskWatermark(Func<DiskSpace> measure, Func<int> openSessions, long maxMessageBytes, TimeProvider clock, ILogger<DiskWatermark> log)
{
    /// <summary>What the log keeps back for itself, and some for state and index, which go on while mail waits.</summary>
    public static readonly long ReserveBytes = new ArchiveOptions().MailReserveBytes + (64L << 20);

    private static readonly TimeSpan Freshness = TimeSpan.FromMilliseconds(250);
    private readonly Lock gate = new();
    private long measuredAt;
    private DiskSpace space;
    private bool measured;
    private DiskLevel level;

    public DiskLevel Level
    {
        get
        {
            _ = Space;
            lock (gate) return level;
        }
    }

    public DiskSpace Space
    {
        get
        {
            lock (gate)
            {
                if (!measured || clock.GetElapsedTime(measuredAt) >= Freshness) Measure();
                return space;
            }
        }
    }

    /// <summary>False: answer 452 and let the upstream keep it.</summary>
    public bool HasRoom => Space.FreeBytes >= (openSessions() + 1L) * maxMessageBytes + ReserveBytes;

    private void Measure()
    {
        (space, measuredAt, measured) = (measure(), clock.GetTimestamp(), true);
        var now = space.Level;
        if (now != level) Log.DiskLevelChanged(log, now > level ? LogLevel.Error : LogLevel.Information, now, space.FreePercent, space.FreeBytes);
        level = now;
    }
}

internal static partial class Log
{
    [LoggerMessage(EventId = 3002, Message = "Disk space {DiskLevel}: {FreePercent:F1} % ({FreeBytes} bytes) free. Mail waits at the upstream (452) before space runs out: add space")]
    public static partial void DiskLevelChanged(ILogger log, LogLevel level, DiskLevel diskLevel, double freePercent, long freeBytes);
}
