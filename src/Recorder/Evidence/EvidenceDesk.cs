using System.Diagnostics.Metrics;
using Recorder.Archive;
using Recorder.Archive.Proofs;
using Recorder.Ledger;

namespace Recorder.Evidence;

/// <summary>What people look at: the key, the newest signed head, and how the reading of the archive goes.</summary>
/// <param name="PublicPem">For publishing.</param>
/// <param name="Head">Null before the first.</param>
/// <param name="Authority">Of time stamps; empty where none is set.</param>
/// <param name="Problem">Why the last head was not signed or stamped; null when all is well.</param>
public sealed record EvidenceStatus(
    string KeyId, string PublicPem, HeadStatement? Head, string Authority, HeadStampState? Stamp, string? Problem, CheckStatus Check);

public interface IEvidence
{
    EvidenceStatus Status { get; }

    /// <summary>Evidence of one record; its owners are told before anything is given.</summary>
    /// <param name="reason">At least <see cref="EvidenceDesk.MinReason"/> characters; the owners read it.</param>
    /// <returns>What writes the zip; null when there is no such record.</returns>
    /// <exception cref="ActRefusedException">bad-reason, too-fresh.</exception>
    Task<Func<Stream, CancellationToken, Task>?> TakeAsync(Actor actor, RecordId id, string reason, CancellationToken cancel);
}

internal sealed class EvidenceDesk : IEvidence, IDisposable
{
    public const int MinReason = 10, MaxReason = 500;
    private readonly Bundles bundles;
    private readonly MailArchive archive;
    private readonly ILedger ledger;
    private readonly SigningKey key;
    private readonly Heads heads;
    private readonly TimeStamps stamps;
    private readonly ArchiveCheck check;
    private readonly Meter meter = new(RecorderMetrics.MeterName);

    public EvidenceDesk(Bundles bundles, MailArchive archive, ILedger ledger, SigningKey key, Heads heads, TimeStamps stamps, ArchiveCheck check, TimeProvider time)
    {
        (this.bundles, this.archive, this.ledger, this.key, this.heads, this.stamps, this.check) = (bundles, archive, ledger, key, heads, stamps, check);
        meter.CreateObservableGauge("recorder.head.through", () => archive.Heads.LastOrDefault()?.Statement.Through ?? 0, "{entry}", "The last position that a signed head speaks of.");
        meter.CreateObservableGauge(
            "recorder.head.age", () => archive.Heads.LastOrDefault() is { } head ? (long)(time.GetUtcNow() - head.Statement.MadeAt).TotalSeconds : 0, "s", "How old the newest signed head is.");
        meter.CreateObservableGauge("recorder.check.bytes", () => check.Status.DoneBytes, "By", "Read so far in the round under way that reads the whole archive.");
        meter.CreateObservableGauge("recorder.check.findings", () => check.Status is var now ? Math.Max(now.Findings, now.Last?.Findings ?? 0) : 0, "{finding}", "Of the round under way, or the last one.");
        meter.CreateObservableGauge(
            "recorder.check.age", () => check.Status.Last is { } last ? (long)(time.GetUtcNow() - last.EndedAt).TotalSeconds : 0, "s", "How long ago the whole archive had last been read.");
    }

    public EvidenceStatus Status => new(
        key.KeyId, key.PublicPem, archive.Heads.LastOrDefault()?.Statement, stamps.Authority, ledger.State.Get<HeadStampState>(EvidenceKeys.Stamp), heads.LastProblem, check.Status);

    public async Task<Func<Stream, CancellationToken, Task>?> TakeAsync(Actor actor, RecordId id, string reason, CancellationToken cancel)
    {
        var words = reason.Trim();
        if (words.Length is < MinReason or > MaxReason) throw new ActRefusedException("bad-reason", $"write why, in at least {MinReason} characters; the owner reads it");
        return await bundles.PrepareAsync(actor, id, words, cancel) is { } draft ? (into, stop) => bundles.WriteAsync(draft, into, stop) : null;
    }

    public void Dispose() => meter.Dispose();
}
