namespace Recorder.Indexing;

/// <summary>What a comparison of log and index found.</summary>
/// <param name="Records">Mail records of the log, as far as the index claims to have come.</param>
/// <param name="BeingRebuilt">Of these, in a partition that is being made anew.</param>
/// <param name="Missing">Of these, found nowhere.</param>
/// <param name="Repaired">Of the missing, indexed again.</param>
/// <param name="Strays">Found in the index though their records have left the log; taken out.</param>
/// <param name="DamagedPartitions">Found by reading every byte of what is not written any more; null where this was not done this time.</param>
public sealed record CoverageReport(
    DateTimeOffset At, TimeSpan Took, long Through, long Records, long BeingRebuilt, long Missing, long Repaired, long Strays, int? DamagedPartitions);

/// <summary>How complete the mail index is.</summary>
/// <param name="Gaps">What is being made anew, with the reasons.</param>
/// <param name="RebuiltThrough">How far the present rebuild has come in the log; null where none runs.</param>
/// <param name="Last">The last comparison; null before the first.</param>
/// <param name="LastError">Why the last rebuild or comparison failed; it is tried again.</param>
public sealed record CareStatus(IReadOnlyList<Search.IndexGap> Gaps, long? RebuiltThrough, CoverageReport? Last, string? LastError)
{
    /// <summary>Entries of the log that cannot be found meanwhile, at most.</summary>
    public long GapEntries => Gaps.Sum(gap => gap.Entries);

    /// <summary>Records that the last comparison found nowhere and could not index again.</summary>
    public long Missing => Last is { } last ? last.Missing - last.Repaired : 0;
}
