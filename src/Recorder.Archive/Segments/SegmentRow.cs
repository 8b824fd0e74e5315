using System.Buffers.Binary;

namespace Recorder.Archive.Segments;

/// <summary>Where a run of bytes begins in the decompressed blocks; what does not end in its block goes on in the next ones.</summary>
internal readonly record struct BlockRange(int Block, int Offset, long Length);

/// <summary>How an entry is stored; a row's flags.</summary>
[Flags]
internal enum RowForm : byte
{
    None = 0,
    Purged = 1,

    /// <summary>The stored bytes are the packed form of the body (<see cref="Packing.PackedForm"/>).</summary>
    Packed = 2,

    All = Purged | Packed,
}

/// <summary>One entry's line in the index pages of a segment; 102 bytes.</summary>
/// <param name="Body">Of the stored bytes, which are the content's unless packed.</param>
/// <param name="Nonce">16 bytes; when purged, the mark of a log with a key (<see cref="Proofs.LogKey"/>), or zero.</param>
/// <param name="Hash">SHA-256 of the content, zero for events; when purged, the entry's leaf.</param>
internal readonly record struct SegmentRow(
    RecordId Id, long Sequence, EntryKind Kind, RowForm Form, ReadOnlyMemory<byte> Nonce,
    BlockRange Header, BlockRange Body, ReadOnlyMemory<byte> Hash)
{
    public const int Bytes = 102;

    public static readonly ReadOnlyMemory<byte> NoNonce = new byte[16];
    public static readonly ReadOnlyMemory<byte> NoHash = new byte[32];

    public bool Purged => (Form & RowForm.Purged) != 0;
    public bool IsPacked => (Form & RowForm.Packed) != 0;

    public ReadOnlyMemory<byte> ContentSha256 => Kind == EntryKind.Mail ? Hash : default;

    public void Encode(ByteWriter writer)
    {
        writer.Id(Id);
        writer.Int64(Sequence);
        writer.Byte((byte)Kind);
        writer.Byte((byte)Form);
        writer.Bytes(Nonce.Span);
        writer.Int32(Header.Block);
        writer.Int32(Header.Offset);
        writer.Int32((int)Header.Length);
        writer.Int32(Body.Block);
        writer.Int32(Body.Offset);
        writer.Int64(Body.Length);
        writer.Bytes(Hash.Span);
    }

    /// <param name="page">A decompressed index page; the row's nonce and hash are copied.</param>
    public static SegmentRow At(ReadOnlySpan<byte> page, int index)
    {
        var reader = new ByteReader(page.Slice(index * Bytes, Bytes));
        var id = reader.Id();
        var sequence = reader.Int64();
        var kind = (EntryKind)reader.Byte();
        var form = (RowForm)reader.Byte();
        var nonce = reader.Bytes(16).ToArray();
        var header = new BlockRange(reader.Int32(), reader.Int32(), reader.Int32());
        var body = new BlockRange(reader.Int32(), reader.Int32(), reader.Int64());
        return new SegmentRow(id, sequence, kind, form, nonce, header, body, reader.Bytes(32).ToArray());
    }

    public static RecordId IdAt(ReadOnlySpan<byte> page, int index) => new(new Guid(page.Slice(index * Bytes, 16), bigEndian: true));

    public static long SequenceAt(ReadOnlySpan<byte> page, int index) =>
        BinaryPrimitives.ReadInt64LittleEndian(page[(index * Bytes + 16)..]);
}
