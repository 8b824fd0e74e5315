using Recorder.Archive.Proofs;

namespace Recorder.Evidence.Bundle;

/// <summary>The commands by which a bundle is checked with openssl, sha256sum and the shell's own small tools, in the unpacked folder.</summary>
internal static class BundleCommands
{
    private const string IntoStep = "| openssl dgst -sha256 -binary > step.bin";

    public static IReadOnlyList<string> Sums { get; } =
    [
        $"sha256sum -c {BundleFile.Sums}",
        $"openssl dgst -sha256 -verify {BundleFile.Key} -signature {BundleFile.SumsSignature} {BundleFile.Sums}",
    ];

    /// <summary>From the message and its record to the root of the segment.</summary>
    public static IReadOnlyList<string> Record(IReadOnlyList<bool> lefts) =>
    [
        $"( printf '\\000'; cat {BundleFile.Nonce} {BundleFile.Header}; openssl dgst -sha256 -binary {BundleFile.Original} ) {IntoStep}",
        .. lefts.Select((isLeft, step) => Node(BundleFile.OfSegmentPath(step, isLeft), isLeft)),
        $"tail -c +37 {BundleFile.Root} | head -c 32 | cmp - step.bin && echo segment OK",
    ];

    /// <summary>From the root of the segment to the signed head.</summary>
    public static IReadOnlyList<string> Head(IReadOnlyList<bool> lefts) =>
    [
        $"( printf '\\000'; cat {BundleFile.Root} ) {IntoStep}",
        .. lefts.Select((isLeft, step) => Node(BundleFile.OfHeadPath(step, isLeft), isLeft)),
        $"grep -x \"tree $(od -An -v -tx1 step.bin | tr -d ' \\n')\" {BundleFile.Head}",
        $"openssl dgst -sha256 -verify {BundleFile.HeadKey} -signature {BundleFile.HeadSignature} {BundleFile.Head}",
        "rm step.bin",
    ];

    /// <summary>What is to be compared with what the installation published.</summary>
    public static IReadOnlyList<string> Key { get; } =
        [$"openssl pkey -pubin -in {BundleFile.HeadKey} -outform DER | sha256sum", $"openssl pkey -pubin -in {BundleFile.Key} -outform DER | sha256sum"];

    /// <summary>The authority's certificate is for the one who checks to get.</summary>
    public static IReadOnlyList<string> Stamp { get; } =
        [$"openssl ts -reply -token_in -in {BundleFile.Stamp} -text", $"openssl ts -verify -token_in -in {BundleFile.Stamp} -data {BundleFile.Head} -CAfile authority.pem"];

    private static string Node(string sibling, bool isLeft) =>
        $"( printf '\\001'; cat {(isLeft ? $"{sibling} step.bin" : $"step.bin {sibling}")} ) | openssl dgst -sha256 -binary > next.bin && mv next.bin step.bin";
}
