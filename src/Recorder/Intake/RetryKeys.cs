using System.Collections.Concurrent;
using Recorder.Archive;
using Recorder.Flow;
using Recorder.Ledger;
using Recorder.Smtp;

namespace Recorder.Intake;

/// <summary>Which deliveries are open: recorded, but not yet surely answered. Lives in the ledger's state.</summary>
public sealed class RetryKeys(ILedger ledger, TimeProvider clock, ILogger<RetryKeys> log) : IDisposable
{
    /// <summary>Longer than any mail server tries by default (5 days), so that its last try still finds the key.</summary>
    public static readonly TimeSpan OpenFor = TimeSpan.FromDays(6);

    // A confirmation becomes durable within a second; until state shows it, this does, with the time it was posted.
    private readonly ConcurrentDictionary<(string Key, string RecordId), long> closing = new();
    private readonly ConfirmedAnswers confirmed = new(ledger, clock, log);
    private long nextSweep;

    /// <returns>null when no key is open: then the recipient is new.</returns>
    public RetryKeyState? Find(RecipientCase one)
    {
        var (state, key) = (ledger.State, one.RetryKey);
        var found = state.Get<RetryKeyState>(key);
        if (found is null || clock.GetUtcNow() - found.OpenedAt > OpenFor || closing.ContainsKey((key, found.RecordId))) return null;
        return state.Get<RetryRecord>(StateKeys.RetryOf(found.RecordId)) is { } record && !IsFor(one, record) ? null : found;
    }

    /// <summary>An administrator has laid a hold on the record since.</summary>
    public bool IsHeldByAdmin(string recordId) => ledger.State.Get<RecordOverride>(ActKeys.Override(CampaignAct.Hold, recordId)) is not null;

    // Two aliases may lead to one mailbox in two transactions (ORCPT differs): the second is not the first once more,
    // and who it stands for must see it too.
    private static bool IsFor(RecipientCase one, RetryRecord record) =>
        record.Recipients.Any(known => known.Address == one.Recipient.Address && one.Owners.All(known.Owners.Contains));

    /// <summary>The upstream has surely seen our 2xx for these recipients. Does not wait for the disk: a key that stays
    /// open after a crash costs at most one suppressed repetition of byte-identical mail within six days.</summary>
    public void Close(IReadOnlyList<RecipientCase> answered)
    {
        foreach (var record in answered.Where(one => one.RecordId is not null).GroupBy(one => one.RecordId!, StringComparer.Ordinal))
        {
            foreach (var one in record) closing[(one.RetryKey, record.Key)] = clock.GetTimestamp();
            confirmed.Add(new ConfirmedAnswer(record.Key, [.. record.Select(one => one.Recipient.Address).Distinct(StringComparer.Ordinal)]));
        }
        Sweep();
    }

    /// <summary>Posts what was confirmed and not yet posted. The ledger is closed after this.</summary>
    public void Dispose() => confirmed.Dispose();

    private void Sweep()
    {
        var now = clock.GetTimestamp();
        var due = Interlocked.Read(ref nextSweep);
        if (now < due || Interlocked.CompareExchange(ref nextSweep, now + clock.TimestampFrequency, due) != due) return;
        foreach (var (closed, postedAt) in closing)
        {
            var isApplied = ledger.State.Get<RetryKeyState>(closed.Key)?.RecordId != closed.RecordId;
            if (isApplied && clock.GetElapsedTime(postedAt, now) > TimeSpan.FromSeconds(1)) closing.TryRemove(closed, out _);
        }
    }
}
