using Recorder.Archive;
using Recorder.Ledger;
using Recorder.Search;

namespace Recorder.Retention;

/// <summary>Takes single records away before their term, for a stated reason and never from under a hold.</summary>
public sealed class Erasures(
    IArchiveLog archive, ISealedLog segments, ILedger ledger, IMailIndex index, Func<CancellationToken, Task> catchUp, Holds holds, Purge purge, RecordTraces traces,
    RetentionGate gate, TimeProvider time)
{
    public IReadOnlyList<Erasure> All => [.. ledger.State.Range<Erasure>(RetentionKeys.Erasures).Select(pair => pair.Value).OrderByDescending(erasure => erasure.At)];

    /// <returns>null when there is no such record.</returns>
    /// <exception cref="ActRefusedException">no-reason, held.</exception>
    public async Task<Erasure?> EraseAsync(Actor actor, RecordId id, string reason, CancellationToken cancel)
    {
        var why = reason.Trim() is { Length: > 0 } words ? words[..Math.Min(words.Length, Holds.MaxWords)]
            : throw new ActRefusedException("no-reason", "give a reason: it is kept in the log");
        await holds.RefreshAsync(cancel);
        using (await gate.EnterAsync(cancel))
        {
            if (await archive.FindAsync(id, cancel) is not { Kind: EntryKind.Mail } entry) return null;
            if (HoldOf(entry) is { } hold) throw new ActRefusedException("held", $"the record is held for {hold.Matter}");
            await ledger.AppendAsync(new ErasureAsked(id.ToString(), why) { Actor = actor, At = time.GetUtcNow() }, CancellationToken.None);
        }

        await CarryOutAsync(id, cancel);
        return ledger.State.Get<Erasure>(RetentionKeys.Erasure(id.ToString()));
    }

    /// <summary>Ends what a stop left half done.</summary>
    public async Task ResumeAsync(CancellationToken cancel)
    {
        foreach (var erasure in All.Where(erasure => erasure.DoneAt is null))
        {
            if (RecordId.TryParse(erasure.RecordId, out var id)) await CarryOutAsync(id, cancel);
        }
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

        await purge.ExpungeAsync(cancel);
        await ledger.AppendAsync(new RecordErased(id.ToString()) { Actor = Actor.System("retention"), At = time.GetUtcNow() }, CancellationToken.None);
    }

    private async Task<bool> UnlinkAsync(LogEntry entry)
    {
        if (HoldOf(entry) is { } hold)
        {
            await ledger.AppendAsync(
                new ErasureDropped(entry.Id.ToString(), $"held for {hold.Matter}") { Actor = Actor.System("retention"), At = time.GetUtcNow() }, CancellationToken.None);
            return false;
        }

        await traces.ForgetAsync([entry.Id]);
        await Task.Run(() => segments.Rewrite(segments.SegmentOf(entry.Id)!, one => one.Id == entry.Id, CancellationToken.None));
        return true;
    }

    private Hold? HoldOf(LogEntry entry) =>
        new HoldsInForce(ledger.State, time.GetUtcNow()).Of(entry.Id.ToString(), SegmentLook.Decode(entry)?.Owners ?? []);
}
