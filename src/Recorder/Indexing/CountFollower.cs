using System.Text.Json;
using Recorder.Archive;
using Recorder.Archive.Disk;
using Recorder.Ledger;

namespace Recorder.Indexing;

/// <summary>
/// Follows the log and counts, with a small file of its own that holds position and counts together: so no page ever scans the archive,
/// and without the file everything is counted again from what is kept.
/// </summary>
/// <param name="what">For the log: what is counted.</param>
public abstract partial class CountFollower(string what, string fileName, IArchiveLog archive, IDisk? disk, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan SaveInterval = TimeSpan.FromMinutes(1), PauseAfterFailure = TimeSpan.FromSeconds(5);

    private long through;
    private long savedThrough;
    private long savedAt = time.GetTimestamp();

    /// <summary>The last sequence that is counted.</summary>
    public long Through => Interlocked.Read(ref through);

    /// <summary>Held while counts change.</summary>
    protected Lock Gate { get; } = new();

    /// <summary>Runs until cancelled; a log that cannot be read is tried again from the last counted entry.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        Load();
        await UntilCancelled.RunAsync(FollowAsync, error => LogStopped(log, what, Through, error), PauseAfterFailure, time, cancel);
        Save();
    }

    internal void Add(LogEntry entry)
    {
        lock (Gate)
        {
            Count(entry);
            Interlocked.Exchange(ref through, entry.Position.Sequence);
        }
    }

    /// <summary>Writes the file where something was counted since; a failure costs only counting again.</summary>
    internal void Save()
    {
        if (disk is null || Through == savedThrough) return;
        try
        {
            var (json, at) = Written();
            DurableFile.Write(disk, fileName, stream => stream.Write(json), replace: true);
            (savedThrough, savedAt) = (at, time.GetTimestamp());
        }
        catch (IOException error)
        {
            savedAt = time.GetTimestamp();
            LogNotSaved(log, what, error);
        }
    }

    internal void Load()
    {
        if (disk is null || !disk.Exists(fileName)) return;
        try
        {
            using var file = disk.Open(fileName, DiskMode.Read);
            var json = new byte[file.Length];
            var length = file.Read(0, json);
            lock (Gate)
            {
                if (Take(json.AsSpan(0, length), archive.Lane, archive.DurableSequence) is { } at) (through, savedThrough) = (at, at);
            }
        }
        catch (Exception error) when (error is IOException or JsonException)
        {
            LogUnreadable(log, what, error);
        }
    }

    protected abstract void Count(LogEntry entry);

    /// <summary>The file: what was counted, of which log, and up to where.</summary>
    protected abstract byte[] Write(string lane, long through);

    /// <returns>Up to where the file counts; null, and nothing is taken from it, where it is of another log or of more than <paramref name="last"/>.</returns>
    protected abstract long? Take(ReadOnlySpan<byte> json, string lane, long last);

    private async Task FollowAsync(CancellationToken cancel)
    {
        await foreach (var entry in archive.FollowAsync(Through, EntryKinds.All, cancel))
        {
            Add(entry);
            if (time.GetElapsedTime(savedAt) >= SaveInterval) Save();
        }
    }

    private (byte[] Json, long Through) Written()
    {
        lock (Gate) return (Write(archive.Lane, through), through);
    }

    [LoggerMessage(2260, LogLevel.Error, "{What} cannot be counted after {Sequence}; trying again")]
    private static partial void LogStopped(ILogger log, string what, long sequence, Exception error);

    [LoggerMessage(2261, LogLevel.Warning, "The counts of {What} could not be written; they are counted again after a restart")]
    private static partial void LogNotSaved(ILogger log, string what, Exception error);

    [LoggerMessage(2262, LogLevel.Warning, "The counts of {What} cannot be read and are counted again")]
    private static partial void LogUnreadable(ILogger log, string what, Exception error);
}
