using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Recorder.Ledger;

namespace Recorder.Retention;

/// <summary>One segment in a certificate.</summary>
/// <param name="MerkleRoot">The same as in the root record of the ledger, under which each destroyed record had its leaf.</param>
/// <param name="RecordIdsSha256">SHA-256 over the ids of the destroyed records, one a line, in order.</param>
public sealed record CertifiedSegment(
    string Name, PurgeAct Act, DateOnly Day, long FirstSequence, long LastSequence, int Entries, string MerkleRoot,
    long RecordsDestroyed, long ContentBytesDestroyed, long RecordsHeld, long StoredBytesBefore, long StoredBytesAfter, string RecordIdsSha256,
    DateTimeOffset DestroyedAt);

/// <summary>
/// What a purge destroyed. Made of the ledger's entries, so that it can be made again for as long as the ledger is kept.
/// </summary>
/// <param name="IndexFiles">destroyed, or until when the files of the index still hold words of the records.</param>
/// <param name="KeysDestroyed">Of encrypted files that are gone: copies of them cannot be read without a copy of the key file from before and the master key. Fewer than there were when a stop came between; null where nothing is encrypted.</param>
/// <param name="Copies">Backups and the mirror, and since when each is without the records.</param>
/// <param name="OtherCopies">What must be said of copies that nobody told of.</param>
/// <param name="Sha256">Of this document's JSON without this member.</param>
public sealed record PurgeCertificate(
    string Run, string StartedBy, DateTimeOffset StartedAt, DateTimeOffset? EndedAt, long RecordsDestroyed, long ContentBytesDestroyed,
    long StoredBytesFreed, long IndexDocumentsRemoved, string IndexFiles, IReadOnlyList<CertifiedSegment> Segments, IReadOnlyList<CopyOfRemoved> Copies, string OtherCopies, long? KeysDestroyed = null, string? Sha256 = null)
{
    private static readonly JsonSerializerOptions Json = new(LedgerJson.Options) { WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <returns>null when there is no such run.</returns>
    public static PurgeCertificate? Of(IStateSnapshot state, string run, int graceDays)
    {
        if (run.Length > 36 || state.Get<PurgeRun>(RetentionKeys.Run(run)) is not { } purge) return null;
        var steps = state.Range<PurgeStep>(RetentionKeys.StepsOf(run)).Select(pair => pair.Value).Where(step => step.DoneAt is not null).Select(Certified)
            .OrderBy(segment => segment.FirstSequence).ToList();
        var left = state.Get<IndexLeftover>(RetentionKeys.IndexLeftover);
        var files = left is null || left.Since > purge.EndedAt ? "destroyed" : $"by {(left.Until ?? left.Since.AddDays(graceDays)):yyyy-MM-dd}";
        var certificate = new PurgeCertificate(
            purge.Id, purge.StartedBy, purge.StartedAt, purge.EndedAt, steps.Sum(step => step.RecordsDestroyed), steps.Sum(step => step.ContentBytesDestroyed),
            steps.Sum(step => step.StoredBytesBefore - step.StoredBytesAfter), purge.Documents ?? 0, files, steps,
            CopiesOfRemoved.Of(state, steps.Count == 0 ? purge.StartedAt : steps.Max(step => step.DestroyedAt)), CopiesOfRemoved.Others, purge.KeysDestroyed);
        return certificate with { Sha256 = Convert.ToHexStringLower(SHA256.HashData(certificate.ToJson())) };
    }

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, Json);

    private static CertifiedSegment Certified(PurgeStep step) => new(
        step.Plan.Segment, step.Plan.Act, step.Plan.Day, step.Plan.FirstSequence, step.Plan.LastSequence, step.Plan.Entries, step.Plan.Root,
        step.Plan.Records, step.Plan.Bytes, step.Plan.Held, step.Plan.StoredBytes, step.StoredBytesAfter, step.Plan.IdsSha256, step.DoneAt!.Value);
}
