using Microsoft.AspNetCore.Http.HttpResults;
using Recorder.Completeness.Hours;

namespace Recorder.Web.Api;

/// <summary>How complete the last month is, hour by hour.</summary>
/// <param name="Gaps">Sum over all hours.</param>
public sealed record CompletenessAnswer(DateTimeOffset? CheckedAt, long Gaps, long Uncounted, IReadOnlyList<HourItem> Hours);

/// <summary>One hour in which something came. Records are messages; everything else but lost and notIndexed counts recipients.</summary>
public sealed record HourItem(
    DateTimeOffset Hour, long HandedOver, long Recorded, long Delivered, long Held, long Journaled, long Outbox, long Waiting, long Refused, long Returned,
    long Records, long Kept, long Indexed, long NotIndexed, long Lost, long Unsettled, long Gaps);

internal static class CompletenessApi
{
    public static void MapCompletenessApi(this RouteGroupBuilder api) =>
        api.MapGet("/admin/completeness", Find).WithSummary("What was handed over in each hour of the last month, and what became of it; hours without mail are left out.");

    private static Ok<CompletenessAnswer> Find(ICompleteness completeness)
    {
        var report = completeness.Report;
        return TypedResults.Ok(new CompletenessAnswer(report.CheckedAt, report.Gaps, report.Uncounted, [.. report.Rows.Select(ItemOf)]));
    }

    private static HourItem ItemOf(HourRow row) => new(
        row.Count.Hour, row.Count.HandedOver, row.Count.Recorded, row.Count.Delivered, row.Count.Held, row.Count.Journaled, row.Count.Outbox, row.Count.Waiting, row.Count.Refused,
        row.Count.Returned, row.Count.Records, row.Kept, row.Indexed, row.NotIndexed, row.Lost, row.Count.Unsettled, row.Gaps);
}
