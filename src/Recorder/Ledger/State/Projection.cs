using Recorder.Archive;

namespace Recorder.Ledger.State;

/// <summary>
/// From log entries to state, and nothing else: the same entries always give the same state, which is what makes the
/// state file disposable. The clock is the entry's own append time.
/// </summary>
internal static class Projection
{
    /// <exception cref="Exception">Of any kind, for an entry that cannot be understood: the caller takes back what it changed.</exception>
    public static void Apply(LogEntry entry, StateEditor state)
    {
        switch (entry.Kind)
        {
            case EntryKind.Mail:
                RetryKeys.Open(state, entry, RecordedMail.Decode(entry.Payload.Span));
                break;
            case EntryKind.Event when LedgerJson.Decode(entry.Payload.Span) is { } fact:
                Apply(fact, state);
                break;
        }
    }

    /// <summary>Removes what has ended. The same entries must leave the same state however they were batched, so
    /// <paramref name="now"/> is an hour of the log by the times in its ids, which never go back.</summary>
    /// <param name="recordsKept">Nobody asks for the deliveries of a record once it has left.</param>
    public static void Sweep(StateEditor state, DateTimeOffset now, TimeSpan recordsKept)
    {
        RetryKeys.Sweep(state, now);
        SessionValues.Sweep(state, now);
        AccessValues.Sweep(state, now);
        ListValues.Sweep(state, now);
        DigestValues.Sweep(state, now);
        ExportValues.Sweep(state, now);
        TakenValues.Sweep(state, now);
        if (RetentionValues.Longest(state, recordsKept) is not { } kept || now - DateTimeOffset.MinValue <= kept) return;
        RelayValues.Sweep(state, now - kept);
        DispatchValues.Sweep(state, now - kept);
        QuarantineValues.Sweep(state, now - kept);
    }

    internal static void Apply(LedgerEvent fact, StateEditor state)
    {
        TakenValues.Apply(fact, state);
        switch (fact)
        {
            case AccountSet set:
                Apply(set.Account, state);
                break;
            case SessionStarted started:
                SessionValues.Start(state, started);
                break;
            case SessionEnded ended:
                SessionValues.End(state, ended.SessionHash);
                break;
            case MessageRelayed relayed:
                RetryKeys.Settle(state, relayed);
                RelayValues.Keep(state, relayed);
                break;
            case AnswerConfirmed confirmed:
                RetryKeys.Close(state, confirmed.RecordId, confirmed.Recipients);
                break;
            case AnswersConfirmed many:
                foreach (var one in many.Records) RetryKeys.Close(state, one.RecordId, one.Recipients);
                break;
            case DispatchRequested or DispatchBegun or DispatchEnded or DispatchHastened or DispatchGivenUp or ProblemDismissed:
                DispatchValues.Apply(fact, state);
                break;
            default:
                ChoiceValues.Apply(fact, state);
                break;
        }
    }

    private static void Apply(Account account, StateEditor state)
    {
        var key = StateKeys.Account(account.Address);
        var before = state.Get<Account>(key);
        state.Set(key, account);
        foreach (var owned in account.Addresses)
        {
            AddToHistory(state, owned.Address, account.Address);
        }

        // Whoever knew the old password must not stay signed in, nor whoever was shut out.
        if (before is not null && (account.IsDisabled || account.PasswordHash != before.PasswordHash))
        {
            SessionValues.EndAll(state, account.Address);
        }
    }

    private static void AddToHistory(StateEditor state, string address, string account)
    {
        var history = state.Get<AddressHistory>(StateKeys.Address(address))?.Accounts ?? [];
        if (!history.Contains(account))
        {
            state.Set(StateKeys.Address(address), new AddressHistory([.. history, account]));
        }
    }
}

/// <summary>First deliveries that were not accepted, kept for mailboxes that have an account to show them to.</summary>
internal static class RelayValues
{
    public static void Keep(StateEditor state, MessageRelayed relayed)
    {
        foreach (var outcome in relayed.Outcomes.Where(outcome => outcome.Mailbox.Length > 0))
        {
            var key = StateKeys.Relay(relayed.RecordId, outcome.Mailbox);
            if (outcome.Outcome == Smtp.DeliveryOutcome.Accepted)
            {
                state.Remove(key);
            }
            else if (state.Get<AddressHistory>(StateKeys.Address(outcome.Mailbox)) is not null)
            {
                state.Set(key, new RelayState(outcome.Outcome, outcome.NextHop, outcome.Reply ?? outcome.Error, relayed.At));
            }
        }
    }

    /// <summary>Keys are in the order of records and their times.</summary>
    public static void Sweep(StateEditor state, DateTimeOffset recordsBefore)
    {
        foreach (var (key, _) in state.TakeWhile<RelayState>(StateKeys.Relays, (key, _) => RecordTime.Of(RecordOf(key)) < recordsBefore))
        {
            state.Remove(key);
        }
    }

    public static void Forget(StateEditor state, string recordId)
    {
        foreach (var (key, _) in state.Range<RelayState>(StateKeys.Relay(recordId, ""))) state.Remove(key);
    }

    private static string RecordOf(string key) => key[StateKeys.Relays.Length..].Split('/')[0];
}

internal static class SessionValues
{
    public static void Start(StateEditor state, SessionStarted started)
    {
        var session = new SessionState(
            started.SessionHash, started.Address, started.Channel, started.At, started.ExpiresAt, started.Actor.Source);
        state.Set(StateKeys.Session(session.Hash), session);
        state.Set(StateKeys.SessionEnd(session.ExpiresAt, session.Hash), session);
        state.Set(StateKeys.SessionOf(session.Address, session.Hash), session);
    }

    public static void End(StateEditor state, string hash)
    {
        if (state.Get<SessionState>(StateKeys.Session(hash)) is { } session)
        {
            state.Remove(StateKeys.Session(hash));
            state.Remove(StateKeys.SessionEnd(session.ExpiresAt, hash));
            state.Remove(StateKeys.SessionOf(session.Address, hash));
        }
    }

    public static void EndAll(StateEditor state, string address)
    {
        foreach (var (_, session) in state.Range<SessionState>(StateKeys.SessionsOf(address)).Where(pair => pair.Value.Address == address))
        {
            End(state, session.Hash);
        }
    }

    public static void Sweep(StateEditor state, DateTimeOffset now)
    {
        foreach (var (_, session) in state.TakeWhile<SessionState>(StateKeys.SessionEnds, session => session.ExpiresAt <= now))
        {
            End(state, session.Hash);
        }
    }
}
