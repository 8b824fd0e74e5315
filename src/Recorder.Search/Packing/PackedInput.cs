using Lucene.Net.Index;
using Lucene.Net.Store;

namespace Recorder.Search.Packing;

/// <summary>Reads what <see cref="PackedOutput"/> wrote. Clones share the table.</summary>
internal sealed class PackedInput : BufferedIndexInput
{
    private readonly PackedFile _file;
    private IndexInput _inner;
    private long _position;
    private bool _isClone;

    private PackedInput(IndexInput inner, PackedFile file) : base($"packed {inner}", BUFFER_SIZE) => (_inner, _file) = (inner, file);

    public override long Length => _file.Length;

    /// <exception cref="CorruptIndexException">The end of the file is not what was written.</exception>
    public static PackedInput Open(IndexInput inner)
    {
        try { return new PackedInput(inner, PackedFile.Read(inner)); }
        catch
        {
            inner.Dispose();
            throw;
        }
    }

    public override object Clone()
    {
        var clone = (PackedInput)base.Clone();
        clone._inner = (IndexInput)_inner.Clone();
        clone._isClone = true;
        return clone;
    }

    protected override void ReadInternal(byte[] b, int offset, int length)
    {
        while (length > 0)
        {
            var block = _file.Block((int)(_position / Blocks.Bytes), _inner);
            var inBlock = (int)(_position % Blocks.Bytes);
            var part = Math.Min(length, block.Length - inBlock);
            if (part <= 0) throw new EndOfStreamException($"read past the end of {this}");
            block.AsSpan(inBlock, part).CopyTo(b.AsSpan(offset));
            (_position, offset, length) = (_position + part, offset + part, length - part);
        }
    }

    protected override void SeekInternal(long pos) => _position = pos;

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_isClone) _inner.Dispose();
    }
}

/// <summary>The table of a packed file.</summary>
internal sealed class PackedFile
{
    private const int TrailerBytes = 16;
    private static int s_files;
    private readonly long[] _starts;
    private readonly BlockPacking[] _packings;

    private PackedFile(long length, long[] starts, BlockPacking[] packings) => (Length, _starts, _packings) = (length, starts, packings);

    public long Length { get; }

    /// <summary>Unlike that of all other open files.</summary>
    public int Number { get; } = Interlocked.Increment(ref s_files);

    /// <summary>Whether the file ends as packed ones do. Lucene's own end with 32 bits of checksum, after as many zeros.</summary>
    public static bool IsOne(IndexInput input)
    {
        if (input.Length < TrailerBytes) return false;
        input.Seek(input.Length - sizeof(long));
        var isOne = (input.ReadInt64() & PackedOutput.Mark) != 0;
        input.Seek(0);
        return isOne;
    }

    public static PackedFile Read(IndexInput input)
    {
        if (input.Length < TrailerBytes) throw new CorruptIndexException($"{input} is too short");
        input.Seek(input.Length - TrailerBytes);
        var (length, table) = (input.ReadInt64(), input.ReadInt64() & ~PackedOutput.Mark);
        var blocks = (input.Length - TrailerBytes - table) / sizeof(short);
        if (table < 0 || blocks < 0 || length < 0 || blocks != (length + Blocks.Bytes - 1) / Blocks.Bytes)
            throw new CorruptIndexException($"{input} has no table of blocks");
        return ReadTable(input, length, table, (int)blocks);
    }

    /// <summary>One block, unpacked; not to be changed.</summary>
    public byte[] Block(int number, IndexInput input)
    {
        if ((uint)number >= (uint)_packings.Length) throw new EndOfStreamException($"read past the end of {input}");
        if (BlockCache.Find(this, number) is { } kept) return kept;
        var block = Unpack(number, input);
        BlockCache.Keep(this, number, block);
        return block;
    }

    private static PackedFile ReadTable(IndexInput input, long length, long table, int blocks)
    {
        var (starts, packings) = (new long[blocks + 1], new BlockPacking[blocks]);
        input.Seek(table);
        for (var i = 0; i < blocks; i++)
        {
            var entry = (ushort)input.ReadInt16();
            packings[i] = (BlockPacking)(entry >> 14);
            starts[i + 1] = starts[i] + (entry & 0x3FFF);
        }
        return starts[blocks] == table ? new PackedFile(length, starts, packings) : throw new CorruptIndexException($"{input} has a wrong table of blocks");
    }

    private byte[] Unpack(int number, IndexInput input)
    {
        var packed = new byte[_starts[number + 1] - _starts[number]];
        input.Seek(_starts[number]);
        input.ReadBytes(packed, 0, packed.Length);
        var block = new byte[Math.Min(Blocks.Bytes, Length - (long)number * Blocks.Bytes)];
        Blocks.Unpack(_packings[number], packed, packed.Length, block);
        return block;
    }
}
