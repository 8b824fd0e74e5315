using Lucene.Net.Store;

namespace Recorder.Search.Packing;

/// <summary>
/// Keeps the postings of an index in compressed blocks. Lucene sees the
/// bytes it wrote, its own checksums included. Fresh segments are packed quickly, since they live for seconds; what a merge
/// writes is read for years and packed well.
/// </summary>
internal sealed class PackedDirectory(Lucene.Net.Store.Directory inner) : FilterDirectory(inner)
{
    /// <summary>Documents and frequencies.</summary>
    private const string Documents = ".doc";

    /// <summary>
    /// A phrase of common words reads positions all over the file. Where the file is larger than what <see cref="BlockCache"/> holds
    /// of it, each block was unpacked anew, which took more time than all the rest, and saved 8 % of it. So only small segments' are packed.
    /// </summary>
    private const string Positions = ".pos";

    private const double MaxPackedPositionsMegabytes = 64; // of the whole segment

    /// <summary>Lucene reads 1 KB at a time. Positions of a word lie one behind the other, so more at once are fewer system calls.</summary>
    private const int PositionsBufferBytes = 16_384;

    /// <summary>
    /// A search reads a few bytes in many places of a dictionary, once in every segment. So only those are packed that a
    /// forced merge writes: closed partitions and what an import leaves, of which there are few.
    /// </summary>
    private const string Dictionary = ".tim";

    /// <summary>What is written now is much at once and stays: packed well at first, so that nothing has to be merged for it.</summary>
    public bool IsBulk { get; set; }

    public override IndexOutput CreateOutput(string name, IOContext context)
    {
        var output = base.CreateOutput(name, context);
        return Packing(name, context) is { } packing ? new PackedOutput(output, packing) : output;
    }

    public override IndexInput OpenInput(string name, IOContext context)
    {
        var input = base.OpenInput(name, context);
        if (Is(name, Positions) && input is BufferedIndexInput positions) positions.SetBufferSize(PositionsBufferBytes);
        try { return MayBePacked(name) && PackedFile.IsOne(input) ? PackedInput.Open(input) : input; }
        catch
        {
            input.Dispose();
            throw;
        }
    }

    private BlockPacking? Packing(string name, IOContext context)
    {
        var isMerge = context.Context == IOContext.UsageContext.MERGE;
        if (Is(name, Positions) && isMerge && context.MergeInfo.EstimatedMergeBytes > MaxPackedPositionsMegabytes * (1 << 20)) return null;
        if (Is(name, Dictionary)) return IsBulk || (isMerge && context.MergeInfo.MergeMaxNumSegments > 0) ? BlockPacking.Dense : null;
        return Is(name, Documents) || Is(name, Positions) ? IsBulk || isMerge ? BlockPacking.Dense : BlockPacking.Quick : null;
    }

    private static bool MayBePacked(string name) => Is(name, Dictionary) || Is(name, Documents) || Is(name, Positions);

    private static bool Is(string name, string kind) => name.EndsWith(kind, StringComparison.Ordinal);
}
