using System.Buffers.Text;

namespace Recorder.Archive.Segments.Packing;

/// <summary>The exact bytes of a packed body.</summary>
internal sealed class UnpackStream : ReadStream
{
    private const int RawBytesAtOnce = 24 * 1024;
    private readonly Stream _stored;
    private readonly Func<BlockRange, Stream> _openApart;
    private readonly byte[] _head = new byte[PackedForm.PieceBytes];
    private PieceHead _piece;
    private Stream _source;
    private long _left;
    private long _position;
    private byte[]? _raw, _lines;
    private ReadOnlyMemory<byte> _pending;

    /// <param name="openApart">Opens bytes kept apart; <see cref="InvalidDataException"/> where there are none.</param>
    /// <exception cref="InvalidDataException">The stored bytes do not begin like a packed body.</exception>
    public UnpackStream(Stream stored, Func<BlockRange, Stream> openApart)
    {
        (_stored, _source, _openApart) = (stored, stored, openApart);
        Span<byte> length = stackalloc byte[PackedForm.PrefixBytes];
        ReadExactly(_stored, length);
        Length = BitConverter.ToInt64(length);
        if (Length < 0) throw new InvalidDataException("the packed body has no length");
    }

    public override bool CanSeek => false;
    public override long Length { get; }
    public override long Position { get => _position; set => throw new NotSupportedException(); }

    /// <exception cref="InvalidDataException">The stored bytes are no packed body.</exception>
    public override int Read(Span<byte> buffer)
    {
        // What goes beyond the length is not asked for: a reader with a digest notices either way.
        buffer = buffer[..(int)Math.Min(buffer.Length, Length - _position)];
        while (!buffer.IsEmpty)
        {
            if (ReadPiece(buffer) is var count and > 0)
            {
                _position += count;
                return count;
            }
            NextPiece();
        }
        return 0;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) _stored.Dispose();
        base.Dispose(disposing);
    }

    private int ReadPiece(Span<byte> buffer)
    {
        if (!_pending.IsEmpty) return TakePending(buffer);
        if (_left == 0) return 0;
        if (_piece.Kind != PieceKind.Literal)
        {
            EncodeLines();
            return TakePending(buffer);
        }
        var literal = buffer[..(int)Math.Min(buffer.Length, _left)];
        var count = _stored.Read(literal);
        if (count == 0) throw new InvalidDataException("the packed body is cut short");
        _left -= count;
        return count;
    }

    private int TakePending(Span<byte> buffer)
    {
        var count = Math.Min(buffer.Length, _pending.Length);
        _pending.Span[..count].CopyTo(buffer);
        _pending = _pending[count..];
        return count;
    }

    private void NextPiece()
    {
        ReadExactly(_stored, _head);
        _piece = PackedForm.Decode(_head);
        _left = _piece.Bytes;
        _source = _piece.IsApart ? _openApart(_piece.Apart) : _stored;
    }

    private void EncodeLines()
    {
        var lineBytes = _piece.LineChars / 4 * 3;
        _raw ??= new byte[RawBytesAtOnce];
        var count = (int)Math.Min(_left, RawBytesAtOnce / lineBytes * lineBytes);
        ReadExactly(_source, _raw.AsSpan(0, count));
        _left -= count;
        // The shortest lines, 4 characters and 2 for their end, double the bytes.
        _lines ??= new byte[RawBytesAtOnce * 2 + 8];
        var end = 0;
        for (var at = 0; at < count; at += lineBytes)
        {
            Base64.EncodeToUtf8(_raw.AsSpan(at, Math.Min(lineBytes, count - at)), _lines.AsSpan(end), out _, out var written);
            end += written;
            if (_piece.EndsWithCrLf) _lines[end++] = (byte)'\r';
            _lines[end++] = (byte)'\n';
        }
        _pending = _lines.AsMemory(0, end);
    }

    private static void ReadExactly(Stream source, Span<byte> bytes)
    {
        if (source.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
            throw new InvalidDataException("the packed body is cut short");
    }
}
