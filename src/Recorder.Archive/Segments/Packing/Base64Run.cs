namespace Recorder.Archive.Segments.Packing;

/// <summary>A stretch of a body that is base64 and nothing else: lines of one length, the last may be shorter, all ended alike.</summary>
/// <param name="Start">Offset in the body.</param>
/// <param name="EncodedBytes">As it stands in the body, line ends included.</param>
/// <param name="LineChars">Characters of a full line, a multiple of 4.</param>
/// <param name="RawBytes">What it stands for.</param>
/// <param name="RawSha256">Empty where the run is kept within its body.</param>
internal readonly record struct Base64Run(
    long Start, long EncodedBytes, int LineChars, PieceKind Lines, long RawBytes, ReadOnlyMemory<byte> RawSha256)
{
    /// <summary>Stored once for all bodies that have it.</summary>
    public bool IsApart => !RawSha256.IsEmpty;
}

/// <summary>What one scan of a body found out about storing it.</summary>
/// <param name="Sketch">Ascending hashes of some of its lines: bodies that share many resemble each other.</param>
internal sealed record BodyPlan(long ContentBytes, IReadOnlyList<Base64Run> Runs, uint[] Sketch)
{
    public bool IsPacked => Runs.Count > 0;

    /// <summary>Bytes of the stored form, without what is kept apart.</summary>
    public long StoredBytes => IsPacked ? PackedForm.PrefixBytes + Pieces().Sum(piece => PackedForm.PieceBytes + piece.InlineBytes) : ContentBytes;

    /// <summary>The same body stored as it is.</summary>
    public BodyPlan Plain => this with { Runs = [] };

    /// <summary>Literal stretches and runs in the order of the body.</summary>
    public IEnumerable<PlannedPiece> Pieces()
    {
        long at = 0;
        foreach (var run in Runs)
        {
            if (run.Start > at) yield return new PlannedPiece(null, run.Start - at);
            yield return new PlannedPiece(run, run.EncodedBytes);
            at = run.Start + run.EncodedBytes;
        }
        if (ContentBytes > at) yield return new PlannedPiece(null, ContentBytes - at);
    }
}

/// <param name="Run">null for bytes that are stored as they are.</param>
/// <param name="ContentBytes">How much of the body it covers.</param>
internal readonly record struct PlannedPiece(Base64Run? Run, long ContentBytes)
{
    public long InlineBytes => Run is not { } run ? ContentBytes : run.IsApart ? 0 : run.RawBytes;
}
