using System.Text;
using Recorder.Accounts;
using Recorder.Archive;
using Recorder.Indexing;
using Recorder.Ledger;
using Recorder.Search;

namespace Recorder.Recovery;

/// <summary>
/// A record's life for one reader: what the event index knows, and the end of the log that it has not reached yet, so
/// that people read what they wrote.
/// </summary>
internal sealed class RecordTimeline(IArchiveLog archive, IEventIndex index, IIndexProgress progress, ILedger ledger, SearchDesk? desk)
{
    private const int MaxStepsPerMailbox = 500;
    private const int MaxTail = 5_000;

    public async Task<IReadOnlyList<TimelineStep>> OfAsync(Reader reader, Sight sight, CancellationToken cancel)
    {
        var dispatches = RecordStates.Dispatches(ledger.State, sight.Id, sight.Own, reader.Account);
        // The position is taken before the query: what is indexed in between comes twice and is counted once.
        var through = progress.Status.Through;
        var documents = (await IndexedAsync(reader, sight, dispatches, cancel)).Concat(await TailAsync(sight, through, cancel));
        var facts = documents
            .DistinctBy(document => document.Id)
            .Select(document => (document.Mailbox, Fact: LedgerJson.Decode(Encoding.UTF8.GetBytes(document.Json))))
            .Where(document => document.Fact is not null && MaySee(document.Mailbox, document.Fact, sight, dispatches))
            .Select(document => (document.Mailbox, Fact: document.Fact!))
            .ToList();
        return [.. TimelineSteps.OfRecord(sight)
            .Concat(facts.SelectMany(fact => TimelineSteps.Of(fact.Fact, fact.Mailbox)))
            .Concat(dispatches.Where(dispatch => !facts.Exists(fact => Is(fact.Fact, dispatch))).SelectMany(TimelineSteps.OfState))
            .OrderBy(step => step.At)];
    }

    private Task<List<EventDocument>> IndexedAsync(Reader reader, Sight sight, IReadOnlyList<Dispatch> dispatches, CancellationToken cancel) =>
        SearchDesk.RunAsync(desk, reader.Account.Address, stop => Indexed(sight, dispatches, stop), cancel);

    private List<EventDocument> Indexed(Sight sight, IReadOnlyList<Dispatch> dispatches, CancellationToken cancel) => [.. sight.Own
        .Concat(dispatches.Select(dispatch => dispatch.Mailbox))
        .Distinct(StringComparer.Ordinal)
        .SelectMany(mailbox => index.Search(new EventQuery(sight.Id, mailbox, Limit: MaxStepsPerMailbox, OldestFirst: true), cancel).Items)];

    private async Task<List<EventDocument>> TailAsync(Sight sight, long through, CancellationToken cancel)
    {
        var tail = new List<EventDocument>();
        if (archive.DurableSequence - through > MaxTail)
        {
            return tail;
        }

        await foreach (var entry in archive.ReadAsync(through, EntryKinds.Events, cancel))
        {
            tail.AddRange(EventDocuments.Of(entry, MailboxOf).Where(document => document.RecordId == sight.Id));
        }

        return tail;
    }

    private string? MailboxOf(DispatchBegun begun) =>
        ledger.State.Get<Dispatch>(StateKeys.Dispatch(begun.RecordId, begun.Kind, begun.Recipient, begun.Round))?.Mailbox;

    // A wish may name an own mailbox that the envelope did not; then it must be the reader's own wish.
    private static bool MaySee(string mailbox, LedgerEvent fact, Sight sight, IReadOnlyList<Dispatch> dispatches) =>
        sight.Own.Contains(mailbox) || dispatches.Any(dispatch => Is(fact, dispatch));

    private static bool Is(LedgerEvent fact, Dispatch dispatch) => fact switch
    {
        DispatchRequested asked => (asked.Kind, asked.Recipient, asked.Round) == (dispatch.Kind, dispatch.Recipient, dispatch.Round),
        DispatchBegun begun => (begun.Kind, begun.Recipient, begun.Round) == (dispatch.Kind, dispatch.Recipient, dispatch.Round),
        DispatchEnded ended => (ended.Kind, ended.Outcome.Recipient, ended.Round) == (dispatch.Kind, dispatch.Recipient, dispatch.Round),
        DispatchHastened hastened => (hastened.Kind, hastened.Recipient, hastened.Round) == (dispatch.Kind, dispatch.Recipient, dispatch.Round),
        DispatchGivenUp given => (given.Kind, given.Recipient, given.Round) == (dispatch.Kind, dispatch.Recipient, dispatch.Round),
        _ => false,
    };
}

/// <summary>Facts as steps.</summary>
internal static class TimelineSteps
{
    public static IEnumerable<TimelineStep> OfRecord(Sight sight)
    {
        foreach (var recipient in sight.Recipients)
        {
            var mailbox = recipient.Owners[0];
            yield return sight.Mail.IsImport
                ? new TimelineStep(sight.Entry.AppendedAt, "imported", "import", mailbox, null, null)
                : new TimelineStep(sight.Entry.ReceivedAt, "received", sight.Mail.PeerAddress, mailbox, null, null);
            if (Dispositions.IsHeld(recipient.Disposition))
            {
                yield return new TimelineStep(sight.Entry.ReceivedAt, "held", "screening", mailbox, null, recipient.Disposition);
            }
        }
    }

    public static IEnumerable<TimelineStep> Of(LedgerEvent fact, string mailbox) => fact switch
    {
        MessageViewed viewed => [Step(viewed, viewed.What is "message" or "facts" or "text" ? "viewed" : "downloaded", mailbox, viewed.Reason)],
        MessageRelayed relayed => relayed.Outcomes.Select(outcome => Step(relayed, OutcomeCode(outcome, "delivered", ended: false), mailbox, outcome)),
        MailExported exported => [Step(exported, "downloaded", mailbox)],
        DispatchRequested asked => [Step(asked, RequestCode(asked.Kind), mailbox, asked.Into?.Folder)],
        DispatchBegun begun => [Step(begun, "attempt-begun", mailbox)],
        DispatchEnded ended => [Step(ended, OutcomeCode(ended.Outcome, DoneCode(ended.Kind), ended.NextAttemptAt is null), mailbox, ended.Outcome)],
        DispatchHastened hastened => [Step(hastened, "delivery-hastened", mailbox)],
        DispatchGivenUp given => [Step(given, "delivery-given-up", mailbox, given.Reason)],
        ReleaseAsked asked => [Step(asked, "review-asked", mailbox, asked.Words)],
        ReleaseDecided decided => [Step(decided, decided.IsApproved ? "review-approved" : "review-denied", mailbox, decided.Words)],
        MessageReported report => [Step(report, report.Kind == ReportKind.Spam ? "reported-spam" : "reported-not-spam", mailbox)],
        MessageHidden hidden => [Step(hidden, hidden.IsHidden ? "hidden" : "unhidden", mailbox)],
        _ => [],
    };

    /// <summary>From the state alone, where neither index nor tail has the facts yet.</summary>
    public static IEnumerable<TimelineStep> OfState(Dispatch dispatch)
    {
        yield return new TimelineStep(dispatch.RequestedAt, RequestCode(dispatch.Kind), dispatch.RequestedBy, dispatch.Mailbox, null, dispatch.Into?.Folder);
        if (dispatch.State is DispatchState.Accepted or DispatchState.Failed)
        {
            var code = dispatch.State == DispatchState.Accepted ? DoneCode(dispatch.Kind) : dispatch.GivenUp is null ? "delivery-refused" : "delivery-given-up";
            yield return new TimelineStep(dispatch.RequestedAt, code, "outbox", dispatch.Mailbox, dispatch.NextHop, dispatch.GivenUp ?? dispatch.LastReply);
        }
    }

    private static TimelineStep Step(LedgerEvent fact, string code, string mailbox) => Step(fact, code, mailbox, (string?)null);

    private static TimelineStep Step(LedgerEvent fact, string code, string mailbox, RecipientOutcome outcome) =>
        new(fact.At, code, fact.Actor.Name, mailbox, outcome.NextHop, outcome.Reply ?? outcome.Error);

    private static TimelineStep Step(LedgerEvent fact, string code, string mailbox, string? words) =>
        new(fact.At, code, fact.Actor.Name, mailbox, null, string.IsNullOrEmpty(words) ? null : words);

    private static string RequestCode(DispatchKind kind) => kind switch
    {
        DispatchKind.Resend => "resend-requested",
        DispatchKind.Release => "release-requested",
        DispatchKind.SafeCopy => "safe-copy-requested",
        DispatchKind.Attached => "attached-requested",
        DispatchKind.Append => "append-requested",
        DispatchKind.Leftover => "delivery-taken-over",
        DispatchKind.Notice => "notice-requested",
        _ => "bounce-requested",
    };

    private static string DoneCode(DispatchKind kind) => kind switch
    {
        DispatchKind.Resend => "resent",
        DispatchKind.Release => "released",
        DispatchKind.SafeCopy => "safe-copied",
        DispatchKind.Attached => "attached",
        DispatchKind.Append => "appended",
        DispatchKind.Leftover => "delivered",
        DispatchKind.Notice => "noticed",
        _ => "bounced",
    };

    private static string OutcomeCode(RecipientOutcome outcome, string accepted, bool ended) => outcome.Outcome switch
    {
        Smtp.DeliveryOutcome.Accepted => accepted,
        Smtp.DeliveryOutcome.PermanentFailure => "delivery-refused",
        _ when ended => "delivery-expired",
        Smtp.DeliveryOutcome.Unknown => "delivery-unknown",
        _ => "delivery-deferred",
    };
}
