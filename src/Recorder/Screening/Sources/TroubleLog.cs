namespace Recorder.Screening.Sources;

/// <summary>
/// Which messages a filter fails on while it answers others. Such a failure belongs to the message: it is no sign that
/// the filter is gone, and waiting for the filter would not end it. Bounded; a restart forgets it and counts anew.
/// </summary>
internal sealed class TroubleLog(TimeProvider clock)
{
    public const int MaxMessages = 10_000;

    // As long as an upstream tries (RFC 5321 §4.5.4.1), and a little more.
    private static readonly TimeSpan Remembered = TimeSpan.FromDays(6);

    private readonly Lock gate = new();
    private readonly Dictionary<string, Trouble> known = new(StringComparer.Ordinal);
    private readonly Queue<(string Message, DateTimeOffset At)> order = new();
    private long heard;

    private sealed record Trouble(DateTimeOffset At, long HeardBefore, int Tries);

    /// <summary>How many answers there were so far; taken before asking, to know later whether others were answered meanwhile.</summary>
    public long Heard
    {
        get { lock (gate) return heard; }
    }

    /// <summary>The filter answered, about any message.</summary>
    public void Answered(string message)
    {
        lock (gate)
        {
            heard++;
            known.Remove(message);
        }
    }

    /// <param name="heardBefore">As <see cref="Heard"/> was when the message was sent.</param>
    /// <param name="isSaid">The filter itself refused the message: then it is there.</param>
    /// <returns>Whether others were answered while this one was not; and at how many of its tries the filter was there for others.</returns>
    public (bool IsOwn, int Tries) Failed(string message, long heardBefore, bool isSaid)
    {
        lock (gate)
        {
            var isOwn = isSaid || heard > heardBefore;
            var before = known.GetValueOrDefault(message);
            // Between two tries counts as well: on a quiet day nobody else asks just while this one waits.
            var isAnother = isOwn || (before is not null && heard > before.HeardBefore);
            var trouble = new Trouble(clock.GetUtcNow(), heardBefore, (before?.Tries ?? 0) + (isAnother ? 1 : 0));
            Keep(message, trouble, isNew: before is null);
            return (isOwn, trouble.Tries);
        }
    }

    private void Keep(string message, Trouble trouble, bool isNew)
    {
        known[message] = trouble;
        if (isNew) order.Enqueue((message, trouble.At));
        while (order.Count > 0 && (order.Count > MaxMessages || trouble.At - order.Peek().At > Remembered)) known.Remove(order.Dequeue().Message);
    }
}
