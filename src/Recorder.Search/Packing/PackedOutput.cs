using Lucene.Net.Store;

namespace Recorder.Search.Packing;

/// <summary>
/// Writes blocks side by side, then the table of their packed lengths (two bytes each, the packing in the top two
/// bits), then the trailer: unpacked length (8 bytes), place of the table (8, with <see cref="Mark"/>).
/// </summary>
internal sealed class PackedOutput(IndexOutput inner, BlockPacking packing) : BufferedIndexOutput(Blocks.Bytes)
{
    public const long Mark = 1L << 62;

    private readonly byte[] _block = new byte[Blocks.Bytes];
    private readonly byte[] _packed = new byte[Blocks.Bytes];
    private readonly List<short> _table = [];
    private int _used;
    private long _length;
    private bool _isDisposed;

    public override long Length => Position; // never seeks

    protected override void FlushBuffer(byte[] b, int offset, int len)
    {
        while (len > 0)
        {
            var part = Math.Min(len, Blocks.Bytes - _used);
            b.AsSpan(offset, part).CopyTo(_block.AsSpan(_used));
            (_used, offset, len) = (_used + part, offset + part, len - part);
            if (_used == Blocks.Bytes) WriteBlock();
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (!disposing || _isDisposed) return;
        _isDisposed = true;
        try
        {
            base.Dispose(disposing); // flushes
            if (_used > 0) WriteBlock();
            WriteEnd();
        }
        finally
        {
            inner.Dispose();
        }
    }

    private void WriteBlock()
    {
        var (how, length) = Blocks.Pack(_block.AsSpan(0, _used), packing, _packed);
        inner.WriteBytes(_packed, 0, length);
        _table.Add((short)(((int)how << 14) | (length & 0x3FFF)));
        _length += _used;
        _used = 0;
    }

    private void WriteEnd()
    {
        var table = inner.Position;
        foreach (var entry in _table) inner.WriteInt16(entry);
        inner.WriteInt64(_length);
        inner.WriteInt64(table | Mark);
    }
}
