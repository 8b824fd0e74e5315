using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Recorder.Benchmarks.Load;

namespace Recorder.Benchmarks.Soak;

/// <summary>What became of every message: the model that the archive is compared with.</summary>
internal sealed partial class Tally
{
    private readonly ConcurrentDictionary<string, ConcurrentQueue<string>> acknowledged = [];
    private readonly ConcurrentDictionary<string, int> refusals = [];
    private long sent, refused, unknown;
    private ConcurrentQueue<double> milliseconds = [];

    public long Sent => Interlocked.Read(ref sent);

    public long Refused => Interlocked.Read(ref refused);

    public long Unknown => Interlocked.Read(ref unknown);

    public long Acknowledged => Sent - Refused - Unknown;

    /// <summary>Refusals by their words, most frequent first.</summary>
    public IEnumerable<string> Reasons => refusals.OrderByDescending(reason => reason.Value).Select(reason => $"{reason.Value} x {reason.Key}");

    /// <summary>The record ids that were acknowledged for a mailbox.</summary>
    public IReadOnlyCollection<string> For(string mailbox) => acknowledged.TryGetValue(mailbox, out var ids) ? ids.ToHashSet(StringComparer.Ordinal) : [];

    public void Count(Answer answer)
    {
        Interlocked.Increment(ref sent);
        if (answer.Fate != Fate.Acknowledged)
        {
            Interlocked.Increment(ref answer.Fate == Fate.Refused ? ref refused : ref unknown);
            refusals.AddOrUpdate(Id().Replace(answer.Words, "ID"), 1, (_, count) => count + 1);
            return;
        }

        milliseconds.Enqueue(answer.Milliseconds);
        var id = Id().Match(answer.Words).Value;
        Assert.True(id.Length > 0, $"an acknowledgement without a record id: {answer.Words}");
        foreach (var mailbox in answer.Mail.To)
        {
            acknowledged.GetOrAdd(mailbox, _ => []).Enqueue(id);
        }
    }

    /// <summary>The times of the acknowledged messages since the last call, ascending.</summary>
    public IReadOnlyList<double> TakeTimes() => [.. Interlocked.Exchange(ref milliseconds, []).Order()];

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")]
    private static partial Regex Id();
}
