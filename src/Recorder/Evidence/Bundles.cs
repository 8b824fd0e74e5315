using System.IO.Compression;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Recorder.Archive;
using Recorder.Archive.Proofs;
using Recorder.Evidence.Bundle;
using Recorder.Indexing;
using Recorder.Ledger;
using Recorder.Search;

namespace Recorder.Evidence;

/// <summary>
/// Makes evidence of single records: everything that shows an outsider that a message was recorded as it is, in one zip
/// (docs/integrity.md). It holds the whole envelope, so each owner that the envelope names is told in the ledger first.
/// </summary>
public sealed class Bundles(MailArchive archive, ILedger ledger, IEventIndex events, EventFollower follower, Heads heads, SigningKey key, TimeProvider time)
{
    /// <summary>What the ledger says was opened.</summary>
    public const string Viewed = "evidence";

    private const int MaxEntries = 2_000;

    private static readonly JsonSerializerOptions Json = new(LedgerJson.Options) { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Everything of a bundle but the bytes.</summary>
    internal sealed record Draft(LogEntry Entry, EntryProof Proof, byte[]? Stamp, IReadOnlyList<BundleEntry> Acts);

    /// <summary>Proves the record and tells its owners; nothing is given out yet.</summary>
    /// <param name="reason">Words for the owners; null where none are asked for.</param>
    /// <returns>null when there is no such mail.</returns>
    internal async Task<Draft?> PrepareAsync(Actor actor, RecordId id, string? reason, CancellationToken cancel)
    {
        if (IsErased(id) || await archive.FindAsync(id, cancel) is not { Kind: EntryKind.Mail } entry) return null;
        if (await heads.ProveAsync(id, cancel) is not { } proof) throw new ArchiveException(ArchiveFault.Damaged, "the record cannot be proven; run recorder verify");
        foreach (var owner in RecordedMail.Decode(entry.Payload.Span).Owners.DefaultIfEmpty(""))
            await ledger.AppendAsync(new MessageViewed(id.ToString(), owner, Viewed, reason) { Actor = actor, At = time.GetUtcNow() }, cancel);
        return new Draft(entry, proof, archive.HeadFolder.Stamp(proof.Head.Head.Statement.Number), await ActsAsync(id, cancel));
    }

    /// <summary>Writes a prepared bundle front to back.</summary>
    internal async Task WriteAsync(Draft draft, Stream into, CancellationToken cancel)
    {
        await using var zip = await ZipArchive.CreateAsync(into, ZipArchiveMode.Create, leaveOpen: true, Encoding.UTF8, cancel);
        var bundle = new BundleZip(zip, time.GetUtcNow());
        await using (var content = await archive.OpenContentAsync(draft.Entry.Id, cancel)) await bundle.AddAsync(BundleFile.Original, content, cancel);
        foreach (var (name, bytes) in FilesOf(draft)) await bundle.AddAsync(name, bytes, cancel);
        var sums = bundle.Sums;
        await bundle.AddAsync(BundleFile.Sums, sums, cancel);
        await bundle.AddAsync(BundleFile.SumsSignature, key.Sign(sums), cancel);
    }

    private IEnumerable<(string Name, byte[] Bytes)> FilesOf(Draft draft)
    {
        var (proof, head) = (draft.Proof, draft.Proof.Head);
        var segmentLefts = ProofPath.Lefts(proof.Index, proof.EntryCount, proof.Path.Count)!;
        var headLefts = ProofPath.Lefts(head.Index, head.Head.Statement.Roots, head.Path.Count)!;
        yield return (BundleFile.Header, proof.Header);
        yield return (BundleFile.Nonce, proof.Nonce);
        yield return (BundleFile.Record, Encode(RecordOf(draft.Entry)));
        yield return (BundleFile.Entries, Encode(draft.Acts));
        yield return (BundleFile.Root, head.Root);
        yield return (BundleFile.Head, head.Head.Text);
        yield return (BundleFile.HeadSignature, head.Head.Signature);
        yield return (BundleFile.HeadKey, Pem(head.Head.PublicKey));
        yield return (BundleFile.Key, Pem(key.PublicKey));
        if (draft.Stamp is { } stamp) yield return (BundleFile.Stamp, stamp);
        for (var step = 0; step < proof.Path.Count; step++) yield return (BundleFile.OfSegmentPath(step, segmentLefts[step]), proof.Path[step]);
        for (var step = 0; step < head.Path.Count; step++) yield return (BundleFile.OfHeadPath(step, headLefts[step]), head.Path[step]);
        yield return (BundleFile.Proof, Encode(new BundleProof(
            BundleFile.Format, draft.Entry.Position.Lane, proof.Index, proof.EntryCount, proof.Path.Count, head.Index, head.Head.Statement.Roots, head.Path.Count,
            draft.Stamp is not null, time.GetUtcNow(), typeof(Bundles).Assembly.GetName().Version?.ToString() ?? "")));
        yield return (BundleFile.Page, BundlePage.Make(draft.Entry, head.Head.Statement.KeyId, segmentLefts, headLefts, draft.Stamp is not null));
    }

    private static BundleRecord RecordOf(LogEntry entry) => new(
        entry.Id.ToString(), entry.Position.Lane, entry.Position.Sequence, entry.AppendedAt, entry.ReceivedAt, entry.ContentLengthBytes,
        Convert.ToHexStringLower(entry.ContentSha256.Span), JsonElement.Parse(entry.Payload.Span));

    // However long it takes to remove its bytes.
    private bool IsErased(RecordId id) => ledger.State.Get<Erasure>(RetentionKeys.Erasure(id.ToString())) is not null;

    // The index knows which entries are about the record; what they say is taken from the log, without what they say of other messages.
    private async Task<IReadOnlyList<BundleEntry>> ActsAsync(RecordId id, CancellationToken cancel)
    {
        await follower.CatchUpAsync(cancel);
        var found = await Task.Run(() => events.Search(new EventQuery(id.ToString(), Limit: MaxEntries, OldestFirst: true), cancel).Items, cancel);
        var acts = new List<BundleEntry>();
        foreach (var name in found.Select(document => document.Id.Split(':')[0]).Distinct(StringComparer.Ordinal))
        {
            if (!RecordId.TryParse(name, out var entryId) || await archive.FindAsync(entryId, cancel) is not { } entry) continue;
            acts.AddRange(EventDocuments.Of(entry, _ => null).Where(part => part.RecordId == id.ToString())
                .Select(part => new BundleEntry(name, entry.Position.Lane, entry.Position.Sequence, entry.AppendedAt, JsonElement.Parse(part.Json))));
        }

        return acts;
    }

    private static byte[] Encode<T>(T value) => [.. JsonSerializer.SerializeToUtf8Bytes(value, Json), (byte)'\n'];

    private static byte[] Pem(byte[] publicKey) => Encoding.ASCII.GetBytes(new string(System.Security.Cryptography.PemEncoding.Write("PUBLIC KEY", publicKey)) + "\n");
}
