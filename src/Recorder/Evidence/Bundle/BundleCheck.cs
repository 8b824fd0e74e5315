using System.IO.Compression;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Text;
using System.Text.Json;
using Recorder.Archive;
using Recorder.Archive.Log;
using Recorder.Archive.Proofs;
using Recorder.Ledger;

namespace Recorder.Evidence.Bundle;

/// <summary>What a bundle proves, or why it does not.</summary>
/// <param name="Problems">Empty when everything holds.</param>
/// <param name="KeyId">Of the key that signed the head: for the one who checks to compare.</param>
/// <param name="StampedAt">The authority's time; null without a time stamp.</param>
/// <param name="StampedBy">Who says to be the authority; whether that is so is for the one who checks.</param>
public sealed record BundleReport(
    IReadOnlyList<string> Problems, string? RecordId = null, DateTimeOffset? ReceivedAt = null, string? Sha256 = null, long? Head = null, DateTimeOffset? SignedAt = null,
    string? KeyId = null, DateTimeOffset? StampedAt = null, string? StampedBy = null)
{
    public bool Holds => Problems.Count == 0;
}

/// <summary>Checks a bundle from its own bytes alone: no archive, no network.</summary>
public sealed class BundleCheck
{
    private const long MaxFileBytes = 64 << 20;
    private readonly Dictionary<string, byte[]> files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> hashes = new(StringComparer.Ordinal);
    private readonly List<string> problems = [];

    private BundleCheck()
    {
    }

    /// <param name="publicKey">SubjectPublicKeyInfo of the key that must have signed; null: any, and the report names it.</param>
    public static BundleReport Run(Stream zip, byte[]? publicKey)
    {
        var check = new BundleCheck();
        try
        {
            check.Read(zip);
            return check.Report(publicKey);
        }
        catch (Exception error) when (error is InvalidDataException or JsonException or KeyNotFoundException or CryptographicException or FormatException or ArgumentException or InvalidOperationException or NotSupportedException or IOException)
        {
            return new BundleReport([.. check.problems, error is KeyNotFoundException ? "a file is missing" : $"it cannot be read: {error.Message}"]);
        }
    }

    // The message may be large and is only hashed; everything else is small.
    private void Read(Stream zip)
    {
        using var archive = new ZipArchive(zip, ZipArchiveMode.Read, leaveOpen: true);
        foreach (var entry in archive.Entries)
        {
            using var content = entry.Open();
            if (files.ContainsKey(entry.FullName) || hashes.ContainsKey(entry.FullName)) throw new InvalidDataException($"{entry.FullName} is there twice");
            if (entry.FullName == BundleFile.Original)
            {
                hashes[entry.FullName] = Convert.ToHexStringLower(SHA256.HashData(content));
                continue;
            }

            if (entry.Length > MaxFileBytes) throw new InvalidDataException($"{entry.FullName} is too large");
            var bytes = new MemoryStream();
            content.CopyTo(bytes);
            files[entry.FullName] = bytes.ToArray();
            hashes[entry.FullName] = Convert.ToHexStringLower(SHA256.HashData(bytes.ToArray()));
        }
    }

    private BundleReport Report(byte[]? publicKey)
    {
        var proof = Parse<BundleProof>(BundleFile.Proof);
        if (proof.Format > BundleFile.Format) throw new InvalidDataException($"it has format {proof.Format}, which is newer than this program; use the newer one");
        CheckSums();
        var header = files[BundleFile.Header];
        var entry = ProofPath.ReadHeader(header, proof.Lane, Convert.FromHexString(hashes[BundleFile.Original])) ?? throw new InvalidDataException("record.bin is no record");
        CheckRecord(entry);
        var root = CheckSegment(proof, header);
        var head = CheckHead(proof, root);
        Expect(publicKey is null || (SignedHead.KeyIdOf(publicKey) is var known && known == head.KeyId && known == SignedHead.KeyIdOf(Key(BundleFile.Key))), "it is signed with another key than the one given");
        var (stampedAt, stampedBy) = CheckStamp(proof.IsStamped);
        return new BundleReport(problems, entry.Id.ToString(), entry.ReceivedAt, hashes[BundleFile.Original], head.Number, head.MadeAt, head.KeyId, stampedAt, stampedBy);
    }

    private void CheckSums()
    {
        var listed = Encoding.UTF8.GetString(files[BundleFile.Sums]).Split('\n', StringSplitOptions.RemoveEmptyEntries).ToDictionary(line => line[66..], line => line[..64], StringComparer.Ordinal);
        foreach (var (name, hash) in hashes.Where(file => file.Key is not (BundleFile.Sums or BundleFile.SumsSignature)))
            Expect(listed.Remove(name, out var said) && said == hash, $"{name} is not the file that was handed out");
        foreach (var name in listed.Keys) Expect(false, $"{name} is missing");
        Expect(SignedHead.IsSignedBy(Key(BundleFile.Key), files[BundleFile.Sums], files[BundleFile.SumsSignature]), $"the signature of {BundleFile.Sums} does not hold");
    }

    private void CheckRecord(LogEntry entry)
    {
        var record = Parse<BundleRecord>(BundleFile.Record);
        Expect(
            record.Id == entry.Id.ToString() && record.Position == entry.Position.Sequence && record.ReceivedAt == entry.ReceivedAt && record.RecordedAt == entry.AppendedAt
                && record.Sha256 == hashes[BundleFile.Original] && record.SizeBytes == entry.ContentLengthBytes && JsonElement.DeepEquals(record.Envelope, JsonElement.Parse(entry.Payload.Span)),
            $"{BundleFile.Record} does not say what {BundleFile.Header} says");
        Parse<List<BundleEntry>>(BundleFile.Entries);
    }

    private byte[] CheckSegment(BundleProof proof, byte[] header)
    {
        var leaf = ProofPath.EntryLeaf(files[BundleFile.Nonce], header, Convert.FromHexString(hashes[BundleFile.Original]));
        var lefts = ProofPath.Lefts(proof.Index, proof.Count, proof.SegmentSteps) ?? throw new InvalidDataException("no path leads from that place in the segment");
        var reached = ProofPath.Follow(leaf, proof.Index, proof.Count, [.. lefts.Select((isLeft, step) => files[BundleFile.OfSegmentPath(step, isLeft)])]);
        var payload = files[BundleFile.Root];
        var root = RootRecord.Decode(payload) ?? throw new InvalidDataException("root.bin is no root");
        Expect(reached is not null && root.MerkleRoot.Span.SequenceEqual(reached) && root.EntryCount == proof.Count, "message and record do not lead to the root of the segment");
        return payload;
    }

    private HeadStatement CheckHead(BundleProof proof, byte[] root)
    {
        var head = HeadStatement.Decode(files[BundleFile.Head]) ?? throw new InvalidDataException("head.txt is no head");
        var lefts = ProofPath.Lefts(proof.RootIndex, proof.Roots, proof.HeadSteps) ?? throw new InvalidDataException("no path leads from that root to the head");
        var reached = ProofPath.Follow(ProofPath.RootLeaf(root), proof.RootIndex, proof.Roots, [.. lefts.Select((isLeft, step) => files[BundleFile.OfHeadPath(step, isLeft)])]);
        Expect(reached is not null && Convert.ToHexStringLower(reached) == head.Tree && head.Roots == proof.Roots && head.Lane == proof.Lane, "the root of the segment does not lead to the signed head");
        var key = Key(BundleFile.HeadKey);
        Expect(SignedHead.KeyIdOf(key) == head.KeyId && SignedHead.IsSignedBy(key, files[BundleFile.Head], files[BundleFile.HeadSignature]), "the signature of the head does not hold");
        return head;
    }

    private (DateTimeOffset? At, string? By) CheckStamp(bool isStamped)
    {
        if (!isStamped) return (null, null);
        if (!Rfc3161TimestampToken.TryDecode(files[BundleFile.Stamp], out var token, out _) || !token.VerifySignatureForData(files[BundleFile.Head], out var signer))
        {
            problems.Add("the time stamp is not of this head");
            return (null, null);
        }

        return (token.TokenInfo.Timestamp, signer?.Subject);
    }

    private byte[] Key(string name)
    {
        using var key = ECDsa.Create();
        try { key.ImportFromPem(Encoding.ASCII.GetString(files[name])); }
        catch (ArgumentException) { throw new InvalidDataException($"{name} is no public key"); }
        return key.ExportSubjectPublicKeyInfo();
    }

    private T Parse<T>(string name) => JsonSerializer.Deserialize<T>(files[name], LedgerJson.Options) ?? throw new InvalidDataException($"{name} is empty");

    private void Expect(bool holds, string problem)
    {
        if (!holds) problems.Add(problem);
    }
}
