using System.Text;
using Recorder.Ledger;
using Recorder.Mailboxes;

namespace Recorder.Delivery.Outbox;

/// <param name="Id">Opaque; names the dispatch in acts.</param>
/// <param name="Destination">The hosts that it goes to; of a report to a sender, the one that was tried last.</param>
public sealed record OutboxRow(string Id, Dispatch Dispatch, string Destination);

/// <param name="Next">Cursor of the next page; null on the last one.</param>
/// <param name="Total">Of all that waits.</param>
public sealed record OutboxPage(IReadOnlyList<OutboxRow> Items, string? Next, int Total);

/// <summary>The administrators' view of what we owe. Every method is for administrators alone; the routes see to it.</summary>
public sealed class OutboxDesk(ILedger ledger, Routes routes, FailureReports reports, TimeProvider clock, MailboxServers? mailboxes = null)
{
    public const int MaxReasonChars = 500;

    private const int MaxRows = 500;

    /// <summary>What waits, the longest waiting first.</summary>
    /// <param name="cursor">Of the page before; one that cannot be read begins anew.</param>
    public OutboxPage List(int limit, string? cursor)
    {
        var (state, rows) = (ledger.State, Math.Clamp(limit, 1, MaxRows));
        var found = state.Range<Dispatch>(OutboxKeys.WaitingAll, ReadCursor(cursor), rows + 1).ToList();
        return new OutboxPage(
            [.. found.Take(rows).Select(pair => RowOf(pair.Value))], found.Count > rows ? WriteCursor(found[rows - 1].Key) : null,
            state.Range<Dispatch>(OutboxKeys.WaitingAll).Count());
    }

    /// <summary>Makes a delivery due at once; one that is under way is left alone.</summary>
    /// <returns>null for no such dispatch.</returns>
    /// <exception cref="ActRefusedException">not-waiting.</exception>
    public async Task<OutboxRow?> RetryAsync(Actor actor, string id, CancellationToken cancel)
    {
        if (Find(id) is not { } found) return null;
        await ledger.ActAsync(DispatchAttempt.KeyOf(found), state => IsUnderWay(Waiting(state, found)) ? null
            : new DispatchHastened(found.RecordId, found.Kind, found.Recipient, found.Mailbox, found.Round) { Actor = actor, At = clock.GetUtcNow() }, cancel);
        return RowOf(Find(id) ?? found);
    }

    /// <summary>Ends a delivery. The sender of a message, or the person who asked for it, is told as after the last try.</summary>
    /// <param name="reason">For whoever asked to read.</param>
    /// <returns>null for no such dispatch.</returns>
    /// <exception cref="ActRefusedException">not-waiting, under-way, no-reason.</exception>
    public async Task<OutboxRow?> GiveUpAsync(Actor actor, string id, string reason, CancellationToken cancel)
    {
        if (Find(id) is not { } found) return null;
        var why = Tidy(reason) ?? throw new ActRefusedException("no-reason", "give a reason: it is kept in the log");
        Check(ledger.State, found);
        await reports.OweAsync(found, cancel);
        await ledger.ActAsync(DispatchAttempt.KeyOf(found), state =>
        {
            Check(state, found);
            return new DispatchGivenUp(found.RecordId, found.Kind, found.Recipient, found.Mailbox, found.Round, why) { Actor = actor, At = clock.GetUtcNow() };
        }, cancel);
        // A digest is forgotten when it is over.
        return RowOf(Find(id) ?? found with { State = DispatchState.Failed, NextAttemptAt = null, GivenUp = why });
    }

    private static Dispatch Waiting(IStateSnapshot state, Dispatch found) =>
        state.Get<Dispatch>(StateKeys.OutboxAll + OutboxKeys.Of(found)) ?? throw new ActRefusedException("not-waiting", "the delivery is over");

    private void Check(IStateSnapshot state, Dispatch found)
    {
        if (IsUnderWay(Waiting(state, found))) throw new ActRefusedException("under-way", "an attempt is under way: wait for its end");
    }

    // One whose outcome is unknown waits like the others until it is due.
    private bool IsUnderWay(Dispatch one) => one.State == DispatchState.Begun && !(one.NextAttemptAt > clock.GetUtcNow());

    private OutboxRow RowOf(Dispatch one) =>
        new(IdOf(one), one, one.Kind == DispatchKind.Bounce ? one.NextHop ?? ""
            : one.Into is { } into ? mailboxes?.For(into.Login)?.Name ?? "" : routes.For(one.Recipient).Destination);

    private Dispatch? Find(string id) =>
        OpaqueId.RecordOf(id) is { } recordId
            ? ledger.State.Range<Dispatch>(StateKeys.DispatchesOf(recordId)).Select(pair => pair.Value).FirstOrDefault(one => IdOf(one) == id)
            : null;

    private static string IdOf(Dispatch one) => OpaqueId.Of(one.RecordId, OutboxKeys.Of(one));

    private static string? Tidy(string reason)
    {
        var line = OwnMessage.OneLine(reason).Trim();
        return line.Length == 0 ? null : line.Length <= MaxReasonChars ? line : line[..MaxReasonChars];
    }

    private static string WriteCursor(string key) => Convert.ToHexStringLower(Encoding.UTF8.GetBytes(key[OutboxKeys.WaitingAll.Length..]));

    private static string? ReadCursor(string? cursor)
    {
        try
        {
            return string.IsNullOrEmpty(cursor) ? null : OutboxKeys.WaitingAll + Encoding.UTF8.GetString(Convert.FromHexString(cursor));
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
