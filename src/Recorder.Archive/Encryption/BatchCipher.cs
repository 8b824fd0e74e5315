using Recorder.Archive.Disk;
using Recorder.Archive.Log;

namespace Recorder.Archive.Encryption;

/// <summary>
/// The batches of one encrypted file of the log. A batch keeps its header, which says of what length it is and checks that it is
/// whole; the entries behind it are one run of pages, with a key derived from the file's and the header. The header has a salt, since
/// after a crash or on a full disk another batch may be written in the same place with the same sequences.
/// </summary>
internal sealed class BatchCipher(byte[] fileKey)
{
    /// <summary>By so much a batch grows at most.</summary>
    public const int RoomBytes = (ActiveFormat.MaxBatchBytes / PageCipher.PageBytes + 1) * PageCipher.TagBytes;

    /// <summary>A batch as it is stored.</summary>
    public byte[] Encrypt(ReadOnlySpan<byte> batch)
    {
        var entries = batch[ActiveFormat.BatchHeaderBytes..];
        var stored = new byte[ActiveFormat.BatchHeaderBytes + PageCipher.StoredBytes(entries.Length)];
        BatchHeader.BeginEncrypted(batch, stored);
        using var cipher = CipherOf(stored);
        cipher.Encrypt(entries, stored.AsSpan(ActiveFormat.BatchHeaderBytes));
        BatchHeader.EndEncrypted(stored);
        return stored;
    }

    /// <summary>Decrypts a whole batch, what holds of it; the rest is zeros.</summary>
    /// <param name="plain">Gets the header too, so that each entry is where it was in the batch that was encrypted.</param>
    /// <returns>The length of the plain batch, and whether all of it holds.</returns>
    public (int LengthBytes, bool Holds) Decrypt(ReadOnlySpan<byte> stored, Span<byte> plain)
    {
        var length = stored.Length < ActiveFormat.BatchHeaderBytes ? -1 : (int)PageCipher.PlainBytes(stored.Length - ActiveFormat.BatchHeaderBytes);
        if (length < 0) return (0, false);
        stored[..ActiveFormat.BatchHeaderBytes].CopyTo(plain);
        using var cipher = CipherOf(stored);
        var holds = cipher.TryDecrypt(stored[ActiveFormat.BatchHeaderBytes..], plain.Slice(ActiveFormat.BatchHeaderBytes, length));
        return (ActiveFormat.BatchHeaderBytes + length, holds);
    }

    /// <summary>Reads within the batch that begins at a place.</summary>
    /// <param name="offset">Counted in the plain batch.</param>
    /// <exception cref="ArchiveException">Damaged.</exception>
    public void Read(IDiskFile file, string path, long start, ReadOnlySpan<byte> nonce, long offset, Span<byte> target)
    {
        Span<byte> header = stackalloc byte[ActiveFormat.BatchHeaderBytes];
        file.Read(start, header);
        var plain = BatchHeader.Looks(header, nonce, out var batch) ? PageCipher.PlainBytes(batch.LengthBytes - ActiveFormat.BatchHeaderBytes) : -1;
        offset -= ActiveFormat.BatchHeaderBytes;
        if (offset < 0 || offset + target.Length > plain) throw new ArchiveException(ArchiveFault.Damaged, $"the batch at {start} of {path} is not what was written");
        using var cipher = CipherOf(header);
        cipher.Read(file, path, start + ActiveFormat.BatchHeaderBytes, plain, offset, target);
    }

    private PageCipher CipherOf(ReadOnlySpan<byte> header) => new(fileKey, header[..BatchHeader.CheckAt]);
}
