using System.Numerics;

namespace Recorder.Completeness.Reconciling;

/// <summary>
/// Which recipients of which records the log names. A record that is known whole is one bit at its position; what is known of others
/// in part is kept apart, and is little: the recipients of a message stand side by side in a log.
/// </summary>
internal sealed class KnownRecords
{
    private const int PageSequences = StretchRequest.WindowSequences, PageBytes = PageSequences / 8;

    private readonly Dictionary<long, byte[]> pages = [];
    private readonly Dictionary<long, BigInteger> partly = [];

    /// <param name="place">Of the recipient among the record's; below zero where the record does not name it.</param>
    /// <param name="count">Recipients of the record.</param>
    public void Add(long sequence, int place, int count)
    {
        if (sequence <= 0 || place < 0) return;
        if (count > 1)
        {
            var known = partly.GetValueOrDefault(sequence) | BigInteger.One << place;
            if (known != (BigInteger.One << count) - 1)
            {
                if (!IsWhole(sequence)) partly[sequence] = known;
                return;
            }

            partly.Remove(sequence);
        }

        Page(sequence)[(sequence - 1) % PageSequences >> 3] |= (byte)(1 << (int)((sequence - 1) & 7));
    }

    /// <summary>The bits of the positions behind one, as <see cref="StretchRequest.Known"/> wants them.</summary>
    /// <param name="after">A multiple of the page.</param>
    public byte[] PageAfter(long after) => pages.GetValueOrDefault(after / PageSequences) ?? [];

    public bool Knows(long sequence, int place) => IsWhole(sequence) || (partly.GetValueOrDefault(sequence) >> place & 1) == 1;

    public static long PageStart(long sequence) => sequence / PageSequences * PageSequences;

    private bool IsWhole(long sequence) => pages.TryGetValue((sequence - 1) / PageSequences, out var page)
        && (page[(sequence - 1) % PageSequences >> 3] & (1 << (int)((sequence - 1) & 7))) != 0;

    private byte[] Page(long sequence)
    {
        var number = (sequence - 1) / PageSequences;
        if (!pages.TryGetValue(number, out var page)) pages[number] = page = new byte[PageBytes];
        return page;
    }
}
