using System.Runtime.CompilerServices;
using Lucene.Net.Index;
using Recorder.Search.Partitions;

namespace Recorder.Search.Paging;

/// <summary>
/// Smallest and largest order value of every 4,096 documents of a segment. Documents lie in append order, so a search
/// that walks the blocks from the end meets the newest first and knows when nothing before can be newer.
/// </summary>
internal sealed class BlockBounds
{
    public const int BlockDocuments = 4096;
    private static readonly ConditionalWeakTable<object, BlockBounds> Known = [];
    private readonly (long Min, long Max)[] _blocks;
    private readonly long[] _maxUpTo;
    private readonly long[] _keptMax;

    private BlockBounds(AtomicReader segment)
    {
        _blocks = new (long, long)[(segment.MaxDoc + BlockDocuments - 1) / BlockDocuments];
        _maxUpTo = new long[_blocks.Length];
        _keptMax = new long[_blocks.Length];
        Array.Fill(_blocks, (long.MaxValue, long.MinValue));
        Measure(segment);
        MeasureKept(segment);
    }

    public int Count => _blocks.Length;

    public (long Min, long Max) this[int block] => _blocks[block];

    /// <summary>The latest time that retention counts from, where that is not the order value.</summary>
    public long KeptMax(int block) => _keptMax[block];

    public static BlockBounds Of(AtomicReader segment) => Known.GetValue(segment.CoreCacheKey, _ => new BlockBounds(segment));

    /// <summary>The largest value in this block and all before it.</summary>
    public long MaxUpTo(int block) => _maxUpTo[block];

    private void Measure(AtomicReader segment)
    {
        if (segment.GetNumericDocValues(RecordFields.Order) is not { } values) return;
        for (var doc = 0; doc < segment.MaxDoc; doc++)
        {
            var value = values.Get(doc);
            ref var block = ref _blocks[doc / BlockDocuments];
            block = (Math.Min(block.Min, value), Math.Max(block.Max, value));
        }
        for (var i = 0; i < _blocks.Length; i++)
            _maxUpTo[i] = i == 0 ? _blocks[0].Max : Math.Max(_maxUpTo[i - 1], _blocks[i].Max);
    }

    private void MeasureKept(AtomicReader segment)
    {
        if (segment.GetNumericDocValues(RecordFields.Kept) is not { } values) return;
        for (var doc = 0; doc < segment.MaxDoc; doc++)
            _keptMax[doc / BlockDocuments] = Math.Max(_keptMax[doc / BlockDocuments], values.Get(doc));
    }
}
