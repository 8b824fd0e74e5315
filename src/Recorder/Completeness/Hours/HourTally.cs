using System.Text.Json;
using Recorder.Archive;
using Recorder.Ledger;
using Recorder.Ledger.State;
using Recorder.Smtp;

namespace Recorder.Completeness.Hours;

/// <summary>A recipient whose end is not known yet.</summary>
public sealed record OpenRecipient(string Address, RecipientStand Stand, bool IsHandedOver);

/// <summary>A record of which a recipient may still change.</summary>
public sealed record OpenRecord(DateTimeOffset Hour, IReadOnlyList<OpenRecipient> Recipients)
{
    /// <summary>Handed over, and where it ends: nothing more will be heard of it.</summary>
    public bool IsOver => Recipients.All(one => one is
        { IsHandedOver: true, Stand: RecipientStand.Delivered or RecipientStand.Held or RecipientStand.Journaled or RecipientStand.Returned });
}

/// <summary>
/// The counts of hours, entry by entry of the log, and nothing else: the same entries always give the same counts. What a recipient
/// was is remembered while it may change, for as long as a mail server may come back.
/// </summary>
internal sealed class HourTally
{
    public const int MaxHours = 31 * 24, MaxOpenRecords = 50_000;

    private readonly SortedDictionary<DateTimeOffset, HourCount> hours = [];
    private readonly Dictionary<string, OpenRecord> open = new(StringComparer.Ordinal);

    /// <summary>The hour up to which what is over was forgotten.</summary>
    public DateTimeOffset SweptFor { get; private set; } = DateTimeOffset.MinValue;

    public IReadOnlyCollection<HourCount> Hours => hours.Values;

    public IReadOnlyDictionary<string, OpenRecord> Open => open;

    public void Load(IEnumerable<HourCount> counts, IReadOnlyDictionary<string, OpenRecord> records, DateTimeOffset sweptFor)
    {
        SweptFor = sweptFor;
        foreach (var count in counts) hours[count.Hour] = count;
        foreach (var (id, record) in records) open[id] = record;
    }

    public void Add(LogEntry entry)
    {
        if (entry.Kind == EntryKind.Mail) AddMail(entry);
        else if (entry.Kind == EntryKind.Event && Concerns(entry.Payload.Span)) Apply(LedgerJson.Decode(entry.Payload.Span));
    }

    private void AddMail(LogEntry entry)
    {
        var hour = HourOf(RecordTime.Of(entry.Id));
        var before = hours.GetValueOrDefault(hour) ?? new HourCount(hour, entry.Position.Sequence, entry.Position.Sequence);
        hours[hour] = before with { LastSequence = entry.Position.Sequence, Records = before.Records + 1 };
        if (hour > SweptFor) Sweep(hour);
        if (RecordRecipients.Of(entry) is not { IsImport: false } mail) return;
        IReadOnlyList<OpenRecipient> recipients = [.. mail.Recipients.Select(one => new OpenRecipient(one.Address, StandAtFirst(one.Disposition), false))];
        foreach (var recipient in recipients) Count(hour, recipient, 1);
        open[entry.Id.ToString()] = new OpenRecord(hour, recipients);
    }

    private void Apply(LedgerEvent? fact)
    {
        switch (fact)
        {
            case MessageRelayed relayed:
                foreach (var outcome in relayed.Outcomes) Change(relayed.RecordId, outcome.Recipient, one => Relayed(one, outcome.Outcome));
                break;
            case DispatchRequested { Kind: DispatchKind.Leftover } asked:
                Change(asked.RecordId, asked.Recipient, one => one with { Stand = RecipientStand.Outbox });
                break;
            case DispatchEnded { Kind: DispatchKind.Leftover } ended:
                Change(ended.RecordId, ended.Outcome.Recipient, one => Ended(one, ended));
                break;
            case DispatchGivenUp { Kind: DispatchKind.Leftover } given:
                Change(given.RecordId, given.Recipient, one => one with { Stand = RecipientStand.Returned });
                break;
            case AnswersConfirmed confirmed:
                foreach (var record in confirmed.Records) HandOver(record.RecordId, record.Recipients);
                break;
            case AnswerConfirmed one:
                HandOver(one.RecordId, one.Recipients);
                break;
        }
    }

    private void HandOver(string recordId, IReadOnlyList<string> recipients)
    {
        foreach (var recipient in recipients) Change(recordId, recipient, one => one with { IsHandedOver = true });
    }

    private void Change(string recordId, string recipient, Func<OpenRecipient, OpenRecipient> change)
    {
        if (!open.TryGetValue(recordId, out var record)) return;
        var changed = record.Recipients.Select(one => one.Address == recipient ? change(one) : one).ToList();
        for (var at = 0; at < changed.Count; at++)
        {
            if (changed[at] == record.Recipients[at]) continue;
            Count(record.Hour, record.Recipients[at], -1);
            Count(record.Hour, changed[at], 1);
        }

        var after = record with { Recipients = changed };
        if (after.IsOver) open.Remove(recordId);
        else open[recordId] = after;
    }

    private void Count(DateTimeOffset hour, OpenRecipient recipient, int by)
    {
        if (hours.TryGetValue(hour, out var before)) hours[hour] = before.With(recipient.Stand, recipient.IsHandedOver, by);
    }

    // What comes by a second time, released or resent, settles nothing anew.
    private static OpenRecipient Relayed(OpenRecipient one, DeliveryOutcome outcome) =>
        one.Stand is not (RecipientStand.Waiting or RecipientStand.Refused) ? one
        : one with { Stand = outcome switch { DeliveryOutcome.Accepted => RecipientStand.Delivered, DeliveryOutcome.PermanentFailure => RecipientStand.Refused, _ => RecipientStand.Waiting } };

    private static OpenRecipient Ended(OpenRecipient one, DispatchEnded ended) =>
        ended.Outcome.Outcome == DeliveryOutcome.Accepted ? one with { Stand = RecipientStand.Delivered }
        : ended.NextAttemptAt is null ? one with { Stand = RecipientStand.Returned } : one;

    private static RecipientStand StandAtFirst(string disposition) =>
        disposition == Dispositions.Journal ? RecipientStand.Journaled : Dispositions.IsHeld(disposition) ? RecipientStand.Held : RecipientStand.Waiting;

    // The outbox owes a leftover for as long as it may; everything else is over when the mail server has given up.
    private void Sweep(DateTimeOffset now)
    {
        SweptFor = now;
        while (hours.Count > MaxHours) hours.Remove(hours.First().Key);
        foreach (var (id, record) in open.ToList())
        {
            if (now - record.Hour >= RetryKeys.Lifetime && !record.Recipients.Any(one => one.Stand == RecipientStand.Outbox)) open.Remove(id);
        }

        if (open.Count <= MaxOpenRecords) return;
        foreach (var id in open.Keys.Order(StringComparer.Ordinal).Take(open.Count - MaxOpenRecords).ToList()) open.Remove(id);
    }

    private static DateTimeOffset HourOf(DateTimeOffset moment) => new(moment.UtcDateTime.Date.AddHours(moment.UtcDateTime.Hour), TimeSpan.Zero);

    // Most events are of other kinds. The name stands first (docs/archive-format.md).
    private static bool Concerns(ReadOnlySpan<byte> json)
    {
        var name = json[..Math.Min(json.Length, 48)];
        return name.IndexOf("\"message.relayed\""u8) >= 0 || name.IndexOf("\"messages.confirmed\""u8) >= 0 || name.IndexOf("\"message.confirmed\""u8) >= 0
            || name.IndexOf("\"dispatch."u8) >= 0;
    }
}
