using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Recorder.Archive;
using Recorder.Ledger;

namespace Recorder.Retention;

/// <summary>
/// Where the setting asks for it, nothing leaves by a purge or an erasure before two different administrators wanted it. What a
/// command or the daily work asks for is nobody's wish, so both are still needed.
/// </summary>
public sealed class Approvals(ILedger ledger, PurgePlanner planner, IOptions<RetentionOptions> options, TimeProvider time)
{
    private const string Key = "retention/approvals";

    /// <summary>What was asked for and not done by then must be asked for again.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(7);

    public bool AreNeeded => options.Value.TwoPersons;

    /// <summary>Newest first, those that are over too.</summary>
    public IReadOnlyList<Approval> All => [.. ledger.State.Range<Approval>(ApprovalKeys.All).Select(pair => pair.Value).Reverse()];

    public IReadOnlyList<Approval> Waiting => [.. All.Where(one => one.IsOpen(time.GetUtcNow()) && IsOfTheseRules(one))];

    /// <returns>null: whatever is due may go; else what was due then, by that approval where anything was.</returns>
    /// <exception cref="ActRefusedException">approval-needed: it is asked for now, or was before.</exception>
    public async Task<(DateTimeOffset At, Approval? Approval)?> ForPurgeAsync(Actor actor, CancellationToken cancel)
    {
        if (!AreNeeded) return null;
        var waiting = Waiting.FirstOrDefault(one => one.Kind == ApprovalKind.Purge);
        if (waiting is { IsGiven: true }) return (waiting.AskedAt, waiting);
        var plan = await Task.Run(() => planner.Plan(cancel), cancel);
        if (plan.Steps.Count == 0) return (plan.At, null);
        throw Needed(waiting ?? await AskAsync(actor, new ApprovalAsked(NewId(plan.At), ApprovalKind.Purge, "", "", plan.At + Lifetime, plan.Records, plan.Bytes) { Actor = actor, At = plan.At }, cancel));
    }

    /// <returns>null where none is needed.</returns>
    /// <exception cref="ActRefusedException">approval-needed: it is asked for now, or was before.</exception>
    public async Task<Approval?> ForErasureAsync(Actor actor, LogEntry entry, string reason, CancellationToken cancel)
    {
        if (!AreNeeded) return null;
        var (id, now) = (entry.Id.ToString(), time.GetUtcNow());
        var waiting = Waiting.FirstOrDefault(one => one.Kind == ApprovalKind.Erasure && one.RecordId == id);
        if (waiting is { IsGiven: true }) return waiting;
        throw Needed(waiting ?? await AskAsync(actor, new ApprovalAsked(NewId(now), ApprovalKind.Erasure, id, reason, now + Lifetime, 1, entry.ContentLengthBytes) { Actor = actor, At = now }, cancel));
    }

    /// <returns>The approval as it is now; null when none of that name waits.</returns>
    /// <exception cref="ActRefusedException">same-person: it is that administrator's wish already; no-admin.</exception>
    public async Task<Approval?> GiveAsync(Actor actor, string id, CancellationToken cancel)
    {
        if (actor.Kind != Approval.Administrator) throw new ActRefusedException("no-admin", "an administrator must do it in person");
        await ledger.ActAsync(
            Key,
            _ => Find(id) is not { } one ? null
                : one.By.Contains(actor.Name) ? throw new ActRefusedException("same-person", "another administrator must approve it")
                : new ApprovalGiven(id, one.RecordId) { Actor = actor, At = time.GetUtcNow() },
            cancel);
        return Find(id);
    }

    /// <returns>false when none of that name waits.</returns>
    /// <exception cref="ActRefusedException">no-reason.</exception>
    public async Task<bool> RefuseAsync(Actor actor, string id, string reason, CancellationToken cancel)
    {
        var why = Reason(reason);
        return await ledger.ActAsync(Key, _ => Find(id) is { } one ? new ApprovalRefused(id, one.RecordId, why) { Actor = actor, At = time.GetUtcNow() } : null, cancel) is not null;
    }

    public async Task UseAsync(Approval? approval)
    {
        if (approval is not null) await ledger.AppendAsync(new ApprovalUsed(approval.Id, approval.RecordId) { Actor = Actor.System("retention"), At = time.GetUtcNow() }, CancellationToken.None);
    }

    internal static string Reason(string? reason) => reason?.Trim() is { Length: > 0 } words ? words[..Math.Min(words.Length, Holds.MaxWords)]
        : throw new ActRefusedException("no-reason", "give a reason: it is kept in the log");

    private async Task<Approval> AskAsync(Actor actor, ApprovalAsked wish, CancellationToken cancel)
    {
        // Of two who ask at once the first counts.
        await ledger.ActAsync(Key, _ => Waiting.Any(one => one.Kind == wish.Kind && one.RecordId == wish.RecordId) ? null : wish, cancel);
        return Waiting.First(one => one.Kind == wish.Kind && one.RecordId == wish.RecordId);
    }

    private Approval? Find(string id) => Waiting.FirstOrDefault(one => one.Id == id);

    // What two persons saw is not what another rule would take.
    private bool IsOfTheseRules(Approval one) =>
        one.Kind != ApprovalKind.Purge || !(ledger.State.Get<RetentionChange>(RetentionKeys.Change)?.At >= one.AskedAt);

    private static string NewId(DateTimeOffset now) => $"{now:yyyyMMddHHmmss}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(3))}";

    private static ActRefusedException Needed(Approval one) => new(
        "approval-needed", $"{Approval.PersonsNeeded - one.By.Count} more of {Approval.PersonsNeeded} administrators must approve it by {one.ExpiresAt:u}: approval {one.Id}");
}
