using System.Security.Cryptography;
using Recorder.Accounts;
using Recorder.Archive;
using Recorder.Ledger;
using Recorder.Search;

namespace Recorder.Retention;

/// <param name="Matter">What the case is called.</param>
/// <param name="Mailboxes">Of a query: whose mail; none for everybody's.</param>
public sealed record HoldWish(
    string Matter, string Reason, HoldKind Kind, IReadOnlyList<string>? Mailboxes = null, string? Query = null,
    IReadOnlyList<string>? RecordIds = null, DateTimeOffset? Until = null);

/// <param name="TooLate">The first of the records that were meant and had left already.</param>
/// <param name="MaybeTooLate">The first of those that a purge under way took away, and of which the index cannot say any more whether the query meant them.</param>
/// <param name="Hints">What of the query was not understood as it was perhaps meant: codes of the search.</param>
public sealed record HoldAnswer(
    Hold Hold, long TooLateCount, IReadOnlyList<string> TooLate, long MaybeTooLateCount, IReadOnlyList<string> MaybeTooLate, IReadOnlyList<string> Hints);

/// <summary>Places holds and lifts them. What is held stays, whatever its term says (docs/retention.md).</summary>
/// <param name="index">Behind the log for no longer than <paramref name="catchUp"/> takes.</param>
/// <param name="catchUp">Waits until the mail index knows everything that is durable.</param>
public sealed class Holds(
    IArchiveLog archive, ILedger ledger, IMailIndex index, Func<CancellationToken, Task> catchUp, IAddressBook book, RetentionGate gate, PurgeNames names, TimeProvider time)
{
    public const int MaxWords = 500, MaxNamed = 10_000, MaxTold = 1_000;
    private const int RowsOfAPage = 500;

    public IReadOnlyList<Hold> All => [.. ledger.State.Range<Hold>(RetentionKeys.Holds).Select(pair => pair.Value).OrderByDescending(hold => hold.PlacedAt)];

    /// <exception cref="ActRefusedException">no-matter, no-reason, bad-address, nothing-named, too-many-named, bad-end; index-incomplete: a query cannot be asked.</exception>
    public async Task<HoldAnswer> PlaceAsync(Actor actor, HoldWish wish, CancellationToken cancel)
    {
        var hold = Checked(actor, wish);
        if (hold.Kind == HoldKind.Query) await catchUp(cancel);
        List<string> meant;
        IReadOnlyList<string> hints;
        IReadOnlyList<PurgeStep> begun;
        using (await gate.EnterAsync(cancel))
        {
            // Inside the gate, so that what is found is not unlinked before it is held.
            (meant, hold, hints) = hold.Kind switch
            {
                HoldKind.Query => Found(hold, 0, cancel),
                HoldKind.Records => (Named(wish), hold, []),
                _ => ([], hold, []),
            };
            await AppendAsync(actor, hold.Id, [.. meant.Where(IsKept)], hold.Through);
            await ledger.AppendAsync(new HoldPlaced(hold) { Actor = actor, At = time.GetUtcNow() }, CancellationToken.None);
            begun = StepsUnderWay();
        }

        var (late, maybe) = await TooLateAsync(hold, meant, begun, cancel);
        return new HoldAnswer(ledger.State.Get<Hold>(RetentionKeys.Hold(hold.Id))!, late.Count, [.. late.Take(MaxTold)], maybe.Count, [.. maybe.Take(MaxTold)], hints);
    }

    /// <returns>false for a hold that does not exist or is lifted already.</returns>
    /// <exception cref="ActRefusedException">no-reason.</exception>
    public async Task<bool> LiftAsync(Actor actor, string id, string reason, CancellationToken cancel)
    {
        var why = Tidy(reason, "no-reason", "give a reason: it is kept in the log");
        var lifted = await ledger.ActAsync(
            RetentionKeys.Holds, state => state.Get<Hold>(RetentionKeys.Hold(id)) is { LiftedAt: null } ? new HoldLifted(id, why) { Actor = actor, At = time.GetUtcNow() } : null, cancel);
        return lifted is not null;
    }

    /// <summary>Asks every query in force again, among what came since it was asked last. Nothing may be purged before.</summary>
    public async Task RefreshAsync(CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        var queries = All.Where(hold => hold.Kind == HoldKind.Query && hold.IsInForce(now)).ToList();
        if (queries.Count == 0) return;
        await catchUp(cancel);
        foreach (var hold in queries)
        {
            var (found, asked, _) = Found(hold, hold.Through, cancel);
            if (asked.Through > hold.Through) await AppendAsync(Actor.System("retention"), hold.Id, found, asked.Through);
        }
    }

    private Hold Checked(Actor actor, HoldWish wish)
    {
        var now = time.GetUtcNow();
        if (wish.Until <= now) throw new ActRefusedException("bad-end", "the end is in the past");
        var mailboxes = (wish.Mailboxes ?? []).Select(Mailbox).Distinct(StringComparer.Ordinal).ToList();
        var query = wish.Kind == HoldKind.Query ? wish.Query?.Trim() ?? "" : "";
        var isEmpty = wish.Kind switch
        {
            HoldKind.Mailboxes => mailboxes.Count == 0,
            HoldKind.Query => query.Length == 0,
            _ => wish.RecordIds is not { Count: > 0 },
        };
        if (isEmpty) throw new ActRefusedException("nothing-named", "name a mailbox, a query or records");
        if (mailboxes.Count > MaxNamed || wish.RecordIds?.Count > MaxNamed) throw new ActRefusedException("too-many-named", $"at most {MaxNamed} can be named");
        return new Hold(
            $"{now:yyyyMMdd}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}", Tidy(wish.Matter, "no-matter", "say which matter it is for"),
            Tidy(wish.Reason, "no-reason", "give a reason: it is kept in the log"), wish.Kind, wish.Kind == HoldKind.Records ? [] : mailboxes, query,
            wish.Until?.ToUniversalTime(), actor.Name, now);
    }

    private string Mailbox(string address) => book.Normalise(address) is { } name && book.IsLocal(name)
        ? name : throw new ActRefusedException("bad-address", $"{address} is no address of our domains");

    private List<string> Named(HoldWish wish)
    {
        var ids = wish.RecordIds!.Select(id => id.Trim().ToLowerInvariant()).Distinct(StringComparer.Ordinal).ToList();
        if (ids.Find(id => !RecordId.TryParse(id, out _)) is { } wrong) throw new ActRefusedException("nothing-named", $"{wrong} is no record id");
        return ids;
    }

    private async Task AppendAsync(Actor actor, string hold, List<string> ids, long through)
    {
        // One even without records, since it says how far the query was asked.
        foreach (var chunk in ids.Chunk(HoldRecordsAdded.MaxRecords).DefaultIfEmpty([]))
        {
            await ledger.AppendAsync(new HoldRecordsAdded(hold, chunk, through) { Actor = actor, At = time.GetUtcNow() }, CancellationToken.None);
        }
    }

    // A query says nothing of what the index misses at present, and would never be asked for it again.
    private void RefuseWhileIncomplete()
    {
        if (index.Gaps.Count > 0) throw new ActRefusedException("index-incomplete", "a part of the index is being made anew, so a query does not find everything; wait until it is done, or hold mailboxes");
    }

    // Whatever is in the index, in sight or not: a term that is over takes nothing from a hold.
    private (List<string> Ids, Hold Hold, IReadOnlyList<string> Hints) Found(Hold hold, long after, CancellationToken cancel)
    {
        var scope = hold.Mailboxes.Count == 0 ? null : hold.Mailboxes.Select(mailbox => new OwnerScope(mailbox)).ToList();
        RefuseWhileIncomplete();
        var (ids, through, hints) = (new List<string>(), hold.Through, (IReadOnlyList<string>)[]);
        for (string? cursor = null, next = ""; next is not null; cursor = next)
        {
            var page = index.Search(new SearchRequest(scope, hold.Query, RowsOfAPage, cursor), cancel);
            if (cursor is null) (through, hints) = (page.IndexedThrough.GetValueOrDefault(archive.Lane), page.Hints);
            ids.AddRange(page.Items.Where(hit => hit.Sequence > after).Select(hit => hit.Id));
            if (ids.Count > Hold.MaxRecords) throw new ActRefusedException("too-many-named", $"more than {Hold.MaxRecords} records are meant: hold mailboxes instead");
            next = page.Next;
        }

        RefuseWhileIncomplete();
        return (ids, hold with { Through = Math.Max(through, hold.Through) }, hints);
    }

    private List<PurgeStep> StepsUnderWay() => ledger.State.Get<PurgeRun>(RetentionKeys.OpenRun) is not { } run ? []
        : [.. ledger.State.Range<PurgeStep>(RetentionKeys.StepsOf(run.Id)).Select(pair => pair.Value)];

    /// <summary>
    /// Of what was meant, what had left. Whose mail the purge under way took away stands in the ledger. What a query meant only the index
    /// knows: what it never had, because mail left before it was indexed, or has no more, because a purge broke off, may have been meant.
    /// </summary>
    private async Task<(List<string> Late, List<string> Maybe)> TooLateAsync(Hold hold, List<string> meant, IReadOnlyList<PurgeStep> begun, CancellationToken cancel)
    {
        var (late, maybe) = (meant.Where(id => !IsKept(id)).ToHashSet(StringComparer.Ordinal), new List<string>());
        var mailboxes = hold.Mailboxes.ToHashSet(StringComparer.Ordinal);
        foreach (var step in hold.Kind == HoldKind.Records ? [] : begun)
        {
            await foreach (var record in names.ReadAsync(step.Plan, step.Run, cancel))
            {
                if ((mailboxes.Count > 0 && !record.Owners.Any(mailboxes.Contains)) || late.Contains(record.Id) || IsKept(record.Id)) continue;
                if (hold.Kind == HoldKind.Mailboxes) late.Add(record.Id);
                else if (index.Find(record.Id, null, null) is null) maybe.Add(record.Id);
            }
        }

        return ([.. late], maybe);
    }

    private bool IsKept(string id)
    {
        try
        {
            return RecordId.TryParse(id, out var parsed) && archive.FindAsync(parsed, CancellationToken.None).AsTask().GetAwaiter().GetResult() is not null;
        }
        catch (ArchiveException)
        {
            // Damaged is there: it is held as it is.
            return true;
        }
    }

    private static string Tidy(string? text, string code, string message) =>
        text?.Trim() is { Length: > 0 } words ? words.Length <= MaxWords ? words : words[..MaxWords] : throw new ActRefusedException(code, message);
}
