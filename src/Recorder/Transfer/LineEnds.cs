using System.Text;
using Recorder.Smtp;

namespace Recorder.Transfer;

/// <summary>
/// Measures a message while it is copied. Mail at rest on Unix has lost its CRs: where every line ends with LF alone, the
/// message on the wire had CRLF there, and that is the form whose shape is recorded.
/// </summary>
internal sealed class LineEnds
{
    private long bytes, feeds, returns, pairs, lineBytes, longest;
    private bool afterReturn, hasNul, hasEightBit;

    /// <summary>No CR, and at least one LF.</summary>
    public bool AreFeedsAlone => returns == 0 && feeds > 0;

    public WireShape Shape => new(
        AreFeedsAlone ? bytes + feeds : bytes, returns > pairs, !AreFeedsAlone && feeds > pairs, hasNul, hasEightBit, Math.Max(longest, lineBytes));

    public void Add(ReadOnlySpan<byte> block)
    {
        bytes += block.Length;
        hasNul = hasNul || block.Contains((byte)0);
        hasEightBit = hasEightBit || !Ascii.IsValid(block);
        returns += block.Count((byte)'\r');
        for (int feed; (feed = block.IndexOf((byte)'\n')) >= 0; block = block[(feed + 1)..]) EndLine(block[..feed]);
        lineBytes += block.Length;
        if (!block.IsEmpty) afterReturn = block[^1] == '\r';
    }

    private void EndLine(ReadOnlySpan<byte> rest)
    {
        var isPair = rest.IsEmpty ? afterReturn : rest[^1] == '\r';
        feeds++;
        if (isPair) pairs++;
        longest = Math.Max(longest, lineBytes + rest.Length - (isPair ? 1 : 0));
        (lineBytes, afterReturn) = (0, false);
    }
}
