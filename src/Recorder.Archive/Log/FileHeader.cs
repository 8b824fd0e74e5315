using System.Buffers.Binary;
using System.Text;
using Recorder.Archive.Disk;

namespace Recorder.Archive.Log;

/// <summary>The first 256 bytes of an active file, durable before the first batch.</summary>
/// <param name="FirstSequence">What the file's first entry has or will have.</param>
/// <param name="PreviousNumber">0 when there was none.</param>
/// <param name="PreviousLengthBytes">Up to here the previous file counts; what follows was never acknowledged.</param>
/// <param name="Nonce">16 random bytes that every batch of the file repeats.</param>
/// <param name="LastRootSequence">0 when no segment was sealed before the file was made.</param>
/// <param name="LastRootSha256">Of that root's payload; zeros when there was none.</param>
internal sealed record FileHeader(
    string Lane, long Number, long FirstSequence, long PreviousNumber, long PreviousLengthBytes,
    ReadOnlyMemory<byte> Nonce, DateTimeOffset CreatedAt, long LastRootSequence, ReadOnlyMemory<byte> LastRootSha256)
{
    /// <summary>The entries of its batches are, with the key that has the file's nonce as its id.</summary>
    public bool IsEncrypted { get; init; }

    public byte[] Encode()
    {
        var bytes = new byte[ActiveFormat.FileHeaderBytes];
        var at = bytes.AsSpan();
        ActiveFormat.FileMagic.CopyTo(at);
        BinaryPrimitives.WriteUInt16LittleEndian(at[8..], IsEncrypted ? ActiveFormat.EncryptedVersion : ActiveFormat.Version);
        BinaryPrimitives.WriteUInt16LittleEndian(at[10..], ActiveFormat.FileHeaderBytes);
        BinaryPrimitives.WriteInt64LittleEndian(at[16..], Number);
        BinaryPrimitives.WriteInt64LittleEndian(at[24..], FirstSequence);
        BinaryPrimitives.WriteInt64LittleEndian(at[32..], PreviousNumber);
        BinaryPrimitives.WriteInt64LittleEndian(at[40..], PreviousLengthBytes);
        Nonce.Span.CopyTo(at[48..]);
        BinaryPrimitives.WriteInt64LittleEndian(at[64..], ActiveFormat.Stamp(CreatedAt));
        BinaryPrimitives.WriteInt64LittleEndian(at[72..], LastRootSequence);
        LastRootSha256.Span.CopyTo(at[80..]);
        at[112] = checked((byte)Encoding.UTF8.GetBytes(Lane, at.Slice(113, ActiveFormat.MaxLaneBytes)));
        HeadCheck.Write(at);
        return bytes;
    }

    /// <returns>null when these are not the intact bytes of a header.</returns>
    /// <exception cref="ArchiveException">An intact header of a version this code does not know.</exception>
    public static FileHeader? Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < ActiveFormat.FileHeaderBytes || !bytes.StartsWith(ActiveFormat.FileMagic) || !HeadCheck.Holds(bytes[..ActiveFormat.FileHeaderBytes])) return null;
        if (bytes[112] > ActiveFormat.MaxLaneBytes) return null;
        var version = BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]);
        if (version is not (ActiveFormat.Version or ActiveFormat.EncryptedVersion))
            throw new ArchiveException(ArchiveFault.Unavailable, $"active file version {version} is newer than this program; use the newer one");
        return new FileHeader(
            Encoding.UTF8.GetString(bytes.Slice(113, bytes[112])), Int64(bytes, 16), Int64(bytes, 24), Int64(bytes, 32), Int64(bytes, 40),
            bytes.Slice(48, ActiveFormat.NonceBytes).ToArray(), ActiveFormat.Time(Int64(bytes, 64)),
            Int64(bytes, 72), bytes.Slice(80, ActiveFormat.Sha256Bytes).ToArray()) { IsEncrypted = version == ActiveFormat.EncryptedVersion };
    }

    private static long Int64(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadInt64LittleEndian(bytes[at..]);
}
