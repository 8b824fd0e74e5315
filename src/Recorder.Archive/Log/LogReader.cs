using System.Runtime.CompilerServices;
using Recorder.Archive.Segments;

namespace Recorder.Archive.Log;

/// <summary>
/// Reads across the newest entries in memory, the active files and the segments. A file leaves the list only when its
/// segments are there, so whoever finds it closed looks again and finds them.
/// </summary>
internal sealed class LogReader(LogFiles files, SegmentSet segments, SpoolFolder spool, RecentEntries recent, LogTail tail)
{
    private const int ChunkEntries = 256;

    public LogEntry? Find(RecordId id) => WithPlace(
        id, (file, at) => file.ReadHead(at).Entry, () => segments.Find(id));

    /// <exception cref="ArchiveException">Missing or damaged.</exception>
    public Stream OpenContent(RecordId id) => WithPlace(id, OpenActive, () => segments.OpenContent(id));

    public async IAsyncEnumerable<LogEntry> ReadAsync(long after, EntryKinds kinds, bool follow, [EnumeratorCancellation] CancellationToken cancel)
    {
        while (true)
        {
            cancel.ThrowIfCancellationRequested();
            var active = files.All;
            var boundary = active[0].Header.FirstSequence - 1;
            if (after < boundary)
            {
                foreach (var entry in segments.Read(after, kinds))
                {
                    cancel.ThrowIfCancellationRequested();
                    if (entry.Position.Sequence > boundary) break;
                    yield return entry;
                }
                after = boundary;
                continue;
            }
            // Closed in the meantime: sealed, so the next look finds the boundary behind it.
            if (ReadChunk(active, after) is not { } chunk) continue;
            foreach (var entry in chunk)
            {
                after = entry.Position.Sequence;
                if (Wanted(entry.Kind, kinds)) yield return entry;
            }
            if (chunk.Count > 0) continue;
            if (!follow) yield break;
            await tail.WaitBeyondAsync(after, cancel);
        }
    }

    /// <param name="active">As they were when <paramref name="after"/> was found not to be before the first of them.</param>
    /// <returns>The next entries, none at the end of the log; null when a file was closed.</returns>
    private IReadOnlyList<LogEntry>? ReadChunk(IReadOnlyList<ActiveFile> active, long after)
    {
        if (recent.After(after, ChunkEntries) is { } fresh) return fresh;
        if (active.FirstOrDefault(file => file.Index.LastSequence > after) is not { } file)
            // The last of them got a successor since.
            return active[^1] == files.Current ? [] : null;
        if (!file.TryEnter()) return null;
        try
        {
            return file.Index.After(after, ChunkEntries).Select(at => file.ReadHead(at).Entry).ToList();
        }
        finally
        {
            file.Exit();
        }
    }

    private T WithPlace<T>(RecordId id, Func<ActiveFile, IndexedEntry, T> active, Func<T> sealedLog)
    {
        if (files.Find(id) is not var (file, at)) return sealedLog();
        try
        {
            return active(file, at);
        }
        finally
        {
            file.Exit();
        }
    }

    private Stream OpenActive(ActiveFile file, IndexedEntry at)
    {
        var head = file.ReadHead(at);
        try
        {
            return new CheckedStream(file.OpenContent(at, head, spool), head.Entry);
        }
        catch (FileNotFoundException) when (!files.All.Contains(file))
        {
            return segments.OpenContent(at.Id);
        }
        catch (FileNotFoundException e)
        {
            throw new ArchiveException(ArchiveFault.Missing, $"the spooled bytes of {at.Id} ({head.Entry.Position}) are gone", e);
        }
    }

    private static bool Wanted(EntryKind kind, EntryKinds kinds) => (kinds & kind switch
    {
        EntryKind.Mail => EntryKinds.Mail,
        EntryKind.Event => EntryKinds.Events,
        _ => EntryKinds.Roots,
    }) != 0;
}
