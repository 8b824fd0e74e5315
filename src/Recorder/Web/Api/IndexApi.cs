using Microsoft.AspNetCore.Http.HttpResults;
using Recorder.Indexing;

namespace Recorder.Web.Api;

/// <summary>A stretch of the log that is being indexed again.</summary>
/// <param name="Entries">Entries of the log in it, of all kinds: the most that cannot be found meanwhile.</param>
public sealed record GapItem(int Partition, long Entries, string Reason);

/// <param name="Lag">Entries behind the newest that the index has not come to.</param>
/// <param name="RebuiltThrough">How far the present rebuild has come in the log; null where none runs.</param>
/// <param name="LastCheck">The last comparison of log and index; null before the first since the start.</param>
public sealed record IndexItem(
    long Through, long Lag, double MessagesPerSecond, long Unreadable, long MissingContent, IReadOnlyList<GapItem> Gaps, long? RebuiltThrough,
    CoverageReport? LastCheck, string? LastError);

/// <summary>How complete the mail index is.</summary>
internal static class IndexApi
{
    public static void MapIndexApi(this RouteGroupBuilder api)
    {
        api.MapGet("/admin/index", Look).WithSummary("How far the mail index has come, what is being made anew in it, and the last comparison with the log.");
        api.MapPost("/admin/index/check", CheckAsync).WithSummary("Compare log and index now, reading every byte, and index what is missing; answers when it is done.");
    }

    private static Ok<IndexItem> Look(IndexFollower follower, IndexCare care)
    {
        var (index, status) = (follower.Status, care.Status);
        return TypedResults.Ok(new IndexItem(
            index.Through, index.Lag, index.DocumentsPerSecond, index.Unreadable, index.MissingContent,
            [.. status.Gaps.Select(gap => new GapItem(gap.Partition, gap.Entries, gap.Reason))], status.RebuiltThrough, status.Last, index.LastError ?? status.LastError));
    }

    private static async Task<Ok<CoverageReport>> CheckAsync(IndexCare care, CancellationToken cancel) => TypedResults.Ok(await care.CheckAsync().WaitAsync(cancel));
}
