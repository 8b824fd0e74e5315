using System.Buffers;

namespace Recorder.Smtp.Server;

/// <summary>Pieces of the input strung together without copying. Bounded, and reused from block to block.</summary>
internal sealed class SegmentChain
{
    private const int MaxPieces = 256;

    private readonly List<Piece> pieces = [];
    private int count;

    public bool IsFull => count == MaxPieces;

    public ReadOnlySequence<byte> Sequence => count == 0
        ? ReadOnlySequence<byte>.Empty
        : new ReadOnlySequence<byte>(pieces[0], 0, pieces[count - 1], pieces[count - 1].Memory.Length);

    public void Add(ReadOnlyMemory<byte> bytes)
    {
        if (count == pieces.Count) pieces.Add(new Piece());
        pieces[count].Set(bytes, count == 0 ? null : pieces[count - 1]);
        count++;
    }

    public void Clear() => count = 0;

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public void Set(ReadOnlyMemory<byte> bytes, Piece? previous)
        {
            (Memory, Next) = (bytes, null);
            RunningIndex = previous is null ? 0 : previous.RunningIndex + previous.Memory.Length;
            previous?.Next = this;
        }
    }
}
