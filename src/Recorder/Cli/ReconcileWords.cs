using System.Globalization;
using Recorder.Completeness.Reconciling;

namespace Recorder.Cli;

/// <summary>What a comparison found, for people.</summary>
internal static class ReconcileWords
{
    public static string Of(Gap gap) => string.Create(
        CultureInfo.InvariantCulture,
        $"{NameOf(gap.Kind).ToUpperInvariant()} {Moment(gap.At)} {gap.RecordId ?? "-"} {(gap.Recipient.Length == 0 ? "-" : gap.Recipient)}"
        + $"{(gap.QueueId is null ? "" : $" (queue id {gap.QueueId}, {gap.Status}, {gap.Relay})")}");

    public static string Of(ReconcileSummary summary)
    {
        var span = summary.First is { } first && summary.Last is { } last ? $" from {Moment(first)} to {Moment(last)}" : "";
        var judged = summary is { JudgedFrom: { } from, JudgedUntil: { } until }
            ? $"{summary.RecordsJudged} records from {Moment(from)} to {Moment(until)} were looked for in the log"
            : "the log is too short for records to be looked for in it: its ends are left out (--edge)";
        string[] lines =
        [
            $"{summary.Lines} lines{span}{(summary.Unreadable == 0 ? "" : $", {summary.Unreadable} without a time that can be read")}",
            $"{summary.Deliveries} deliveries taken over and {summary.Attempts} answered 4xx or 5xx: {summary.Complete} recorded and indexed, "
                + $"{summary.Purged} purged after their term, {summary.Erased} erased"
                + (summary.WithoutId == 0 ? "" : $"; {summary.WithoutId} more went to the hook and came back without a record id"),
            judged,
            summary.IsComplete ? "complete" : $"{summary.GapCount} gaps: {string.Join(", ", summary.Gaps.Select(pair => $"{pair.Value} {NameOf(pair.Key)}"))}",
        ];
        return string.Join('\n', lines);
    }

    private static string NameOf(GapKind kind) => kind switch
    {
        GapKind.Missing => "missing",
        GapKind.Damaged => "damaged",
        GapKind.OtherRecipients => "not recorded for",
        GapKind.NotIndexed => "not indexed",
        GapKind.WithoutId => "without id",
        _ => "not in log",
    };

    private static string Moment(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
