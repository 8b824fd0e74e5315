using System.Text.Json;
using Recorder.Archive;
using Recorder.Archive.Disk;
using Recorder.Indexing;

namespace Recorder.Completeness.Hours;

/// <summary>
/// Keeps a line an hour of what was handed over and what became of it. Counted again from what is kept, they are the same but for records
/// that were erased.
/// </summary>
public sealed class HourlyLedger(IArchiveLog archive, IDisk? disk, TimeProvider time, ILogger<HourlyLedger> log) : CountFollower("hours", FileName, archive, disk, time, log)
{
    public const string FileName = "hours.json";

    private HourTally tally = new();

    /// <summary>Hours in which something came, oldest first; at most a month.</summary>
    public IReadOnlyList<HourCount> Hours
    {
        get { lock (Gate) return [.. tally.Hours]; }
    }

    protected override void Count(LogEntry entry) => tally.Add(entry);

    protected override byte[] Write(string lane, long through) => JsonSerializer.SerializeToUtf8Bytes(new HoursFile(lane, through, tally.Hours, tally.Open, tally.SweptFor));

    protected override long? Take(ReadOnlySpan<byte> json, string lane, long last)
    {
        if (JsonSerializer.Deserialize<HoursFile>(json) is not { Hours: not null, Open: not null } file || file.Lane != lane || file.Through > last) return null;
        tally = new HourTally();
        tally.Load(file.Hours, file.Open, file.SweptFor);
        return file.Through;
    }

    private sealed record HoursFile(string Lane, long Through, IReadOnlyCollection<HourCount> Hours, IReadOnlyDictionary<string, OpenRecord> Open, DateTimeOffset SweptFor);
}
