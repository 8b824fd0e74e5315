using System.Buffers.Text;
using System.IO.Hashing;
using System.Security.Cryptography;

namespace Recorder.Archive.Segments.Packing;

/// <summary>
/// Reads a body once, line by line: checks its digest, finds the base64 that comes back exactly when it is encoded again, and
/// takes hashes of lines by which bodies that resemble each other are found. One thread; used for body after body.
/// </summary>
internal sealed class BodyScanner : IDisposable
{
    private const int BufferBytes = 64 * 1024;
    private const int MinFirstLineChars = 32, MinRunBytes = 64;
    private const int SketchLines = 32, MinSketchLineBytes = 16;

    /// <summary>Runs of this many raw bytes are stored once for all bodies of the segment.</summary>
    public const int ApartBytes = 16 * 1024;

    private readonly IncrementalHash _content = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly IncrementalHash _raw = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _buffer = new byte[BufferBytes];
    private readonly byte[] _decoded = new byte[PackedForm.MaxLineChars];
    private readonly byte[] _encoded = new byte[PackedForm.MaxLineChars];
    private readonly SortedSet<uint> _sketch = [];
    private List<Base64Run> _runs = [];
    private Base64Run? _open;
    private long _position;

    /// <param name="sha256">What the scan found the content's digest to be.</param>
    public BodyPlan Scan(Stream content, out byte[] sha256)
    {
        (_runs, _open, _position) = ([], null, 0);
        _sketch.Clear();
        var held = 0;
        var midLine = false;
        while (content.Read(_buffer.AsSpan(held)) is var read and > 0)
        {
            _content.AppendData(_buffer, held, read);
            held += read;
            var used = TakeLines(_buffer.AsSpan(0, held), ref midLine);
            _buffer.AsSpan(used, held - used).CopyTo(_buffer);
            held -= used;
        }
        Skip(held);
        sha256 = _content.GetHashAndReset();
        return new BodyPlan(_position, _runs, [.. _sketch]);
    }

    public void Dispose()
    {
        _content.Dispose();
        _raw.Dispose();
    }

    /// <returns>Bytes done with: whole lines, or a buffer full of one.</returns>
    private int TakeLines(ReadOnlySpan<byte> bytes, ref bool midLine)
    {
        var at = 0;
        while (bytes[at..].IndexOf((byte)'\n') is var feed and >= 0)
        {
            var line = bytes.Slice(at, feed + 1);
            if (midLine) Skip(line.Length);
            else TakeLine(line);
            midLine = false;
            at += line.Length;
        }
        if (at > 0 || bytes.Length < BufferBytes) return at;
        Skip(bytes.Length);
        midLine = true;
        return bytes.Length;
    }

    private void Skip(int bytes)
    {
        Close();
        _position += bytes;
    }

    private void TakeLine(ReadOnlySpan<byte> line)
    {
        var kind = line is [.., (byte)'\r', _] ? PieceKind.Base64CrLf : PieceKind.Base64Lf;
        var chars = line[..^(kind == PieceKind.Base64CrLf ? 2 : 1)];
        if (!TryDecode(chars, out var raw))
        {
            Close();
            Sketch(chars);
        }
        else
        {
            if (_open is { } open && (open.Lines != kind || chars.Length > open.LineChars)) Close();
            if (_open is not null || IsFirstLine(chars)) Extend(line.Length, chars.Length, kind, raw);
        }
        _position += line.Length;
    }

    private bool TryDecode(ReadOnlySpan<byte> chars, out ReadOnlySpan<byte> raw)
    {
        raw = default;
        if (chars.Length is < 4 or > PackedForm.MaxLineChars || chars.Length % 4 != 0) return false;
        if (Base64.DecodeFromUtf8(chars, _decoded, out var used, out var count) != System.Buffers.OperationStatus.Done || used != chars.Length) return false;
        // Decoders forgive what encoders never write (white space, stray bits before the padding): then the bytes would not come back.
        if (Base64.EncodeToUtf8(_decoded.AsSpan(0, count), _encoded, out _, out var again) != System.Buffers.OperationStatus.Done) return false;
        raw = _decoded.AsSpan(0, count);
        return _encoded.AsSpan(0, again).SequenceEqual(chars);
    }

    // Hexadecimal digits would pass, and lose by it.
    private static bool IsFirstLine(ReadOnlySpan<byte> chars) =>
        chars.Length >= MinFirstLineChars && chars.ContainsAnyInRange((byte)'A', (byte)'Z') && chars.ContainsAnyInRange((byte)'g', (byte)'z');

    private void Extend(int lineBytes, int chars, PieceKind kind, ReadOnlySpan<byte> raw)
    {
        var run = _open ?? new Base64Run(_position, 0, chars, kind, 0, default);
        _raw.AppendData(raw);
        _open = run with { EncodedBytes = run.EncodedBytes + lineBytes, RawBytes = run.RawBytes + raw.Length };
        // A shorter line, or one with padding, is a run's last.
        if (raw.Length < run.LineChars / 4 * 3) Close();
    }

    private void Close()
    {
        if (_open is not { } run) return;
        _open = null;
        var digest = _raw.GetHashAndReset();
        if (run.EncodedBytes >= MinRunBytes) _runs.Add(run with { RawSha256 = run.RawBytes >= ApartBytes ? digest : default });
    }

    private void Sketch(ReadOnlySpan<byte> chars)
    {
        if (chars.Length < MinSketchLineBytes) return;
        var hash = (uint)XxHash3.HashToUInt64(chars);
        if (_sketch.Count == SketchLines && hash >= _sketch.Max) return;
        _sketch.Add(hash);
        if (_sketch.Count > SketchLines) _sketch.Remove(_sketch.Max);
    }
}
