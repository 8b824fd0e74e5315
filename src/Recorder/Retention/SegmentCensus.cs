using System.Collections.Concurrent;
using Recorder.Archive;
using Recorder.Archive.Segments;
using Recorder.Ledger;

namespace Recorder.Retention;

/// <summary>Messages and their bytes as received.</summary>
public sealed record KeptCount(long Records, long ContentBytes)
{
    public static KeptCount None { get; } = new(0, 0);

    public KeptCount Plus(KeptCount other) => new(Records + other.Records, ContentBytes + other.ContentBytes);
}

/// <summary>
/// What a segment holds by category. A segment never changes under its name, so each is counted once, as long as the process
/// lives; what is not counted yet is not guessed.
/// </summary>
public sealed class SegmentCensus(ISealedLog archive, TimeProvider time)
{
    /// <summary>The category of what has no envelope that can be read.</summary>
    public const string Unreadable = "unreadable";

    private readonly ConcurrentDictionary<string, IReadOnlyDictionary<string, KeptCount>> counted = new(StringComparer.Ordinal);
    private readonly Lock counting = new();

    /// <returns>null: not counted yet.</returns>
    public IReadOnlyDictionary<string, KeptCount>? Of(SegmentInfo segment) => counted.GetValueOrDefault(segment.Name);

    /// <summary>Counts what is not counted, newest first, until the time is over. Segments that cannot be read stay uncounted.</summary>
    /// <returns>Whether everything is counted that can be.</returns>
    public bool Count(TimeSpan atMost, CancellationToken cancel)
    {
        var began = time.GetTimestamp();
        lock (counting)
        {
            var mail = archive.Segments.Where(segment => segment.Kind == SegmentKind.Mail).ToList();
            Forget(mail);
            foreach (var segment in mail.Where(segment => !counted.ContainsKey(segment.Name)).OrderByDescending(segment => segment.Day))
            {
                cancel.ThrowIfCancellationRequested();
                if (time.GetElapsedTime(began) >= atMost) return false;
                TryCount(segment);
            }
        }

        return true;
    }

    private void Forget(List<SegmentInfo> present)
    {
        var names = present.Select(segment => segment.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var gone in counted.Keys.Where(name => !names.Contains(name))) counted.TryRemove(gone, out _);
    }

    private void TryCount(SegmentInfo segment)
    {
        try
        {
            counted[segment.Name] = archive.EntriesOf(segment).GroupBy(CategoryOf)
                .ToDictionary(group => group.Key, group => new KeptCount(group.LongCount(), group.Sum(entry => entry.ContentLengthBytes)), StringComparer.Ordinal);
        }
        catch (Exception error) when (error is ArchiveException or IOException)
        {
            // Damaged, as verify says, or rewritten meanwhile: then it is counted under its new name.
        }
    }

    // One message is one: mail where it is mail to anybody, else the first that it is.
    private static string CategoryOf(LogEntry entry)
    {
        if (SegmentLook.Decode(entry) is not { } mail) return Unreadable;
        var categories = mail.Recipients.Select(recipient => RetentionCategories.Of(recipient.Disposition)).ToList();
        return categories.Count == 0 || categories.Contains(RetentionCategories.Mail) ? RetentionCategories.Mail : categories[0];
    }
}
