using Recorder.Flow;
using Recorder.Ledger;

namespace Recorder.Screening.Sources;

/// <summary>Knows the test string that every filter calls spam, so that a quarantine can be tried without one.</summary>
internal sealed class GtubeSource : IVerdictSource
{
    /// <summary>How far into a message the string is looked for.</summary>
    public const int MaxBytes = 256 * 1024;

    private static readonly SourceVerdict Spam = new(MailCategory.Spam, Symbols: [new ScreeningSymbol("GTUBE")]);

    public string Name => "gtube";

    public async ValueTask<SourceVerdict?> AskAsync(ReceivedMessage message, CancellationToken cancel) =>
        await MessageStart.ReadAsync(message.Content, MaxBytes, GtubeScan.IsIn, cancel) ? Spam : null;
}

/// <summary>Looks for the string as it is, within base64 at any of its three alignments, and across quoted-printable's soft line breaks.</summary>
internal static class GtubeScan
{
    // In two pieces, so that this file is not taken for spam itself.
    private static readonly byte[] Plain = [.. "XJS*C4JDBQADN1.NSBN3*2IDNEN*"u8, .. "GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X"u8];
    private static readonly byte[][] Encoded = [Plain, Base64At(0), Base64At(1), Base64At(2)];

    public static bool IsIn(ReadOnlySpan<byte> message) =>
        message.IndexOf(Plain) >= 0 || (SaysEncoded(message) && IsInEncoded(message));

    private static bool SaysEncoded(ReadOnlySpan<byte> message) =>
        message.IndexOf("base64"u8) >= 0 || message.IndexOf("quoted-printable"u8) >= 0
        || message.IndexOf("BASE64"u8) >= 0 || message.IndexOf("QUOTED-PRINTABLE"u8) >= 0 || message.IndexOf("Base64"u8) >= 0;

    // Both encodings break lines wherever they like (RFC 2045 §6.7, §6.8): with the breaks gone the string is in one piece.
    private static bool IsInEncoded(ReadOnlySpan<byte> message)
    {
        var joined = System.Buffers.ArrayPool<byte>.Shared.Rent(message.Length);
        try
        {
            var length = JoinLines(message, joined);
            return Encoded.Any(form => joined.AsSpan(0, length).IndexOf(form) >= 0);
        }
        finally
        {
            System.Buffers.ArrayPool<byte>.Shared.Return(joined);
        }
    }

    private static int JoinLines(ReadOnlySpan<byte> message, Span<byte> joined)
    {
        var length = 0;
        while (!message.IsEmpty)
        {
            var end = message.IndexOfAny((byte)'\r', (byte)'\n');
            var line = end < 0 ? message : message[..end];
            message = end < 0 ? default : message[(end + 1)..];
            if (line.EndsWith("="u8)) line = line[..^1];
            line.CopyTo(joined[length..]);
            length += line.Length;
        }
        return length;
    }

    // The characters that depend on the string alone, when it begins at the given byte of a group of three.
    private static byte[] Base64At(int offset)
    {
        var text = Convert.ToBase64String([.. new byte[offset], .. Plain]);
        var (first, end) = ((offset * 8 + 5) / 6, (offset + Plain.Length) * 8 / 6);
        return [.. text[first..end].Select(letter => (byte)letter)];
    }
}
