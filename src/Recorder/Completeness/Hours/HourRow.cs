namespace Recorder.Completeness.Hours;

/// <summary>An hour with what the index says of it.</summary>
/// <param name="Kept">Records of the hour that the archive still has.</param>
/// <param name="Indexed">Of the records, those that can be found.</param>
/// <param name="NotIndexed">In the archive and not to be found, though the index has passed them or a quarter of an hour has.</param>
/// <param name="Lost">Counted when they came, not in the archive now, and nothing says that they were removed.</param>
public sealed record HourRow(HourCount Count, long Kept, long Indexed, long NotIndexed, long Lost)
{
    /// <summary>What should not be: records that are gone or not found, and recipients that nobody owes.</summary>
    public long Gaps => NotIndexed + Lost + Count.Unsettled;
}

/// <summary>How complete the last month is.</summary>
/// <param name="CheckedAt">When index and hours were last compared; null before the first time.</param>
/// <param name="Rows">Oldest first; hours without mail are left out.</param>
/// <param name="Uncounted">Entries of the log that no hour counts yet.</param>
public sealed record CompletenessReport(DateTimeOffset? CheckedAt, IReadOnlyList<HourRow> Rows, long Uncounted)
{
    public long Gaps => Rows.Sum(row => row.Gaps);
}

public interface ICompleteness
{
    CompletenessReport Report { get; }
}
