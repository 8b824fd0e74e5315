namespace Recorder.Evidence.Bundle;

/// <summary>The files of an evidence bundle, format 1 (docs/integrity.md). Later builds must go on reading it.</summary>
internal static class BundleFile
{
    public const int Format = 1;
    public const string
        Sums = "SHA256SUMS", SumsSignature = "SHA256SUMS.sig", Key = "key.pem",
        Original = "original.eml", Header = "record.bin", Nonce = "nonce.bin", Record = "record.json", Entries = "entries.json",
        Proof = "proof.json", Root = "root.bin", Head = "head.txt", HeadSignature = "head.sig", HeadKey = "head.pem", Stamp = "head.tst", Page = "how-to-check.html";

    private const string SegmentPath = "segment-path/", HeadPath = "head-path/";

    public static string OfSegmentPath(int step, bool isLeft) => Step(SegmentPath, step, isLeft);

    public static string OfHeadPath(int step, bool isLeft) => Step(HeadPath, step, isLeft);

    // The side is in the name, for whoever checks by hand.
    private static string Step(string folder, int step, bool isLeft) => $"{folder}{step + 1:D2}-{(isLeft ? "left" : "right")}.bin";
}

/// <summary>What a program needs to follow the proof: <c>proof.json</c>.</summary>
/// <param name="Index">The entry's place among the segment's <paramref name="Count"/>, from 0.</param>
/// <param name="RootIndex">The segment's place among all roots that the head was signed over, from 0.</param>
/// <param name="MadeBy">The version of the program that wrote the bundle.</param>
internal sealed record BundleProof(
    int Format, string Lane, long Index, long Count, int SegmentSteps, long RootIndex, long Roots, int HeadSteps, bool IsStamped, DateTimeOffset MadeAt, string MadeBy);

/// <summary>What the record says, for people: <c>record.json</c>. The bytes that are proven are those of <c>record.bin</c>.</summary>
/// <param name="Envelope">As it was recorded.</param>
internal sealed record BundleRecord(
    string Id, string Lane, long Position, DateTimeOffset RecordedAt, DateTimeOffset ReceivedAt, long SizeBytes, string Sha256, System.Text.Json.JsonElement Envelope);

/// <summary>One act on the record, as the ledger has it.</summary>
internal sealed record BundleEntry(string Id, string Lane, long Position, DateTimeOffset AppendedAt, System.Text.Json.JsonElement Event);
