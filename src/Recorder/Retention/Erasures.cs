using Recorder.Archive;
using Recorder.Ledger;
using Recorder.Search;

namespace Recorder.Retention;

/// <param name="Copies">Backups and the mirror: since when each is without it, or what is known of its end.</param>
public sealed record ErasureReport(Erasure Erasure, IReadOnlyList<CopyOfRemoved> Copies);

/// <summary>Takes single records away before their term, for a stated reason and never from under a hold.</summary>
public sealed class Erasures(
    IArchiveLog archive, ISealedLog segments, ILedger ledger, IMailIndex index, Func<CancellationToken, Task> catchUp, Holds holds, Purge purge, RecordTraces traces,
    RetentionGate gate, ClockWatch clock, ErasureNotes notes, Approvals approvals, TimeProvider time)
{
    public IReadOnlyList<Erasure> All => [.. ledger.State.Range<Erasure>(RetentionKeys.Erasures).Select(pair => pair.Value).OrderByDescending(erasure => erasure.At)];

    /// <summary>Newest first, with what copies may still have of each.</summary>
    public IReadOnlyList<ErasureReport> Report(int limit = int.MaxValue) =>
        [.. All.Take(limit).Select(erasure => new ErasureReport(erasure, CopiesOfRemoved.Of(ledger.State, erasure.DoneAt ?? time.GetUtcNow(), erasure.Noted ?? [])))];

    /// <returns>null when there is no such record.</returns>
    /// <exception cref="ActRefusedException">no-reason, held, approval-needed.</exception>
    public async Task<Erasure?> EraseAsync(Actor actor, RecordId id, string reason, CancellationToken cancel)
    {
        var why = Approvals.Reason(reason);
        await holds.RefreshAsync(cancel);
        using (await gate.EnterAsync(cancel))
        {
            if (await archive.FindAsync(id, cancel) is not { Kind: EntryKind.Mail } entry) return null;
            if (HoldOf(entry) is { } hold) throw new ActRefusedException("held", $"the record is held for {hold.Matter}");
            var approval = await approvals.ForErasureAsync(actor, entry, why, cancel);
            await ledger.AppendAsync(new ErasureAsked(id.ToString(), why, entry.ReceivedAt) { Actor = actor, At = time.GetUtcNow() }, CancellationToken.None);
            await approvals.UseAsync(approval);
        }

        await CarryOutAsync(id, cancel);
        return ledger.State.Get<Erasure>(RetentionKeys.Erasure(id.ToString())) ?? throw new ActRefusedException("held", "the record was held meanwhile");
    }

    /// <summary>Ends what a stop left half done.</summary>
    /// <returns>Why one of them cannot be ended, which keeps no other from it; null when all are.</returns>
    public async Task<string?> ResumeAsync(CancellationToken cancel)
    {
        string? problem = null;
        foreach (var erasure in All.Where(erasure => erasure.DoneAt is null))
        {
            try
            {
                if (RecordId.TryParse(erasure.RecordId, out var id)) await CarryOutAsync(id, cancel);
            }
            catch (Exception error) when (error is ArchiveException or IOException)
            {
                problem ??= $"{erasure.RecordId} cannot be erased: {error.Message}";
            }
        }

        await notes.WriteAsync(cancel);
        return problem;
    }

    private async Task CarryOutAsync(RecordId id, CancellationToken cancel)
    {
        // What is not sealed yet can only be taken out of a segment.
        if (await archive.FindAsync(id, cancel) is not null && segments.SegmentOf(id) is null) await segments.SealAsync(cancel);
        using (await gate.EnterAsync(cancel))
        {
            if (await archive.FindAsync(id, cancel) is { } entry && !await UnlinkAsync(entry)) return;
        }

        if (segments.SegmentOf(id) is { } segment)
        {
            await catchUp(cancel);
            await Task.Run(() => index.Remove(archive.Lane, segment.FirstSequence, segment.LastSequence, one => one == id.ToString()), cancel);
        }

        await purge.DestroyKeysAsync(run: null);
        await purge.ExpungeAsync(cancel);
        await ledger.AppendAsync(new RecordErased(id.ToString()) { Actor = Actor.System("retention"), At = time.GetUtcNow() }, CancellationToken.None);
        await notes.WriteAsync(CancellationToken.None);
    }

    private async Task<bool> UnlinkAsync(LogEntry entry)
    {
        if (HoldOf(entry) is { } hold)
        {
            await ledger.AppendAsync(
                new ErasureDropped(entry.Id.ToString(), $"held for {hold.Matter}") { Actor = Actor.System("retention"), At = time.GetUtcNow() }, CancellationToken.None);
            return false;
        }

        await traces.ForgetAsync([entry.Id.ToString()]);
        await Task.Run(() => segments.Rewrite(segments.SegmentOf(entry.Id)!, one => one.Id == entry.Id, CancellationToken.None));
        return true;
    }

    // By the time that is believed: a clock that leapt must not end a hold.
    private Hold? HoldOf(LogEntry entry) =>
        new HoldsInForce(ledger.State, clock.Believed).Of(entry.Id.ToString(), SegmentLook.Decode(entry)?.Owners ?? []);
}
