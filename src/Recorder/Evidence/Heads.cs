using Recorder.Archive;
using Recorder.Archive.Proofs;
using Recorder.Ledger;

namespace Recorder.Evidence;

/// <summary>Signs the log's head every day, tells the ledger, and asks for a time stamp where an authority is set.</summary>
public sealed partial class Heads(MailArchive archive, ILedger ledger, SigningKey key, TimeStamps stamps, TimeProvider time, ILogger<Heads> log)
{
    public const int MaxHeadsAnHour = 12;
    private static readonly Actor System = Actor.System("evidence");
    private readonly SemaphoreSlim sealing = new(1);

    /// <summary>Why the last round did less than it should; null when all is well.</summary>
    public string? LastProblem { get; private set; }

    /// <summary>Tells the ledger which key is in use and from where on entries are marked with it; before the first act.</summary>
    public async Task AnnounceKeyAsync(CancellationToken cancel)
    {
        if (key.MarkedFrom is null) key.BeginMarks(archive.OpenedAfter + 1);
        var recorded = await ledger.ActAsync(EvidenceKeys.SigningKey, state => Announcement(state.Get<SigningKeyState>(EvidenceKeys.SigningKey)), cancel);
        if (recorded is null) return;
        LogKeyMade(log, key.KeyId);
        // What another key signed is under this one at once.
        if (archive.Heads.Count > 0) await SignAsync(cancel);
    }

    private SigningKeyMade? Announcement(SigningKeyState? known)
    {
        if (known?.KeyId == key.KeyId) return null;
        var from = Math.Max(key.MarkedFrom ?? 0, 1);
        // Put back after another was made in its place.
        var before = known?.Turns.FirstOrDefault(turn => turn.KeyId == key.KeyId);
        return new SigningKeyMade(key.KeyId, Convert.ToBase64String(key.PublicKey), Math.Min(from, before?.From ?? from), before is null ? null : archive.OpenedAfter + 1)
        {
            Actor = System, At = time.GetUtcNow(),
        };
    }

    /// <summary>The work of the job: what was left undone, the day's head, and its time stamp.</summary>
    public async Task RoundAsync(CancellationToken cancel)
    {
        try
        {
            LastProblem = null;
            await TellLedgerAsync(cancel);
            if (await IsDueAsync(cancel)) await SignAsync(cancel);
            await StampAsync(cancel);
        }
        catch (Exception error) when (error is ArchiveException or IOException or TimeStampException)
        {
            LastProblem = error.Message;
            LogFailed(log, error.Message);
        }
    }

    /// <summary>Signs over everything that is sealed now.</summary>
    /// <exception cref="ArchiveException">The heads that are there cannot be followed.</exception>
    public async Task<SignedHead?> SignAsync(CancellationToken cancel)
    {
        var markedFrom = key.MarkedFrom ?? archive.OpenedAfter + 1;
        var head = await archive.SignHeadAsync(key, markedFrom, cancel);
        if (head is null) return null;
        await TellLedgerAsync(cancel);
        LogSigned(log, head.Statement.Number, head.Statement.Through);
        return head;
    }

    /// <summary>The proof of a record, sealing and signing where it is not under a head yet.</summary>
    /// <returns>null when there is no such record.</returns>
    /// <exception cref="ActRefusedException">too-fresh: it would have to be sealed for this alone, which was done too often within the hour.</exception>
    public async Task<EntryProof?> ProveAsync(RecordId id, CancellationToken cancel)
    {
        if (await archive.FindAsync(id, cancel) is null) return null;
        if (await Task.Run(() => archive.Prove(id), cancel) is { } known) return known;
        await sealing.WaitAsync(cancel);
        try
        {
            // Who waited may find it done.
            if (await Task.Run(() => archive.Prove(id), cancel) is { } since) return since;
            RefuseIfTooMany();
            await archive.SealAsync(cancel);
            await SignAsync(cancel);
            return await Task.Run(() => archive.Prove(id), cancel);
        }
        finally
        {
            sealing.Release();
        }
    }

    // Each makes a head for ever and segments that stay small.
    private void RefuseIfTooMany()
    {
        var anHourAgo = time.GetUtcNow().AddHours(-1);
        if (archive.Heads.Count(head => head.Statement.MadeAt > anHourAgo) < MaxHeadsAnHour) return;
        throw new ActRefusedException("too-fresh", $"the record is under no signed head yet, and {MaxHeadsAnHour} were made within an hour; ask again in an hour, or tomorrow when the day's head is there");
    }

    // A day is over once nothing of it waits to be sealed. A new key signs at once, so that what the old one signed is under it.
    private async Task<bool> IsDueAsync(CancellationToken cancel)
    {
        var (last, today) = (archive.Heads.LastOrDefault()?.Statement, DayOf(time.GetUtcNow()));
        if (last is not null && last.KeyId == key.KeyId && DayOf(last.MadeAt) >= today) return false;
        await foreach (var entry in archive.ReadAsync(archive.SealedThrough, EntryKinds.All, cancel))
        {
            if (DayOf(entry.AppendedAt) < today) await archive.SealAsync(cancel);
            break;
        }

        return true;
    }

    // A head is made before it is told, so a stop in between leaves some to tell.
    private async Task TellLedgerAsync(CancellationToken cancel)
    {
        foreach (var head in archive.Heads.Where(head => head.Statement.Number > (ledger.State.Get<HeadState>(EvidenceKeys.Head)?.Number ?? 0)))
        {
            var said = head.Statement;
            await ledger.AppendAsync(
                new HeadSigned(said.Number, said.KeyId, head.Sha256Hex, said.Through, said.Roots, global::System.Text.Encoding.UTF8.GetString(head.Text), Convert.ToBase64String(head.Signature))
                {
                    Actor = System, At = time.GetUtcNow(),
                },
                cancel);
        }
    }

    private async Task StampAsync(CancellationToken cancel)
    {
        if (!stamps.IsOn || archive.Heads.LastOrDefault() is not { } head || archive.HeadFolder.Stamp(head.Statement.Number) is not null) return;
        var stamp = await stamps.AskAsync(head.Text, cancel);
        archive.HeadFolder.PutStamp(head.Statement.Number, stamp.Token);
        await ledger.AppendAsync(new HeadStamped(head.Statement.Number, stamps.Authority, stamp.At) { Actor = System, At = time.GetUtcNow() }, cancel);
        LogStamped(log, head.Statement.Number, stamps.Authority);
    }

    private static DateOnly DayOf(DateTimeOffset at) => DateOnly.FromDateTime(at.UtcDateTime);

    [LoggerMessage(3601, LogLevel.Warning, "The log is signed from here on with a new key, {KeyId}; publish it where auditors will look")]
    private static partial void LogKeyMade(ILogger log, string keyId);

    [LoggerMessage(3602, LogLevel.Information, "Head {Number} is signed over the log through position {Through}")]
    private static partial void LogSigned(ILogger log, long number, long through);

    [LoggerMessage(3603, LogLevel.Information, "Head {Number} has the time of {Authority}")]
    private static partial void LogStamped(ILogger log, long number, string authority);

    [LoggerMessage(3604, LogLevel.Error, "The log's head could not be signed or stamped; it is tried again: {Problem}")]
    private static partial void LogFailed(ILogger log, string problem);
}
