using Lucene.Net.Index;
using Lucene.Net.Store;

namespace Recorder.Search.Packing;

/// <summary>Reads what <see cref="PackedOutput"/> wrote. Clones share the table and the blocks unpacked last.</summary>
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

/// <summary>The table of a packed file, and some of its blocks as they were unpacked last.</summary>
internal sealed class PackedFile
{
    private const int TrailerBytes = 16;
    private const int KeptBlocks = 16;
    private readonly long[] _starts;
    private readonly BlockPacking[] _packings;
    private readonly Kept?[] _kept = new Kept?[KeptBlocks];

    private PackedFile(long length, long[] starts, BlockPacking[] packings) => (Length, _starts, _packings) = (length, starts, packings);

    private sealed record Kept(int Number, byte[] Bytes);

    public long Length { get; }

    public static PackedFile Read(IndexInput input)
    {
        if (input.Length < TrailerBytes) throw new CorruptIndexException($"{input} is too short");
        input.Seek(input.Length - TrailerBytes);
        var (length, table) = (input.ReadInt64(), input.ReadInt64());
        var blocks = (input.Length - TrailerBytes - table) / sizeof(short);
        if (table < 0 || blocks < 0 || length < 0 || blocks != (length + Blocks.Bytes - 1) / Blocks.Bytes)
            throw new CorruptIndexException($"{input} has no table of blocks");
        return ReadTable(input, length, table, (int)blocks);
    }

    /// <summary>One block, unpacked; not to be changed.</summary>
    public byte[] Block(int number, IndexInput input)
    {
        if ((uint)number >= (uint)_packings.Length) throw new EndOfStreamException($"read past the end of {input}");
        ref var slot = ref _kept[number % KeptBlocks];
        if (Volatile.Read(ref slot) is { } kept && kept.Number == number) return kept.Bytes;
        var block = Unpack(number, input);
        Volatile.Write(ref slot, new Kept(number, block));
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
