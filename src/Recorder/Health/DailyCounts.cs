using System.Text.Json;
using Recorder.Archive;
using Recorder.Archive.Disk;
using Recorder.Ledger;

namespace Recorder.Health;

/// <summary>
/// Counts what comes in, a line a day: a follower of the log with a small file of its own, so that no page ever scans
/// the archive. The file holds position and counts together; without it the days are counted again from what is kept.
/// </summary>
public sealed partial class DailyCounts(IArchiveLog archive, IDisk? disk, TimeProvider time, ILogger<DailyCounts> log)
{
    public const string FileName = "days.json";
    public const int MaxDays = 800;
    private static readonly TimeSpan SaveInterval = TimeSpan.FromMinutes(1), PauseAfterFailure = TimeSpan.FromSeconds(5);

    private readonly Lock gate = new();
    private readonly SortedDictionary<DateOnly, DayCount> days = [];
    private long through;
    private long savedThrough;
    private long savedAt = time.GetTimestamp();

    /// <summary>The last sequence that is counted.</summary>
    public long Through => Interlocked.Read(ref through);

    /// <summary>The newest days up to today, oldest first, with zeros where nothing came.</summary>
    public IReadOnlyList<DayCount> Last(int count)
    {
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        lock (gate)
        {
            return [.. Enumerable.Range(1 - count, count).Select(today.AddDays).Select(day => days.GetValueOrDefault(day, new DayCount(day, 0, 0, 0)))];
        }
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
        var day = DateOnly.FromDateTime(entry.AppendedAt.UtcDateTime);
        lock (gate)
        {
            Interlocked.Exchange(ref through, entry.Position.Sequence);
            if (entry.Kind != EntryKind.Mail) return;
            var before = days.GetValueOrDefault(day, new DayCount(day, 0, 0, 0));
            days[day] = before with { Messages = before.Messages + 1, Held = before.Held + (IsHeld(entry) ? 1 : 0), Bytes = before.Bytes + entry.ContentLengthBytes };
            while (days.Count > MaxDays) days.Remove(days.First().Key);
        }
    }

    /// <summary>Writes the file where something was counted since; a failure costs only counting again.</summary>
    internal void Save()
    {
        if (disk is null || Through == savedThrough) return;
        try
        {
            CountsFile file;
            lock (gate) file = new CountsFile(archive.Lane, through, [.. days.Values]);
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
        if (disk is null || !disk.Exists(FileName) || Read(disk) is not { } file || file.Lane != archive.Lane || file.Through > archive.DurableSequence) return;
        lock (gate)
        {
            foreach (var day in file.Days) days[day.Day] = day;
            (through, savedThrough) = (file.Through, file.Through);
        }
    }

    private CountsFile? Read(IDisk from)
    {
        try
        {
            using var file = from.Open(FileName, DiskMode.Read);
            var bytes = new byte[file.Length];
            return JsonSerializer.Deserialize<CountsFile>(bytes.AsSpan(0, file.Read(0, bytes)));
        }
        catch (Exception error) when (error is IOException or JsonException)
        {
            LogUnreadable(log, error);
            return null;
        }
    }

    private static bool IsHeld(LogEntry entry)
    {
        try
        {
            return RecordedMail.Decode(entry.Payload.Span).Recipients.Any(recipient => Dispositions.IsHeld(recipient.Disposition));
        }
        catch (JsonException)
        {
            // A record of a later version: it came in, and that is what is counted.
            return false;
        }
    }

    private sealed record CountsFile(string Lane, long Through, IReadOnlyList<DayCount> Days);

    [LoggerMessage(2260, LogLevel.Error, "Days cannot be counted after {Sequence}; trying again")]
    private static partial void LogStopped(ILogger log, long sequence, Exception error);

    [LoggerMessage(2261, LogLevel.Warning, "The counts of days could not be written; they are counted again after a restart")]
    private static partial void LogNotSaved(ILogger log, Exception error);

    [LoggerMessage(2262, LogLevel.Warning, "The counts of days cannot be read and are counted again")]
    private static partial void LogUnreadable(ILogger log, Exception error);
}
