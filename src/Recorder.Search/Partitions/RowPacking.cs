using System.IO.Compression;
using Lucene.Net.Codecs.Compressing;
using Lucene.Net.Index;
using Lucene.Net.Store;
using Lucene.Net.Util;

namespace Recorder.Search.Partitions;

/// <summary>
/// Stored rows, deflated in chunks with a checksum each, since a flipped bit would show in what people read. Lucene's own reader of such chunks makes 80 KB of garbage for each row; this one keeps the
/// chunk it unpacked last, since hits of a mailbox often stand near each other. On disk: the packed length, the bytes.
/// </summary>
internal sealed class RowPacking : Lucene.Net.Codecs.Compressing.CompressionMode
{
    public override Compressor NewCompressor() => new Packer();

    public override Decompressor NewDecompressor() => new Unpacker();

    public override string ToString() => nameof(RowPacking);

    private sealed class Packer : Compressor
    {
        private readonly MemoryStream _packed = new();

        public override void Compress(byte[] bytes, int off, int len, DataOutput @out)
        {
            _packed.SetLength(0);
            using (var deflate = new ZLibStream(_packed, CompressionLevel.Optimal, leaveOpen: true)) deflate.Write(bytes, off, len);
            @out.WriteVInt32((int)_packed.Length);
            @out.WriteBytes(_packed.GetBuffer(), 0, (int)_packed.Length);
        }
    }

    /// <summary>Each thread has its own for each segment.</summary>
    private sealed class Unpacker : Decompressor
    {
        private byte[] _packed = [], _chunk = [];
        private long _start = -1, _end;
        private int _length;

        public override void Decompress(DataInput @in, int originalLength, int offset, int length, BytesRef bytes)
        {
            if (offset < 0 || length < 0 || offset + length > originalLength) throw new CorruptIndexException("a row lies outside its chunk");
            var input = (IndexInput)@in;
            if (input.Position == _start && originalLength == _length) input.Seek(_end); // a row of several chunks goes on there
            else Unpack(input, originalLength);
            if (bytes.Bytes.Length < length) bytes.Bytes = new byte[length];
            Array.Copy(_chunk, offset, bytes.Bytes, 0, length);
            (bytes.Offset, bytes.Length) = (0, length);
        }

        public override object Clone() => new Unpacker();

        private void Unpack(IndexInput input, int length)
        {
            var start = input.Position;
            _start = -1;
            var packed = input.ReadVInt32();
            if (packed < 0 || length < 0) throw new CorruptIndexException("a chunk of rows has no length");
            if (_packed.Length < packed) _packed = new byte[packed];
            if (_chunk.Length < length) _chunk = new byte[length];
            input.ReadBytes(_packed, 0, packed);
            try
            {
                using var inflate = new ZLibStream(new MemoryStream(_packed, 0, packed, writable: false), System.IO.Compression.CompressionMode.Decompress);
                inflate.ReadExactly(_chunk, 0, length);
                if (inflate.ReadByte() >= 0) throw new InvalidDataException("longer than it should be"); // and its checksum is compared
            }
            catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
            {
                throw new CorruptIndexException("a chunk of rows does not unpack", e);
            }
            (_start, _end, _length) = (start, input.Position, length);
        }
    }
}
