using Recorder.Archive;
using Recorder.Ledger;
using Recorder.Mailboxes;
using Recorder.Smtp;

namespace Recorder.Delivery.Outbox;

/// <summary>One attempt at one dispatch: begun is durable before the data, the outcome after the next hop's word.</summary>
public sealed class DispatchAttempt(
    ILedger ledger, DispatchMessages messages, FailureReports reports, Deliverer deliverer, Backoff backoff, TimeProvider clock, RecorderMetrics metrics,
    ILogger<DispatchAttempt> log, MailboxServers? mailboxes = null)
{
    private const string GivenUp = "not-waiting";

    internal static Actor Outbox => Actor.System("outbox");

    /// <summary>Beginning an attempt and ending the dispatch without one wait for each other.</summary>
    internal static string KeyOf(Dispatch dispatch) => $"outbox/{OutboxKeys.Of(dispatch)}";

    /// <exception cref="ArchiveException">Something could not be recorded; the dispatch is still owed.</exception>
    public async Task RunAsync(Dispatch dispatch, CancellationToken cancel)
    {
        var attempt = dispatch.Attempts + 1;
        if (await SendAsync(dispatch, attempt, cancel) is not { } outcome) return;
        var now = clock.GetUtcNow();
        var next = IsOver(outcome) ? null : backoff.NextAttempt(dispatch.RequestedAt, attempt, now);
        if (next is null && outcome.Outcome != DeliveryOutcome.Accepted) await reports.OweAsync(dispatch, cancel);
        await ledger.AppendAsync(new DispatchEnded(dispatch.RecordId, dispatch.Kind, dispatch.Round, attempt, outcome, next) { Actor = Outbox, At = now }, cancel);
        metrics.Dispatched(dispatch.Kind.ToString(), outcome.Outcome.ToString());
        Log.Attempted(log, dispatch.RecordId, dispatch.Kind, attempt, outcome.Outcome, outcome.NextHop, next);
    }

    // A refusal without words is the next hop lacking an extension: it may learn.
    private static bool IsOver(RecipientOutcome outcome) => outcome.Outcome == DeliveryOutcome.Accepted
        || (outcome is { Outcome: DeliveryOutcome.PermanentFailure, Reply: not null } or { Outcome: DeliveryOutcome.PermanentFailure, NextHop: "" });

    /// <returns>null where it was given up before anything was sent.</returns>
    private async Task<RecipientOutcome?> SendAsync(Dispatch dispatch, int attempt, CancellationToken cancel)
    {
        try
        {
            await using var prepared = await messages.PrepareAsync(dispatch, cancel);
            async ValueTask Begin(CancellationToken token) => await BeginAsync(dispatch, attempt, token);
            return dispatch.Into is { } into
                ? await AppendAsync(dispatch, into, prepared, Begin, cancel)
                : await DeliverAsync(dispatch, prepared.Message, Begin, cancel);
        }
        catch (ActRefusedException refused) when (refused.Code == GivenUp)
        {
            return null;
        }
        catch (UndeliverableException error)
        {
            return Failed(dispatch, DeliveryOutcome.PermanentFailure, error.Message);
        }
        catch (MustWaitException wait)
        {
            return Failed(dispatch, DeliveryOutcome.TransientFailure, wait.Message);
        }
        // Also where it is met while the bytes are on their way: nothing was delivered then (INextHop.SendAsync).
        catch (Exception error) when (DispatchMessages.IsUnreadable(error))
        {
            return Unreadable(dispatch, error);
        }
        catch (IOException error)
        {
            return Failed(dispatch, DeliveryOutcome.TransientFailure, $"the record cannot be read now: {error.Message}");
        }
    }

    private async Task<RecipientOutcome> DeliverAsync(Dispatch dispatch, RoutedMessage message, Func<CancellationToken, ValueTask> begin, CancellationToken cancel)
    {
        var (result, nextHop) = (await deliverer.SendAsync(message, begin, cancel))[0];
        return Outcome(dispatch, OutcomeOf(result), nextHop, result.Reply?.ToString(), result.Error);
    }

    private async Task<RecipientOutcome> AppendAsync(
        Dispatch dispatch, MailboxFolder into, PreparedDispatch prepared, Func<CancellationToken, ValueTask> begin, CancellationToken cancel)
    {
        var server = mailboxes?.For(into.Login) ?? throw new MustWaitException("no mailbox server is set for this address");
        var result = await server.AppendAsync(into.Login, into.Folder, prepared.ReceivedAt, prepared.Message.Content, begin, cancel);
        return Outcome(dispatch, result.Outcome, server.Name, result.Reply, result.Error);
    }

    private static RecipientOutcome Outcome(Dispatch dispatch, DeliveryOutcome outcome, string nextHop, string? reply, string? error) =>
        new(dispatch.Recipient, dispatch.Mailbox, outcome, nextHop, ReplyWords.ToKeep(reply), ReplyWords.ToKeep(error));

    // The mail itself, which its sender counts on, is not given up for what cannot be read: a disk reads again, and a file comes back
    // from a copy. When time is over the sender hears of it. Whoever asked for a copy hears at once.
    private static RecipientOutcome Unreadable(Dispatch dispatch, Exception error) => dispatch.Kind == DispatchKind.Leftover
        ? Failed(dispatch, DeliveryOutcome.TransientFailure, $"the record cannot be read now: {error.Message}")
        : Failed(dispatch, DeliveryOutcome.PermanentFailure, $"the record cannot be read: {error.Message}");

    private static RecipientOutcome Failed(Dispatch dispatch, DeliveryOutcome outcome, string words) =>
        new(dispatch.Recipient, dispatch.Mailbox, outcome, "", null, words);

    private static DeliveryOutcome OutcomeOf(RecipientResult result) =>
        result is { Outcome: DeliveryOutcome.PermanentFailure, Reply: { } reply } && ReplyTable.IsOursToFix(reply)
            ? DeliveryOutcome.TransientFailure : result.Outcome;

    private Task BeginAsync(Dispatch dispatch, int attempt, CancellationToken cancel) => ledger.ActAsync(
        KeyOf(dispatch),
        state => state.Get<Dispatch>(StateKeys.OutboxAll + OutboxKeys.Of(dispatch)) is null
            ? throw new ActRefusedException(GivenUp, "the delivery is over")
            : new DispatchBegun(dispatch.RecordId, dispatch.Kind, dispatch.Recipient, dispatch.Round, attempt) { Actor = Outbox, At = clock.GetUtcNow() },
        cancel);
}

internal static partial class Log
{
    [LoggerMessage(3301, LogLevel.Information, "Record {RecordId}: {Kind} attempt {Attempt} ended {Outcome} at {NextHop}; next {Next}")]
    public static partial void Attempted(ILogger log, string recordId, DispatchKind kind, int attempt, DeliveryOutcome outcome, string nextHop, DateTimeOffset? next);

    [LoggerMessage(3302, LogLevel.Error, "Record {RecordId}: an attempt of the outbox could not be completed; it is tried again")]
    public static partial void AttemptFailed(ILogger log, Exception error, string recordId);

    [LoggerMessage(3303, LogLevel.Error, "The outbox could not follow the ledger; it goes on in a moment")]
    public static partial void CannotFollow(ILogger log, Exception error);
}
