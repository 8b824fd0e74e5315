using System.Text;
using Recorder.Archive.Disk;

namespace Recorder.Archive.Encryption;

internal enum KeySlotKind : byte
{
    Key = 1,

    /// <summary>The file is gone, or about to go: at the next writing of the whole file its key is left out.</summary>
    Gone = 2,
}

/// <summary>
/// One place of the key file, 256 bytes whatever is in it, so that damage costs the keys it touches and no other
/// (docs/archive-format.md, "Key file").
/// </summary>
/// <param name="Path">Of the file in the archive.</param>
/// <param name="Wrapped">Nonce, wrapped key and tag; empty in one that says gone.</param>
internal sealed record KeySlot(KeySlotKind Kind, Guid Id, string Path, ReadOnlyMemory<byte> Wrapped)
{
    public const int SlotBytes = 256, MaxPathBytes = CheckAt - PathAt;
    private const int IdAt = 8, WrappedAt = 24, PathAt = WrappedAt + MasterKey.WrappedBytes, CheckAt = SlotBytes - HeadCheck.Bytes;
    private static ReadOnlySpan<byte> Magic => "RKEY"u8;

    /// <summary>What the wrapping vouches for: a key serves the file it was made for alone.</summary>
    public static byte[] About(Guid id, string path) => [.. id.ToByteArray(bigEndian: true), .. Encoding.UTF8.GetBytes(path)];

    public byte[] Encode()
    {
        var bytes = new byte[SlotBytes];
        Magic.CopyTo(bytes);
        bytes[4] = (byte)Kind;
        bytes[5] = checked((byte)Encoding.UTF8.GetBytes(Path, bytes.AsSpan(PathAt, MaxPathBytes)));
        Id.TryWriteBytes(bytes.AsSpan(IdAt), bigEndian: true, out _);
        Wrapped.Span.CopyTo(bytes.AsSpan(WrappedAt));
        HeadCheck.Write(bytes);
        return bytes;
    }

    /// <returns>null when these are not the intact bytes of a slot.</returns>
    public static KeySlot? Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < SlotBytes || !bytes.StartsWith(Magic) || !HeadCheck.Holds(bytes[..SlotBytes])) return null;
        var kind = (KeySlotKind)bytes[4];
        if (kind is not (KeySlotKind.Key or KeySlotKind.Gone) || bytes[5] > MaxPathBytes) return null;
        return new KeySlot(
            kind, new Guid(bytes.Slice(IdAt, 16), bigEndian: true), Encoding.UTF8.GetString(bytes.Slice(PathAt, bytes[5])),
            kind == KeySlotKind.Key ? bytes.Slice(WrappedAt, MasterKey.WrappedBytes).ToArray() : default(ReadOnlyMemory<byte>));
    }
}
