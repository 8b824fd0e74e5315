using System.Buffers.Binary;

namespace Recorder.Archive.Segments.Packing;

/// <summary>What a piece of a packed body is; part of the format.</summary>
internal enum PieceKind : byte
{
    Literal = 0,

    /// <summary>Base64 of the bytes behind, in lines that end with CR LF.</summary>
    Base64CrLf = 1,

    /// <summary>The same with LF alone.</summary>
    Base64Lf = 2,

    /// <summary>Added to a base64 kind: the bytes are not behind it but at a place of their own in the blocks.</summary>
    Apart = 4,
}

/// <summary>The head of a piece; 19 bytes.</summary>
/// <param name="LineChars">Of base64: characters of a full line.</param>
/// <param name="Bytes">Stored bytes the piece stands for.</param>
/// <param name="Block">With <paramref name="Offset"/>: where bytes kept apart begin.</param>
internal readonly record struct PieceHead(PieceKind Kind, int LineChars, long Bytes, int Block, int Offset)
{
    public bool IsApart => (Kind & PieceKind.Apart) != 0;
    public BlockRange Apart => new(Block, Offset, Bytes);
    public bool EndsWithCrLf => (Kind & PieceKind.Base64CrLf) != 0;
}

/// <summary>
/// A body without its base64: the content's length (8 bytes), then pieces. Whoever has the pieces has the exact bytes
/// again (docs/archive-format.md, "Packed bodies").
/// </summary>
internal static class PackedForm
{
    public const int PrefixBytes = 8, PieceBytes = 19;

    /// <summary>Longer lines are no base64 to us.</summary>
    public const int MaxLineChars = 1020;

    public static void Encode(PieceHead head, Span<byte> bytes)
    {
        bytes[0] = (byte)head.Kind;
        BinaryPrimitives.WriteInt16LittleEndian(bytes[1..], (short)head.LineChars);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[3..], head.Bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[11..], head.Block);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[15..], head.Offset);
    }

    /// <exception cref="InvalidDataException">No piece of this format.</exception>
    public static PieceHead Decode(ReadOnlySpan<byte> bytes)
    {
        var head = new PieceHead(
            (PieceKind)bytes[0], BinaryPrimitives.ReadInt16LittleEndian(bytes[1..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[3..]), BinaryPrimitives.ReadInt32LittleEndian(bytes[11..]),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[15..]));
        var kindIsKnown = head.Kind is PieceKind.Literal || (head.Kind & ~PieceKind.Apart) is PieceKind.Base64CrLf or PieceKind.Base64Lf;
        var lineIsRight = head.Kind == PieceKind.Literal || (head.LineChars is >= 4 and <= MaxLineChars && head.LineChars % 4 == 0);
        if (!kindIsKnown || !lineIsRight || head.Bytes < 0) throw new InvalidDataException("a piece of the packed body is none");
        return head;
    }
}
