using System.Buffers;
using System.Security.Cryptography;

namespace Recorder.Fuzz;

/// <summary>Cuts that depend on the input alone, so that a found case stays found.</summary>
internal static class Slices
{
    public static IEnumerable<ReadOnlyMemory<byte>> OfOne(byte[] input) => Enumerable.Range(0, input.Length).Select(at => (ReadOnlyMemory<byte>)input.AsMemory(at, 1));

    public static IEnumerable<ReadOnlyMemory<byte>> Random(byte[] input)
    {
        var random = RandomOf(input);
        for (var at = 0; at < input.Length;)
        {
            var length = Math.Min(1 + random.Next(random.Next(4) == 0 ? 200 : 12), input.Length - at);
            yield return input.AsMemory(at, length);
            at += length;
        }
    }

    public static Random RandomOf(byte[] input) => new(BitConverter.ToInt32(SHA256.HashData(input)));

    public static ReadOnlySequence<byte> Sequence(IEnumerable<ReadOnlyMemory<byte>> slices)
    {
        Block? first = null, last = null;
        foreach (var slice in slices)
        {
            last = new Block(slice, last);
            first ??= last;
        }
        return first is null ? ReadOnlySequence<byte>.Empty : new ReadOnlySequence<byte>(first, 0, last!, last!.Memory.Length);
    }

    private sealed class Block : ReadOnlySequenceSegment<byte>
    {
        public Block(ReadOnlyMemory<byte> bytes, Block? previous)
        {
            Memory = bytes;
            RunningIndex = previous is null ? 0 : previous.RunningIndex + previous.Memory.Length;
            previous?.Next = this;
        }
    }
}

/// <summary>Gives its bytes in pieces, as a network or a disk may.</summary>
internal sealed class SlicedStream(byte[] bytes, Random random) : Stream
{
    private int position;

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(Span<byte> buffer)
    {
        var count = Math.Min(Math.Min(buffer.Length, 1 + random.Next(random.Next(4) == 0 ? 4096 : 9)), bytes.Length - position);
        bytes.AsSpan(position, count).CopyTo(buffer);
        position += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(Read(buffer.Span));
    public override void Flush() { }
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
