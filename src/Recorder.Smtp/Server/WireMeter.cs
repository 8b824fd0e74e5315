using System.Buffers;
using System.Text;

namespace Recorder.Smtp.Server;

/// <summary>Gathers a <see cref="WireShape"/> while the bytes pass. A line ends with CRLF and nothing else.</summary>
internal sealed class WireMeter
{
    private long lineBytes;
    private long longestLine;
    private long crs;
    private long crlfs;
    private long? headerEnd;
    private bool afterCr;
    private bool hasNul;
    private bool hasEightBit;

    public long SizeBytes { get; private set; }

    public bool HasBareLf { get; private set; }

    /// <summary>Up to and with the first empty line; all bytes so far while there is none.</summary>
    public long HeaderBytes => headerEnd ?? SizeBytes;

    public long MaxLineBytes => Math.Max(longestLine, lineBytes);

    public WireShape Shape => new(SizeBytes, crs > crlfs, HasBareLf, hasNul, hasEightBit, MaxLineBytes);

    public void Add(ReadOnlySequence<byte> bytes)
    {
        foreach (var block in bytes) Add(block.Span);
    }

    private void Add(ReadOnlySpan<byte> bytes)
    {
        hasNul = hasNul || bytes.Contains((byte)0);
        hasEightBit = hasEightBit || !Ascii.IsValid(bytes);
        crs += bytes.Count((byte)'\r');
        for (int lf; (lf = bytes.IndexOf((byte)'\n')) >= 0; bytes = bytes[(lf + 1)..]) TakeLine(bytes[..lf]);
        Advance(bytes);
    }

    private void TakeLine(ReadOnlySpan<byte> upToLf)
    {
        Advance(upToLf);
        SizeBytes++;
        if (afterCr) EndLine();
        else (HasBareLf, lineBytes) = (true, lineBytes + 1);
        afterCr = false;
    }

    private void EndLine()
    {
        crlfs++;
        if (lineBytes == 1) headerEnd ??= SizeBytes;
        longestLine = Math.Max(longestLine, lineBytes - 1);
        lineBytes = 0;
    }

    private void Advance(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) return;
        SizeBytes += bytes.Length;
        lineBytes += bytes.Length;
        afterCr = bytes[^1] == '\r';
    }
}
