using System.Text.Json;
using Recorder.Archive;
using Recorder.Archive.Disk;

namespace Recorder.Completeness.Hours;

/// <summary>
/// Follows the log and keeps a line an hour of what was handed over and what became of it, with a small file of its own as
/// <see cref="Health.DailyCounts"/> has. The file holds position and counts together; without it the hours are counted again from what is
/// kept, with the same result but for records that were erased.
/// </summary>
public sealed partial class HourlyLedger(IArchiveLog archive, IDisk? disk, TimeProvider time, ILogger<HourlyLedger> log)
{
    public const string FileName = "hours.json";
    private static readonly TimeSpan SaveInterval = TimeSpan.FromMinutes(1), PauseAfterFailure = TimeSpan.FromSeconds(5);

    private readonly Lock gate = new();
    private HourTally tally = new();
    private long through;
    private long savedThrough;
    private long savedAt = time.GetTimestamp();

    /// <summary>The last sequence that is counted.</summary>
    public long Through => Interlocked.Read(ref through);

    /// <summary>Hours in which something came, oldest first; at most a month.</summary>
    public IReadOnlyList<HourCount> Hours
    {
        get { lock (gate) return [.. tally.Hours]; }
    }

    /// <summary>Runs until cancelled; a log that cannot be read is tried again from the last counted entry.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        Load();
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                await foreach (var entry in archive.FollowAsync(Through, EntryKinds.All, cancel))
                {
                    Add(entry);
                    if (time.GetElapsedTime(savedAt) >= SaveInterval) Save();
                }
            }
            catch (Exception error) when (!cancel.IsCancellationRequested)
            {
                LogStopped(log, Through, error);
                await Task.Delay(PauseAfterFailure, time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException)
            {
                break;
            }
        }

        Save();
    }

    internal void Add(LogEntry entry)
    {
        lock (gate)
        {
            tally.Add(entry);
            Interlocked.Exchange(ref through, entry.Position.Sequence);
        }
    }

    /// <summary>Writes the file where something was counted since; a failure costs only counting again.</summary>
    internal void Save()
    {
        if (disk is null || Through == savedThrough) return;
        try
        {
            HoursFile file;
            lock (gate) file = new HoursFile(archive.Lane, through, [.. tally.Hours], new Dictionary<string, OpenRecord>(tally.Open), tally.SweptFor);
            DurableFile.Write(disk, FileName, stream => JsonSerializer.Serialize(stream, file), replace: true);
            (savedThrough, savedAt) = (file.Through, time.GetTimestamp());
        }
        catch (IOException error)
        {
            savedAt = time.GetTimestamp();
            LogNotSaved(log, error);
        }
    }

    internal void Load()
    {
        if (disk is null || !disk.Exists(FileName) || Read(disk) is not { Hours: not null, Open: not null } file || file.Lane != archive.Lane || file.Through > archive.DurableSequence) return;
        lock (gate)
        {
            tally = new HourTally();
            tally.Load(file.Hours, file.Open, file.SweptFor);
            (through, savedThrough) = (file.Through, file.Through);
        }
    }

    private HoursFile? Read(IDisk from)
    {
        try
        {
            using var file = from.Open(FileName, DiskMode.Read);
            var bytes = new byte[file.Length];
            return JsonSerializer.Deserialize<HoursFile>(bytes.AsSpan(0, file.Read(0, bytes)));
        }
        catch (Exception error) when (error is IOException or JsonException)
        {
            LogUnreadable(log, error);
            return null;
        }
    }

    private sealed record HoursFile(string Lane, long Through, IReadOnlyList<HourCount> Hours, IReadOnlyDictionary<string, OpenRecord> Open, DateTimeOffset SweptFor);

    [LoggerMessage(2270, LogLevel.Error, "Hours cannot be counted after {Sequence}; trying again")]
    private static partial void LogStopped(ILogger log, long sequence, Exception error);

    [LoggerMessage(2271, LogLevel.Warning, "The counts of hours could not be written; they are counted again after a restart")]
    private static partial void LogNotSaved(ILogger log, Exception error);

    [LoggerMessage(2272, LogLevel.Warning, "The counts of hours cannot be read and are counted again")]
    private static partial void LogUnreadable(ILogger log, Exception error);
}
