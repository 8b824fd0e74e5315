using System.Globalization;
using System.Text;

namespace Recorder.Archive.Proofs;

/// <summary>What a signed head says, as the text that is signed: lines of a name and a value, so that people can read it too.</summary>
/// <param name="Number">1, 2, 3, … within the lane.</param>
/// <param name="KeyId">SHA-256 of the public key (SubjectPublicKeyInfo, DER), hex.</param>
/// <param name="Previous">SHA-256 of the text of the head before, hex; zeros in the first.</param>
/// <param name="Through">Every position up to this one lies in a segment whose root is among <paramref name="Roots"/>.</param>
/// <param name="Roots">How many roots the log has so far.</param>
/// <param name="LastRoot">Position of the last of them.</param>
/// <param name="Tree">Root of the tree over all roots' payloads (RFC 9162 §2.1.1), hex.</param>
/// <param name="MarkedFrom">Entries from this position on are marked with the key's secret (<see cref="LogKey"/>).</param>
public sealed record HeadStatement(
    string Lane, long Number, DateTimeOffset MadeAt, string KeyId, string Previous, long Through, long Roots, long LastRoot, string Tree, long MarkedFrom)
{
    public const string NoPrevious = "0000000000000000000000000000000000000000000000000000000000000000";
    private const string FirstLine = "Recorder head, version 1";
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    /// <summary>UTF-8, every line ended by LF.</summary>
    public byte[] Encode() => Encoding.UTF8.GetBytes(FormattableString.Invariant($"""
        {FirstLine}
        lane {Lane}
        number {Number}
        made {MadeAt.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture)}
        key {KeyId}
        previous {Previous}
        through {Through}
        roots {Roots}
        last-root {LastRoot}
        tree {Tree}
        marked-from {MarkedFrom}

        """).ReplaceLineEndings("\n"));

    /// <returns>null when these are not exactly the bytes of a statement.</returns>
    public static HeadStatement? Decode(ReadOnlySpan<byte> text)
    {
        var lines = Encoding.UTF8.GetString(text).Split('\n');
        if (lines.Length != 12 || lines[0] != FirstLine) return null;
        string[] names = ["lane", "number", "made", "key", "previous", "through", "roots", "last-root", "tree", "marked-from"];
        var values = names.Select((name, at) => lines[at + 1].StartsWith(name + " ", StringComparison.Ordinal) ? lines[at + 1][(name.Length + 1)..] : "").ToList();
        if (Whole(values[1]) is not { } number || Whole(values[5]) is not { } through || Whole(values[6]) is not { } roots
            || Whole(values[7]) is not { } lastRoot || Whole(values[9]) is not { } marked
            || !DateTimeOffset.TryParseExact(values[2], TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var made)) return null;
        var read = new HeadStatement(values[0], number, made, values[3], values[4], through, roots, lastRoot, values[8], marked);
        return read.Encode().AsSpan().SequenceEqual(text) ? read : null;
    }

    private static long? Whole(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
