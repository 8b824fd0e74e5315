using Lucene.Net.Store;

namespace Recorder.Search.Packing;

/// <summary>
/// Keeps the postings of an index in compressed blocks. Lucene sees the
/// bytes it wrote, its own checksums included. Fresh segments are packed quickly, since they live for seconds; what a merge
/// writes is read for years and packed well.
/// </summary>
internal sealed class PackedDirectory(Lucene.Net.Store.Directory inner) : FilterDirectory(inner)
{
    /// <summary>Documents and frequencies, positions.</summary>
    private static readonly string[] Postings = [".doc", ".pos"];

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
        if (Is(name, Dictionary)) return IsBulk || (isMerge && context.MergeInfo.MergeMaxNumSegments > 0) ? BlockPacking.Dense : null;
        return Array.Exists(Postings, kind => Is(name, kind)) ? IsBulk || isMerge ? BlockPacking.Dense : BlockPacking.Quick : null;
    }

    private static bool MayBePacked(string name) => Is(name, Dictionary) || Array.Exists(Postings, kind => Is(name, kind));

    private static bool Is(string name, string kind) => name.EndsWith(kind, StringComparison.Ordinal);
}
