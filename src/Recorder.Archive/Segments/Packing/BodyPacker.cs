using System.Buffers.Text;

namespace Recorder.Archive.Segments.Packing;

/// <summary>Gives the stored form of planned bodies, once what is kept apart of all of them has its place.</summary>
/// <param name="places">Of the runs kept apart.</param>
internal sealed class BodyPacker(IReadOnlyDictionary<ApartKey, BlockRange> places)
{
    /// <exception cref="ArchiveException">Damaged, also while reading: the content is not what was planned for.</exception>
    public Stream Open(BodyPlan plan, Stream content) => plan.IsPacked ? new PackingStream(plan, content, run => places[ApartKey.Of(run)]) : content;

    /// <summary>The raw bytes of the runs that are kept apart, each to be read before the next is asked for.</summary>
    public static IEnumerable<(Base64Run Run, Stream Raw)> Apart(BodyPlan plan, Stream content)
    {
        foreach (var piece in plan.Pieces())
        {
            using var part = new PieceStream(content, piece.ContentBytes);
            if (piece.Run is { IsApart: true } run) yield return (run, new Base64LinesDecoder(part, run));
            part.Drain();
        }
    }
}

/// <summary>Runs with the same raw bytes are stored once, however their lines are.</summary>
internal readonly record struct ApartKey(string Sha256, long Bytes)
{
    public static ApartKey Of(Base64Run run) => new(Convert.ToHexString(run.RawSha256.Span), run.RawBytes);
}

/// <summary>A stretch of a longer stream, which stays open.</summary>
internal sealed class PieceStream(Stream inner, long lengthBytes) : ReadStream
{
    private long _left = lengthBytes;

    public override bool CanSeek => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(Span<byte> buffer)
    {
        var count = inner.Read(buffer[..(int)Math.Min(buffer.Length, _left)]);
        if (count == 0 && _left > 0 && !buffer.IsEmpty) throw new ArchiveException(ArchiveFault.Damaged, "a body ends before its length");
        _left -= count;
        return count;
    }

    public void Drain()
    {
        if (inner.CanSeek)
        {
            inner.Position += _left;
            _left = 0;
        }
        Span<byte> waste = stackalloc byte[4096];
        while (_left > 0) _ = Read(waste);
    }
}

/// <summary>The bytes that lines of base64 stand for; the lines were scanned before.</summary>
internal sealed class Base64LinesDecoder(Stream encoded, Base64Run run) : ReadStream
{
    private const int LinesAtOnce = 512;
    private readonly int _lineBytes = run.LineChars + (run.Lines == PieceKind.Base64CrLf ? 2 : 1);
    private byte[]? _buffer;
    private int _at, _held;

    public override bool CanSeek => false;
    public override long Length => run.RawBytes;
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty || (_at == _held && !Fill())) return 0;
        var count = Math.Min(buffer.Length, _held - _at);
        _buffer.AsSpan(_at, count).CopyTo(buffer);
        _at += count;
        return count;
    }

    private bool Fill()
    {
        _buffer ??= new byte[_lineBytes * LinesAtOnce];
        var read = encoded.ReadAtLeast(_buffer, _buffer.Length, throwOnEndOfStream: false);
        (_at, _held) = (0, 0);
        for (var line = 0; line < read; line += _lineBytes)
        {
            var chars = _buffer.AsSpan(line, Math.Min(_lineBytes, read - line)).TrimEnd("\r\n"u8);
            if (Base64.DecodeFromUtf8(chars, _buffer.AsSpan(_held), out _, out var count) != System.Buffers.OperationStatus.Done)
                throw new ArchiveException(ArchiveFault.Damaged, "base64 that was there is not there any more");
            _held += count;
        }
        return read > 0;
    }
}

/// <summary>The packed form of a body while its content is read.</summary>
internal sealed class PackingStream(BodyPlan plan, Stream content, Func<Base64Run, BlockRange> placeOf) : ReadStream
{
    private readonly IEnumerator<PlannedPiece> _pieces = plan.Pieces().GetEnumerator();
    private readonly byte[] _head = new byte[PackedForm.PieceBytes];
    private ReadOnlyMemory<byte> _pending = BitConverter.GetBytes(plan.ContentBytes);
    private PieceStream? _piece;
    private Stream? _bytes;

    public override bool CanSeek => false;
    public override long Length => plan.StoredBytes;
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(Span<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            if (!_pending.IsEmpty) return TakePending(buffer);
            if (_bytes is not null && _bytes.Read(buffer) is var count and > 0) return count;
            if (!NextPiece()) return 0;
        }
        return 0;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            content.Dispose();
            _pieces.Dispose();
        }
        base.Dispose(disposing);
    }

    private int TakePending(Span<byte> buffer)
    {
        var count = Math.Min(buffer.Length, _pending.Length);
        _pending.Span[..count].CopyTo(buffer);
        _pending = _pending[count..];
        return count;
    }

    private bool NextPiece()
    {
        _piece?.Drain();
        if (!_pieces.MoveNext()) return false;
        var piece = _pieces.Current;
        _piece = new PieceStream(content, piece.ContentBytes);
        _bytes = piece.Run switch
        {
            null => _piece,
            { IsApart: true } => null,
            { } run => new Base64LinesDecoder(_piece, run),
        };
        PackedForm.Encode(HeadOf(piece), _head);
        _pending = _head;
        return true;
    }

    private PieceHead HeadOf(PlannedPiece piece) => piece.Run switch
    {
        null => new PieceHead(PieceKind.Literal, 0, piece.ContentBytes, 0, 0),
        { IsApart: true } run when placeOf(run) is var place =>
            new PieceHead(run.Lines | PieceKind.Apart, run.LineChars, run.RawBytes, place.Block, place.Offset),
        { } run => new PieceHead(run.Lines, run.LineChars, run.RawBytes, 0, 0),
    };
}
