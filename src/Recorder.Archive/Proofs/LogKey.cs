using System.Security.Cryptography;
using Recorder.Archive.Segments;

namespace Recorder.Archive.Proofs;

/// <summary>
/// The installation's secret by which the log knows its own entries. An entry's nonce is made with it over everything the
/// entry says, and so is the mark that a purge leaves: whoever has the format but not the secret cannot change an entry,
/// move it, or take it away under the name of a purge, and each one is told from its neighbours.
/// </summary>
public sealed class LogKey
{
    public const int SecretBytes = 32;
    private const int MarkBytes = 16;
    private const byte OfEntry = 1, OfPurge = 2;
    private readonly byte[] _secret;

    /// <exception cref="ArgumentException">It has not <see cref="SecretBytes"/> bytes.</exception>
    public LogKey(ReadOnlySpan<byte> secret) =>
        _secret = secret.Length == SecretBytes ? secret.ToArray() : throw new ArgumentException($"a log's secret has {SecretBytes} bytes", nameof(secret));

    /// <summary>The nonce of an entry; to everybody else as good as random.</summary>
    internal byte[] NonceOf(LogEntry entry) => NonceOf(EntryHeader.Encode(entry), entry.ContentSha256.Span);

    internal bool Knows(ReadOnlySpan<byte> header, ReadOnlySpan<byte> contentSha256, ReadOnlySpan<byte> nonce) =>
        CryptographicOperations.FixedTimeEquals(NonceOf(header, contentSha256), nonce);

    /// <summary>What stands in the place of the nonce once an entry was purged.</summary>
    internal byte[] PurgeMark(ReadOnlySpan<byte> leaf) => Mark(OfPurge, leaf, default);

    private byte[] NonceOf(ReadOnlySpan<byte> header, ReadOnlySpan<byte> contentSha256) => Mark(OfEntry, header, contentSha256);

    private byte[] Mark(byte purpose, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        using var mac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _secret);
        mac.AppendData([purpose]);
        mac.AppendData(first);
        mac.AppendData(second);
        return mac.GetHashAndReset()[..MarkBytes];
    }
}
