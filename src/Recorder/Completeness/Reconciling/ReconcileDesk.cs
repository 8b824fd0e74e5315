using Recorder.Accounts;
using Recorder.Archive;
using Recorder.Indexing;
using Recorder.Intake;
using Recorder.Ledger;
using Recorder.Ledger.State;

namespace Recorder.Completeness.Reconciling;

/// <summary>Answers a comparison out of log, ledger and index.</summary>
public sealed class ReconcileDesk(
    IArchiveLog archive, ISealedLog segments, ILedger ledger, IAddressBook book, JournalAddresses journal, IndexPresence index, IIndexProgress progress, PurgeNames names, TimeProvider time) : IReconcileDesk
{
    private static readonly TimeSpan WaitForIndex = TimeSpan.FromMinutes(1);

    private readonly Departures departures = new(segments, ledger, names);

    public async Task<ReconcileStand> StandAsync(CancellationToken cancel)
    {
        var durable = archive.DurableSequence;
        using var limit = new CancellationTokenSource(WaitForIndex, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancel);
        await progress.CatchUpAsync(both.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancel.ThrowIfCancellationRequested();
        return new ReconcileStand(durable, progress.Status.Through);
    }

    public async Task<LookUpAnswer> LookUpAsync(LookUpRequest request, CancellationToken cancel)
    {
        var count = Math.Min(request.Ids.Count, request.Recipients.Count);
        var (states, sequences, places, counts) = (new HandOverState[count], new long[count], new int[count], new int[count]);
        index.BeginLook(progress.Status.Through);
        var record = Found.Nothing;
        for (var at = 0; at < count; at++)
        {
            // The recipients of one message stand side by side.
            if (at == 0 || request.Ids[at] != request.Ids[at - 1]) record = await FindAsync(request.Ids[at], cancel);
            places[at] = record.Mail is null ? -1 : PlaceOf(record, request.Recipients[at]);
            (sequences[at], counts[at]) = (record.Sequence, record.Mail?.Recipients.Count ?? 0);
            states[at] = record.Mail is null ? record.State : places[at] < 0 ? HandOverState.OtherRecipients : record.State;
        }

        return new LookUpAnswer(states, sequences, places, counts);
    }

    public Task<long> SequenceBeforeAsync(DateTimeOffset moment, CancellationToken cancel)
    {
        // Ids carry the time of the append and never go back, so what was sealed wholly before the moment is passed over.
        var sealedLater = segments.Segments.Where(segment => RecordTime.Of(segment.LastId) >= moment.AddSeconds(-1)).Select(segment => segment.FirstSequence - 1);
        return Task.FromResult(sealedLater.Append(segments.SealedThrough).Min());
    }

    public async Task<StretchAnswer> StretchAsync(StretchRequest request, CancellationToken cancel)
    {
        var (records, unknown) = (0L, new List<RecordedRow>());
        var last = request.AfterSequence + StretchRequest.WindowSequences;
        await foreach (var entry in archive.ReadAsync(request.AfterSequence, EntryKinds.Mail, cancel))
        {
            if (entry.Position.Sequence > last) return new StretchAnswer(records, unknown, false);
            // By the time in the id, which never goes back.
            var moment = RecordTime.Of(entry.Id);
            if (moment >= request.Until) return new StretchAnswer(records, unknown, true);
            if (moment < request.From || RowOf(entry, request) is not { } row) continue;
            records++;
            if (!IsKnown(request, entry.Position.Sequence)) unknown.Add(row);
        }

        return new StretchAnswer(records, unknown, true);
    }

    private async Task<Found> FindAsync(string text, CancellationToken cancel)
    {
        if (!RecordId.TryParse(text, out var id)) return Found.Nothing;
        try
        {
            if (await archive.FindAsync(id, cancel) is not { Kind: EntryKind.Mail } entry) return new Found(await departures.OfAsync(id, cancel), 0, null, text);
            if (RecordRecipients.Of(entry) is not { } mail) return new Found(HandOverState.Damaged, entry.Position.Sequence, null, text);
            return new Found(index.Look(entry.Position.Sequence), entry.Position.Sequence, mail, text);
        }
        catch (ArchiveException)
        {
            return new Found(HandOverState.Damaged, 0, null, text);
        }
    }

    // What Postfix sent is what we were sent, but for a resent message, which comes by under its old record and may go to another
    // name of the same mailbox, and for a journal copy, whose address stands for another.
    private int PlaceOf(Found record, string recipient)
    {
        var recipients = record.Mail!.Recipients;
        var name = record.Mail.Mode == RecordedMail.JournalMode ? journal.MapBack(recipient) ?? recipient : recipient;
        for (var at = 0; at < recipients.Count; at++)
        {
            if (recipients[at].Address.Equals(name, StringComparison.OrdinalIgnoreCase)) return at;
        }

        var owners = book.OwnersOf(name, null);
        for (var at = 0; at < recipients.Count; at++)
        {
            if (recipients[at].Owners.Any(owners.Contains)) return at;
        }

        return ledger.State.Range<Dispatch>(StateKeys.DispatchesOf(record.Id)).Any(pair => pair.Value.Recipient.Equals(recipient, StringComparison.OrdinalIgnoreCase)) ? 0 : -1;
    }

    private static RecordedRow? RowOf(LogEntry entry, StretchRequest request)
    {
        var mail = RecordRecipients.Of(entry);
        if (mail is { IsImport: true } || (request.Peer is { } peer && mail?.PeerAddress != peer)) return null;
        return new RecordedRow(entry.Id.ToString(), entry.Position.Sequence, entry.AppendedAt, [.. mail?.Recipients.Select(one => one.Address) ?? []]);
    }

    private static bool IsKnown(StretchRequest request, long sequence)
    {
        var place = sequence - request.AfterSequence - 1;
        return place >> 3 < request.Known.Length && (request.Known[place >> 3] & (1 << (int)(place & 7))) != 0;
    }

    /// <param name="Mail">null where there is no readable record.</param>
    private sealed record Found(HandOverState State, long Sequence, RecordRecipients? Mail, string Id)
    {
        public static Found Nothing { get; } = new(HandOverState.Missing, 0, null, "");
    }
}
