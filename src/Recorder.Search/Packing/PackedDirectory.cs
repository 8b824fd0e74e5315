using Lucene.Net.Store;

namespace Recorder.Search.Packing;

/// <summary>
/// Keeps the postings of an index in compressed blocks. Lucene sees the
/// bytes it wrote, its own checksums included. Fresh segments are packed quickly, since they live for seconds; what a merge
/// writes is read for years and packed well.
/// </summary>
internal sealed class PackedDirectory(Lucene.Net.Store.Directory inner) : FilterDirectory(inner)
{
    /// <summary>Documents and frequencies, positions. Not term dictionaries: a search reads a few bytes in many places of them.</summary>
    private static readonly string[] PackedKinds = [".doc", ".pos"];

    public override IndexOutput CreateOutput(string name, IOContext context)
    {
        var output = base.CreateOutput(name, context);
        return IsPacked(name) ? new PackedOutput(output, context.Context == IOContext.UsageContext.MERGE ? BlockPacking.Dense : BlockPacking.Quick) : output;
    }

    public override IndexInput OpenInput(string name, IOContext context)
    {
        var input = base.OpenInput(name, context);
        return IsPacked(name) ? PackedInput.Open(input) : input;
    }

    private static bool IsPacked(string name) => Array.Exists(PackedKinds, kind => name.EndsWith(kind, StringComparison.Ordinal));
}
