using Recorder.Recovery;
using Recorder.Web.Texts;

namespace Recorder.Web.Pages;

/// <param name="Times">How often in a row: ten openings by one person are one line.</param>
public sealed record TimelineLine(TimelineStep Step, int Times);

/// <summary>A message's life in sentences.</summary>
internal static class TimelineView
{
    public static IReadOnlyList<TimelineLine> Fold(IReadOnlyList<TimelineStep> steps)
    {
        var lines = new List<TimelineLine>();
        foreach (var step in steps)
        {
            if (lines.Count > 0 && IsSame(lines[^1].Step, step))
            {
                lines[^1] = new TimelineLine(step, lines[^1].Times + 1);
            }
            else
            {
                lines.Add(new TimelineLine(step, 1));
            }
        }

        return lines;
    }

    public static string Sentence(TimelineStep step, Text text) => text.Or("step." + step.Code, step.Code);

    /// <summary>The next hop's words as they are; our own reasons as a sentence.</summary>
    public static string? Words(TimelineStep step, Text text) => step.Words is { } words ? text.Or("reason." + words, words) : null;

    public static string Mood(TimelineStep step) => step.Code switch
    {
        "delivered" or "resent" or "released" or "attached" or "appended" => "good",
        "delivery-refused" or "delivery-expired" or "delivery-given-up" or "bounced" => "bad",
        "held" or "delivery-deferred" or "delivery-unknown" => "wait",
        _ => "plain",
    };

    private static bool IsSame(TimelineStep one, TimelineStep other) =>
        one.Code is "viewed" or "downloaded" && (one.Code, one.Actor, one.Mailbox) == (other.Code, other.Actor, other.Mailbox);
}
