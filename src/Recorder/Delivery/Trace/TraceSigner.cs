using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Recorder.Delivery.Trace;

/// <summary>Makes and checks the MAC of <see cref="TraceField"/> with the key in <c>keys/trace.key</c>.</summary>
public sealed class TraceSigner(byte[] key)
{
    public const int KeyLengthBytes = 32;

    /// <param name="contentSha256">Of all bytes that follow the field.</param>
    public TraceField Sign(string recordId, string recipient, string act, int hop, ReadOnlySpan<byte> contentSha256) =>
        new(recordId, act, hop, Base64Url.EncodeToString(Mac(recordId, recipient, act, hop, contentSha256)));

    public bool IsValid(TraceField field, string recipient, ReadOnlySpan<byte> contentSha256)
    {
        if (field.Mac is null) return false;
        // The texts are compared: not everything that looks like base64url can be decoded.
        var right = Sign(field.RecordId, recipient, field.Act, field.Hop, contentSha256).Mac!;
        return CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(field.Mac), Encoding.UTF8.GetBytes(right));
    }

    /// <summary>A mail server on the way may fold the domain; the local part is left as it is (RFC 5321 §2.4).</summary>
    internal static string FoldDomain(string recipient)
    {
        var at = recipient.LastIndexOf('@');
        return at < 0 ? recipient : recipient[..at] + recipient[at..].ToLowerInvariant();
    }

    // Every part but the last is free of line feeds, so no two different inputs give the same text.
    private byte[] Mac(string recordId, string recipient, string act, int hop, ReadOnlySpan<byte> contentSha256) =>
        HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
            $"recorder-trace-1\n{recordId}\n{act}\n{hop}\n{Convert.ToHexStringLower(contentSha256)}\n{FoldDomain(recipient)}")));
}
