using System.Collections;
using System.Numerics;
using Recorder.Completeness.Reconciling;
using Recorder.Search;

namespace Recorder.Completeness;

/// <summary>Which positions of the log the mail index has: asked a stretch at a time, since the index lists them no other way.</summary>
public sealed class IndexPresence(IMailIndex index, string lane)
{
    public const int WindowSequences = 1 << 18;
    private const int MaxWindows = 8;

    private readonly Lock gate = new();
    private readonly Dictionary<long, Window> windows = [];
    private long through, looks;

    /// <summary>What is not found is looked for once more in each look: the index may have got it meanwhile.</summary>
    public void BeginLook(long indexedThrough)
    {
        lock (gate) (through, looks) = (indexedThrough, looks + 1);
    }

    public HandOverState Look(long sequence)
    {
        lock (gate)
        {
            if (sequence > through) return HandOverState.NotIndexedYet;
            var number = (sequence - 1) / WindowSequences;
            var window = windows.GetValueOrDefault(number) is { } known && known.Has(sequence) ? known : Fresh(number);
            return window.Has(sequence) ? HandOverState.Complete : HandOverState.NotIndexed;
        }
    }

    /// <summary>How many records of these positions can be found, both ends included.</summary>
    public long Count(long first, long last)
    {
        var found = 0L;
        for (var after = first - 1; after < last; after += WindowSequences)
        {
            var present = new BitArray((int)Math.Min(WindowSequences, last - after));
            index.MarkPresent(lane, after, present);
            var words = new int[(present.Count + 31) / 32];
            present.CopyTo(words, 0);
            found += words.Sum(word => (long)BitOperations.PopCount((uint)word));
        }

        return found;
    }

    private Window Fresh(long number)
    {
        if (windows.GetValueOrDefault(number) is { } known && known.Look == looks) return known;
        if (windows.Count >= MaxWindows) windows.Remove(windows.MinBy(pair => pair.Value.Look).Key);
        var present = new BitArray(WindowSequences);
        index.MarkPresent(lane, number * WindowSequences, present);
        return windows[number] = new Window(number * WindowSequences, present, looks);
    }

    private sealed record Window(long After, BitArray Present, long Look)
    {
        public bool Has(long sequence) => Present[(int)(sequence - After - 1)];
    }
}
