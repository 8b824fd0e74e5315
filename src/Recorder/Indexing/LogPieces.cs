using Recorder.Archive;

namespace Recorder.Indexing;

/// <summary>Cuts a stretch of the log into pieces that are worth a task of their own, bounded by what their mail may hold in memory.</summary>
internal static class LogPieces
{
    private const int MaxEntries = 64;
    private const long MaxContentBytes = 1 << 20;

    /// <returns>Never an empty piece; one entry alone may be larger.</returns>
    public static async IAsyncEnumerable<IReadOnlyList<LogEntry>> Of(IAsyncEnumerable<LogEntry> entries)
    {
        var (piece, bytes) = (new List<LogEntry>(), 0L);
        await foreach (var entry in entries)
        {
            if (piece.Count == MaxEntries || (piece.Count > 0 && bytes + entry.ContentLengthBytes > MaxContentBytes))
            {
                yield return piece;
                (piece, bytes) = ([], 0);
            }

            piece.Add(entry);
            bytes += entry.ContentLengthBytes;
        }

        if (piece.Count > 0)
        {
            yield return piece;
        }
    }
}
