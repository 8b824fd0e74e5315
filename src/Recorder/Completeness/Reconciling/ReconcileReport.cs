using System.Text.Json.Serialization;
using Recorder.Ledger;

namespace Recorder.Completeness.Reconciling;

/// <summary>What a comparison is about.</summary>
/// <param name="Since">Deliveries and records from then on; null: from the log's first line.</param>
/// <param name="Until">Up to then, itself left out.</param>
/// <param name="Edge">So near to either end of the log a record that it does not name is not reported: its line may be in the next file.</param>
/// <param name="Peer">Only records handed over by this address are looked for in the log; null: all.</param>
/// <param name="Hook">The relay as Postfix writes it: every sent delivery to it without a record id is reported. null: they are counted.</param>
public sealed record ReconcileWish(DateTimeOffset? Since, DateTimeOffset? Until, TimeSpan Edge, string? Peer = null, string? Hook = null)
{
    public static readonly TimeSpan DefaultEdge = TimeSpan.FromMinutes(10);
}

[JsonConverter(typeof(CamelCaseNames<GapKind>))]
public enum GapKind
{
    /// <summary>The log has our reply with an id, and there is no such record.</summary>
    Missing,

    /// <summary>There is, and it cannot be read.</summary>
    Damaged,

    /// <summary>There is, and it does not name the recipient.</summary>
    OtherRecipients,

    /// <summary>Recorded, and not in the index.</summary>
    NotIndexed,

    /// <summary>Sent to the hook, and the reply has no id.</summary>
    WithoutId,

    /// <summary>Recorded, and the log does not name it.</summary>
    NotInLog,
}

/// <summary>One recipient that one side knows and the other does not.</summary>
/// <param name="At">When it was logged; of what the log does not name, when it was recorded.</param>
/// <param name="QueueId">Postfix's; null where the log does not name it.</param>
/// <param name="Status">What Postfix said of it: sent, deferred, bounced.</param>
public sealed record Gap(GapKind Kind, DateTimeOffset At, string? RecordId, string Recipient, string? QueueId = null, string? Status = null, string? Relay = null);

/// <summary>What was compared, and what came of it.</summary>
/// <param name="Deliveries">Recipients that the log says were taken over by us, in the span.</param>
/// <param name="Attempts">Recipients that we answered 4xx or 5xx after recording.</param>
/// <param name="Complete">Of both, recorded and indexed.</param>
/// <param name="WithoutId">Sent to a hook without a record id: no recipient was ours. 0 where the hook was named: then they are gaps.</param>
/// <param name="RecordsJudged">Records of the archive between <paramref name="JudgedFrom"/> and <paramref name="JudgedUntil"/> that the log should name.</param>
/// <param name="Gaps">By kind.</param>
public sealed record ReconcileSummary(
    long Lines, long Unreadable, DateTimeOffset? First, DateTimeOffset? Last, long Deliveries, long Attempts, long Complete, long Purged, long Erased, long WithoutId,
    DateTimeOffset? JudgedFrom, DateTimeOffset? JudgedUntil, long RecordsJudged, IReadOnlyDictionary<GapKind, long> Gaps)
{
    public long GapCount => Gaps.Values.Sum();

    public bool IsComplete => GapCount == 0;
}
