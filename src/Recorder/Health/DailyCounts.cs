using System.Text.Json;
using Recorder.Archive;
using Recorder.Archive.Disk;
using Recorder.Indexing;
using Recorder.Ledger;

namespace Recorder.Health;

/// <summary>Counts what comes in, a line a day.</summary>
public sealed class DailyCounts(IArchiveLog archive, IDisk? disk, TimeProvider time, ILogger<DailyCounts> log) : CountFollower("days", FileName, archive, disk, time, log)
{
    public const string FileName = "days.json";
    public const int MaxDays = 800;

    private readonly TimeProvider time = time;
    private readonly SortedDictionary<DateOnly, DayCount> days = [];

    /// <summary>The newest days up to today, oldest first, with zeros where nothing came.</summary>
    public IReadOnlyList<DayCount> Last(int count)
    {
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        lock (Gate)
        {
            return [.. Enumerable.Range(1 - count, count).Select(today.AddDays).Select(day => days.GetValueOrDefault(day, new DayCount(day, 0, 0, 0)))];
        }
    }

    protected override void Count(LogEntry entry)
    {
        if (entry.Kind != EntryKind.Mail) return;
        var day = DateOnly.FromDateTime(entry.AppendedAt.UtcDateTime);
        var before = days.GetValueOrDefault(day, new DayCount(day, 0, 0, 0));
        days[day] = before with { Messages = before.Messages + 1, Held = before.Held + (IsHeld(entry) ? 1 : 0), Bytes = before.Bytes + entry.ContentLengthBytes };
        while (days.Count > MaxDays) days.Remove(days.First().Key);
    }

    protected override byte[] Write(string lane, long through) => JsonSerializer.SerializeToUtf8Bytes(new CountsFile(lane, through, [.. days.Values]));

    protected override long? Take(ReadOnlySpan<byte> json, string lane, long last)
    {
        if (JsonSerializer.Deserialize<CountsFile>(json) is not { Days: not null } file || file.Lane != lane || file.Through > last) return null;
        foreach (var day in file.Days) days[day.Day] = day;
        return file.Through;
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
}
