using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Recorder.Archive;
using Recorder.Archive.Segments;
using Recorder.Ledger;

namespace Recorder.Retention;

/// <summary>What counts when a segment is looked at: everything of one moment.</summary>
/// <param name="Busy">Records that a delivery is under way for.</param>
internal sealed record PurgeContext(RetentionPolicy Policy, HoldsInForce Holds, IReadOnlySet<string> Busy, DateTimeOffset Now, TimeSpan Grace)
{
    /// <summary>The day in which a term ends is let pass, so that a day's mail leaves together; and one more, which is what a clock
    /// may leap before it is doubted.</summary>
    public bool IsDue(DateTimeOffset? end) => end is { } at && at < DateTimeOffset.MaxValue.AddDays(-2) && DueAt(at) <= Now;

    public static DateTimeOffset DueAt(DateTimeOffset end) => new DateTimeOffset(end.UtcDateTime.Date, TimeSpan.Zero).AddDays(1) + ClockWatch.MostAtOnce;
}

/// <summary>One mail segment as a purge sees it.</summary>
/// <param name="Due">What leaves, in order.</param>
/// <param name="Why">How many of them by the term of which rule; the empty name is the default's.</param>
/// <param name="Stays">Records that stay.</param>
/// <param name="Held">Of them, those whose term is over and that a hold keeps.</param>
/// <param name="Unreadable">Of them, those whose envelope cannot be read: no rule matches, so they are kept.</param>
/// <param name="FirstEnd">The earliest end of a term among those that leave.</param>
/// <param name="NextDue">When the next of those that stay may leave; null when none will by itself.</param>
internal sealed record SegmentLook(
    SegmentInfo Segment, IReadOnlyList<LeavingRecord> Due, IReadOnlyDictionary<string, long> Why, long DueBytes, long Stays, long Held, long Unreadable, DateTimeOffset? FirstEnd, DateTimeOffset? NextDue)
{
    /// <summary>All of it was erased before its term: only the husk is left to go.</summary>
    public bool IsHusk => Due.Count == 0 && Stays == 0;

    /// <exception cref="ArchiveException">The segment cannot be read, so nothing of it may be taken.</exception>
    public static SegmentLook At(SegmentInfo segment, IEnumerable<LogEntry> entries, PurgeContext context)
    {
        var (due, why, bytes, stays, held, unreadable) = (new List<LeavingRecord>(), new Dictionary<string, long>(StringComparer.Ordinal), 0L, 0L, 0L, 0L);
        DateTimeOffset? firstEnd = null, nextDue = null;
        foreach (var entry in entries)
        {
            if (Decode(entry) is not { } mail)
            {
                (stays, unreadable) = (stays + 1, unreadable + 1);
                continue;
            }

            var end = context.Policy.EndOf(entry, mail);
            if (!context.IsDue(end))
            {
                stays++;
                if (end is { } later) nextDue = Earlier(nextDue, PurgeContext.DueAt(later));
                continue;
            }

            if (MustStay(entry, mail, end!.Value, context, out var isHeld))
            {
                (stays, held) = (stays + 1, held + (isHeld ? 1 : 0));
                nextDue = Earlier(nextDue, context.Now);
                continue;
            }

            due.Add(new LeavingRecord(entry.Id.ToString(), mail.Owners, mail.IsImport ? entry.ReceivedAt : null));
            var rule = context.Policy.DecidingOf(mail)?.Id ?? "";
            why[rule] = why.GetValueOrDefault(rule) + 1;
            bytes += entry.ContentLengthBytes;
            firstEnd = Earlier(firstEnd, end.Value);
        }

        return new SegmentLook(segment, due, why, bytes, stays, held, unreadable, firstEnd, nextDue);
    }

    public PurgeStepPlan Plan() => new(
        Segment.Name, Stays == 0 ? PurgeAct.Remove : PurgeAct.Rewrite, Segment.Day, Segment.FirstSequence, Segment.LastSequence, Segment.EntryCount,
        Convert.ToHexStringLower(Segment.MerkleRoot.Span), Due.Count, DueBytes, Segment.StoredBytes, Held, HashOf(Due),
        Segment.FirstId.ToString(), Segment.LastId.ToString());

    public static RecordedMail? Decode(LogEntry entry)
    {
        try
        {
            return RecordedMail.Decode(entry.Payload.Span) is { Recipients: not null } mail && mail.Owners is not null ? mail : null;
        }
        catch (Exception error) when (error is JsonException or NullReferenceException or NotSupportedException)
        {
            return null;
        }
    }

    // What somebody asked for on the last day is still delivered; when half the grace is over it leaves all the same.
    private static bool MustStay(LogEntry entry, RecordedMail mail, DateTimeOffset end, PurgeContext context, out bool isHeld)
    {
        isHeld = context.Holds.Of(entry.Id.ToString(), mail.Owners) is not null;
        return isHeld || (context.Now < end + context.Grace / 2 && context.Busy.Contains(entry.Id.ToString()));
    }

    private static DateTimeOffset Earlier(DateTimeOffset? one, DateTimeOffset other) => one is { } first && first < other ? first : other;

    private static string HashOf(IReadOnlyList<LeavingRecord> due)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var record in due) hash.AppendData(Encoding.ASCII.GetBytes($"{record.Id}\n"));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
