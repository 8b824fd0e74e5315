using Recorder.Archive;
using Recorder.Smtp;

namespace Recorder.Ledger.State;

/// <summary>
/// Which recipients of which bytes an upstream may still be retrying, because it may not have seen our answer. A key
/// opens with the record, is settled by the outcome and closes when the upstream has surely seen our 2xx, or after 6 days.
/// A new record of the same bytes takes the key over; what is said of the older record no longer concerns it.
/// </summary>
internal static class RetryKeys
{
    /// <summary>Longer than the five days after which a sender gives up (RFC 5321 §4.5.4.1).</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(6);

    public static void Open(StateEditor state, LogEntry entry, RecordedMail mail)
    {
        // No upstream retries what was imported, and the same bytes coming over the wire later are a delivery of their own.
        if (mail.IsImport) return;
        var recordId = entry.Id.ToString();
        var record = new RetryRecord(
            // The time in the id, which never goes back: the sweep follows the order of ids.
            Convert.ToHexStringLower(entry.ContentSha256.Span), mail.ReversePath, RecordTime.Of(recordId),
            [.. mail.Recipients.Select(recipient => new RetryRecipient(recipient.Address, recipient.Owners))], mail.IsJournal);
        foreach (var recipient in mail.Recipients)
        {
            var kept = recipient.Disposition == Dispositions.Journal || Dispositions.IsHeld(recipient.Disposition);
            state.Set(KeyOf(record, recipient.Address), new RetryKeyState(recordId, entry.AppendedAt, kept, null));
        }

        state.Set(StateKeys.RetryOf(recordId), record);
    }

    /// <summary>The next hop has it: a retry repeats the answer and sends nothing.</summary>
    public static void Settle(StateEditor state, MessageRelayed relayed)
    {
        if (state.Get<RetryRecord>(StateKeys.RetryOf(relayed.RecordId)) is not { } record)
        {
            return;
        }

        foreach (var outcome in relayed.Outcomes.Where(outcome => outcome.Outcome == DeliveryOutcome.Accepted))
        {
            Settle(state, KeyOf(record, outcome.Recipient), relayed.RecordId, outcome.Reply);
        }
    }

    /// <summary>We answered 250 and owe the recipient ourselves: a retry must not send it a second time.</summary>
    public static void Settle(StateEditor state, DispatchRequested leftover)
    {
        if (state.Get<RetryRecord>(StateKeys.RetryOf(leftover.RecordId)) is { } record)
        {
            Settle(state, KeyOf(record, leftover.Recipient), leftover.RecordId, null);
        }
    }

    public static void Close(StateEditor state, string recordId, IReadOnlyList<string> recipients)
    {
        var recordKey = StateKeys.RetryOf(recordId);
        if (state.Get<RetryRecord>(recordKey) is not { } record)
        {
            return;
        }

        foreach (var recipient in recipients)
        {
            Remove(state, KeyOf(record, recipient), recordId);
        }

        if (!record.Recipients.Any(recipient => Find(state, KeyOf(record, recipient.Address), recordId) is not null))
        {
            state.Remove(recordKey);
        }
    }

    public static void Sweep(StateEditor state, DateTimeOffset now)
    {
        foreach (var (key, record) in state.TakeWhile<RetryRecord>(StateKeys.RetryRecords, record => now - record.OpenedAt >= Lifetime))
        {
            foreach (var recipient in record.Recipients)
            {
                Remove(state, KeyOf(record, recipient.Address), key[StateKeys.RetryRecords.Length..]);
            }

            state.Remove(key);
        }
    }

    public static string KeyOf(RetryRecord record, string recipient) =>
        StateKeys.Retry(record.Sha256Hex, record.ReversePath, recipient, record.IsJournal);

    private static void Settle(StateEditor state, string key, string recordId, string? answer)
    {
        if (Find(state, key, recordId) is { } open)
        {
            state.Set(key, open with { Settled = true, Answer = answer ?? open.Answer });
        }
    }

    private static void Remove(StateEditor state, string key, string recordId)
    {
        if (Find(state, key, recordId) is not null)
        {
            state.Remove(key);
        }
    }

    private static RetryKeyState? Find(StateEditor state, string key, string recordId) =>
        state.Get<RetryKeyState>(key) is { } open && open.RecordId == recordId ? open : null;
}
