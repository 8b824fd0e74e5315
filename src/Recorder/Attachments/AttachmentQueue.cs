using Recorder.Archive;
using Recorder.Search;

namespace Recorder.Attachments;

/// <summary>A record that holds something to read.</summary>
internal readonly record struct WaitingRecord(long Sequence, RecordId Id);

/// <summary>What is to be read next.</summary>
/// <param name="Records">Those that hold something; null where nobody knows and each must be looked at.</param>
/// <param name="Through">The last sequence that is done when these are.</param>
internal sealed record WaitingStretch(IReadOnlyList<WaitingRecord>? Records, long Through);

/// <summary>
/// Which records of the mail index hold attachments that were not read yet, as the index's follower found while it read
/// the messages: most mail has none, and need not be opened again. Of what was indexed before this process began it knows nothing.
/// </summary>
public sealed class AttachmentQueue
{
    private const int MostAtOnce = 16;

    private readonly Lock gate = new();
    private readonly Queue<WaitingRecord> waiting = new();
    private TaskCompletionSource grown = NewSignal();
    private long knownAfter, through, doneThrough;

    /// <summary>Records that wait, as far as is known.</summary>
    public int Count
    {
        get
        {
            lock (gate) return waiting.Count;
        }
    }

    /// <summary>After they were added to the index, in order; an earlier one than the last begins anew.</summary>
    public void Added(IReadOnlyList<SearchDocument> documents)
    {
        lock (gate)
        {
            foreach (var document in documents)
            {
                Add(document);
            }

            grown.TrySetResult();
        }
    }

    /// <param name="after">The last sequence that is done.</param>
    /// <param name="indexed">The last sequence that was in the index when this process began, or later.</param>
    /// <returns>null where there is nothing.</returns>
    internal WaitingStretch? Next(long after, long indexed)
    {
        lock (gate)
        {
            grown = grown.Task.IsCompleted ? NewSignal() : grown;
            if (through == 0)
            {
                return after < indexed ? new(null, indexed) : null;
            }

            if (after < knownAfter)
            {
                return new(null, knownAfter);
            }

            // Lower than what was given out: the index takes records in again. What the follower does will be added here in a
            // moment; what a rebuild or the comparison with the log brought is in the index already, and is not.
            if (after < doneThrough)
            {
                return after < indexed ? new(null, Math.Min(doneThrough, indexed)) : null;
            }

            doneThrough = after;
            while (waiting.TryPeek(out var first) && first.Sequence <= after) waiting.Dequeue();
            return after >= through ? null : Known();
        }
    }

    /// <summary>Ends when more was added since the last <see cref="Next"/>.</summary>
    internal Task GrownAsync()
    {
        lock (gate) return grown.Task;
    }

    private void Add(SearchDocument document)
    {
        if (document.Sequence <= through || through == 0)
        {
            waiting.Clear();
            knownAfter = doneThrough = document.Sequence - 1;
        }

        through = document.Sequence;
        if (document.Gaps.HasFlag(AttachmentGaps.Waiting) && RecordId.TryParse(document.Id, out var id))
        {
            waiting.Enqueue(new(document.Sequence, id));
        }
    }

    private WaitingStretch Known()
    {
        var next = waiting.Take(MostAtOnce).ToList();
        return new(next, next.Count == MostAtOnce ? next[^1].Sequence : through);
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
