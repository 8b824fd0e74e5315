using Recorder.Archive;
using Recorder.Intake;
using Recorder.Smtp;

namespace Recorder.Ledger.State;

/// <summary>
/// Which recipients of which bytes an upstream may still be retrying, because it may not have seen our answer. A key
/// opens with the record, is settled by the outcome and closes when the upstream has surely seen our 2xx, or after 6 days.
/// </summary>
internal static class RetryKeys
{
    /// <summary>Longer than the five days after which a sender gives up (RFC 5321 §4.5.4.1).</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(6);

    public static void Open(StateEditor state, LogEntry entry, RecordedMail mail)
    {
        var recordId = entry.Id.ToString();
        var record = new RetryRecord(
            Convert.ToHexStringLower(entry.ContentSha256.Span), mail.ReversePath, entry.AppendedAt,
            [.. mail.Recipients.Select(recipient => new RetryRecipient(recipient.Address, recipient.Owners))]);
        foreach (var recipient in mail.Recipients)
        {
            var key = KeyOf(record, recipient.Address);
            var kept = recipient.Disposition == Dispositions.Journal || Dispositions.IsHeld(recipient.Disposition);
            state.Set(key, Opened(state.Get<RetryKeyState>(key), recordId, entry.AppendedAt, kept));
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
            Settle(state, record, outcome.Recipient, outcome.Reply);
        }
    }

    /// <summary>We answered 250 and owe the recipient ourselves: a retry must not send it a second time.</summary>
    public static void Settle(StateEditor state, DispatchRequested leftover)
    {
        if (state.Get<RetryRecord>(StateKeys.RetryOf(leftover.RecordId)) is { } record)
        {
            Settle(state, record, leftover.Recipient, null);
        }
    }

    public static void Close(StateEditor state, AnswerConfirmed confirmed)
    {
        var recordKey = StateKeys.RetryOf(confirmed.RecordId);
        if (state.Get<RetryRecord>(recordKey) is not { } record)
        {
            return;
        }

        foreach (var recipient in confirmed.Recipients)
        {
            state.Remove(KeyOf(record, recipient));
        }

        if (!record.Recipients.Any(recipient => state.Get<RetryKeyState>(KeyOf(record, recipient.Address)) is not null))
        {
            state.Remove(recordKey);
        }
    }

    public static void Sweep(StateEditor state, DateTimeOffset now)
    {
        foreach (var (key, record) in state.TakeWhile<RetryRecord>(StateKeys.RetryRecords, record => IsOver(record.OpenedAt, now)))
        {
            foreach (var retry in record.Recipients.Select(recipient => KeyOf(record, recipient.Address)))
            {
                // A newer record may have opened the same key again since.
                if (state.Get<RetryKeyState>(retry) is { } open && IsOver(open.OpenedAt, now))
                {
                    state.Remove(retry);
                }
            }

            state.Remove(key);
        }
    }

    public static string KeyOf(RetryRecord record, string recipient) =>
        StateKeys.Retry(record.Sha256Hex, record.ReversePath, recipient);

    // The term counts from the first opening, and what was settled stays settled while the key is open.
    private static RetryKeyState Opened(RetryKeyState? before, string recordId, DateTimeOffset now, bool kept) =>
        before is null || IsOver(before.OpenedAt, now)
            ? new RetryKeyState(recordId, now, kept, null)
            : before.Settled ? before : before with { RecordId = recordId, Settled = kept };

    private static void Settle(StateEditor state, RetryRecord record, string recipient, string? answer)
    {
        var key = KeyOf(record, recipient);
        if (state.Get<RetryKeyState>(key) is { } open)
        {
            state.Set(key, open with { Settled = true, Answer = answer ?? open.Answer });
        }
    }

    private static bool IsOver(DateTimeOffset openedAt, DateTimeOffset now) => now - openedAt >= Lifetime;
}
