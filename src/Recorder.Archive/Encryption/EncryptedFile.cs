using System.Buffers.Binary;
using Recorder.Archive.Disk;

namespace Recorder.Archive.Encryption;

/// <summary>The head of a file that is encrypted as a whole: a segment or a large body. It names the key, and the run of pages behind it is bound to it.</summary>
internal static class EncryptedFile
{
    public const int HeadBytes = 64;
    private const ushort Version = 1;
    private const int IdAt = 16, CheckAt = HeadBytes - HeadCheck.Bytes;

    // As in PNG, the line ends show a copy made in text mode.
    private static ReadOnlySpan<byte> Magic => [0x89, (byte)'R', (byte)'E', (byte)'N', (byte)'C', 0x0D, 0x0A, 0x1A];

    public static long StoredBytes(long plainBytes) => HeadBytes + PageCipher.StoredBytes(plainBytes);

    public static byte[] Head(Guid id)
    {
        var bytes = new byte[HeadBytes];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(8), Version);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(10), PageCipher.PageBytes);
        id.TryWriteBytes(bytes.AsSpan(IdAt), bigEndian: true, out _);
        HeadCheck.Write(bytes);
        return bytes;
    }

    public static bool Begins(ReadOnlySpan<byte> bytes) => bytes.StartsWith(Magic);

    /// <exception cref="ArchiveException">Damaged: it is no head. Unavailable: of a later version.</exception>
    public static Guid IdOf(ReadOnlySpan<byte> head, string path)
    {
        if (head.Length < HeadBytes || !Begins(head) || !HeadCheck.Holds(head[..HeadBytes]))
            throw new ArchiveException(ArchiveFault.Damaged, $"{path} does not begin as an encrypted file does");
        if (BinaryPrimitives.ReadUInt16LittleEndian(head[8..]) != Version || BinaryPrimitives.ReadUInt16LittleEndian(head[10..]) != PageCipher.PageBytes)
            throw new ArchiveException(ArchiveFault.Unavailable, $"{path} is encrypted in a way that is newer than this program; use the newer one");
        return new Guid(head.Slice(IdAt, 16), bigEndian: true);
    }

    /// <summary>A file as its plain bytes, where it is encrypted; the file itself where it is not.</summary>
    /// <param name="must">It is encrypted or damaged; without it, what does not begin so is plain.</param>
    /// <param name="owns">The file is closed with what is returned.</param>
    /// <exception cref="ArchiveException">Damaged: it is no such file, or its key is not there.</exception>
    public static IDiskFile OpenRead(IDiskFile file, string path, FileKeys? keys, bool must, bool owns)
    {
        var head = new byte[HeadBytes];
        var read = head.AsSpan(0, file.Read(0, head));
        if (!must && !Begins(read)) return file;
        var key = keys?.Find(IdOf(read, path)) ?? throw NoKey(path);
        var plain = PageCipher.PlainBytes(file.Length - HeadBytes);
        if (plain < 0) throw new ArchiveException(ArchiveFault.Damaged, $"{path} is cut short");
        return new EncryptedReader(file, path, new PageCipher(key, head.AsSpan(0, CheckAt)), plain, owns);
    }

    public static PageCipher CipherOf(FileKey key) => new(key.Key, Head(key.Id).AsSpan(0, CheckAt));

    public static ArchiveException NoKey(string path) => new(ArchiveFault.Damaged,
        $"{path} is encrypted and its key is not in keys/{FileKeys.FileName}: it was destroyed, or that file is not the newest copy of itself");
}

/// <summary>The plain bytes of an encrypted file.</summary>
internal sealed class EncryptedReader(IDiskFile file, string path, PageCipher cipher, long plainBytes, bool owns) : IDiskFile
{
    public long Length => plainBytes;

    public int Read(long offset, Span<byte> buffer)
    {
        if (offset >= plainBytes) return 0;
        var target = buffer[..(int)Math.Min(buffer.Length, plainBytes - offset)];
        cipher.Read(file, path, EncryptedFile.HeadBytes, plainBytes, offset, target);
        return target.Length;
    }

    public void Write(long offset, ReadOnlySpan<byte> bytes) => throw new NotSupportedException();
    public void Truncate(long length) => throw new NotSupportedException();
    public void Sync() => throw new NotSupportedException();

    public void Dispose()
    {
        cipher.Dispose();
        if (owns) file.Dispose();
    }
}
