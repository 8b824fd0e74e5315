using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using Recorder.Archive.Disk;

namespace Recorder.Archive.Encryption;

/// <summary>
/// Encrypts a run of bytes in pages of 16 KiB, AES-256-GCM, so that any part of it can be read without the rest. The key is
/// derived for this run alone from its file's key and what stands before it; with it each page is encrypted once, so its number
/// is a nonce that never comes twice. The last page says that it is the last: a run that was cut short does not decrypt.
/// </summary>
internal sealed class PageCipher : IDisposable
{
    public const int PageBytes = 16 * 1024, TagBytes = 16, StoredPageBytes = PageBytes + TagBytes;
    private const int RunPages = 16, NonceBytes = 12;
    private readonly Lock _gate = new();
    private readonly AesGcm _aes;

    /// <param name="before">What stands before the run. It is bound to it: with another it does not decrypt.</param>
    public PageCipher(ReadOnlySpan<byte> fileKey, ReadOnlySpan<byte> before)
    {
        Span<byte> key = stackalloc byte[MasterKey.KeyBytes];
        HKDF.Expand(HashAlgorithmName.SHA256, fileKey, key, before);
        _aes = new AesGcm(key, TagBytes);
        CryptographicOperations.ZeroMemory(key);
    }

    public static long StoredBytes(long plainBytes) => plainBytes + TagBytes * LastPage(plainBytes) + TagBytes;

    /// <returns>-1 when no run has that many bytes.</returns>
    public static long PlainBytes(long storedBytes)
    {
        var pages = (storedBytes + StoredPageBytes - 1) / StoredPageBytes;
        var plain = storedBytes - pages * TagBytes;
        return plain >= 0 && StoredBytes(plain) == storedBytes ? plain : -1;
    }

    public void Encrypt(long page, bool isLast, ReadOnlySpan<byte> plain, Span<byte> stored)
    {
        Span<byte> nonce = stackalloc byte[NonceBytes];
        Nonce(page, isLast, nonce);
        lock (_gate) _aes.Encrypt(nonce, plain, stored[..plain.Length], stored.Slice(plain.Length, TagBytes));
    }

    /// <returns>false when these are not the bytes of that page; the target is zeros then.</returns>
    public bool TryDecrypt(long page, bool isLast, ReadOnlySpan<byte> stored, Span<byte> plain)
    {
        Span<byte> nonce = stackalloc byte[NonceBytes];
        Nonce(page, isLast, nonce);
        try
        {
            lock (_gate) _aes.Decrypt(nonce, stored[..^TagBytes], stored[^TagBytes..], plain);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            plain.Clear();
            return false;
        }
    }

    /// <summary>A whole run.</summary>
    public void Encrypt(ReadOnlySpan<byte> plain, Span<byte> stored)
    {
        var last = LastPage(plain.Length);
        for (var page = 0; page <= last; page++)
        {
            var bytes = plain[(page * PageBytes)..Math.Min(plain.Length, (page + 1) * PageBytes)];
            Encrypt(page, page == last, bytes, stored.Slice(page * StoredPageBytes, bytes.Length + TagBytes));
        }
    }

    /// <summary>A whole run; what does not hold is zeros.</summary>
    /// <returns>Whether all of it holds.</returns>
    public bool TryDecrypt(ReadOnlySpan<byte> stored, Span<byte> plain)
    {
        var (last, holds) = (LastPage(plain.Length), true);
        for (var page = 0; page <= last; page++)
        {
            var bytes = plain[(page * PageBytes)..Math.Min(plain.Length, (page + 1) * PageBytes)];
            holds &= TryDecrypt(page, page == last, stored.Slice(page * StoredPageBytes, bytes.Length + TagBytes), bytes);
        }
        return holds;
    }

    /// <summary>Fills the target from any place of a run in a file.</summary>
    /// <param name="start">Where the run begins in the file.</param>
    /// <param name="plainBytes">Of the whole run.</param>
    /// <exception cref="ArchiveException">Damaged, naming the page.</exception>
    public void Read(IDiskFile file, string path, long start, long plainBytes, long offset, Span<byte> target)
    {
        for (var done = 0; done < target.Length;)
        {
            var at = offset + done;
            var upTo = (at / PageBytes + RunPages) * PageBytes;
            var count = (int)Math.Min(target.Length - done, upTo - at);
            ReadRun(file, path, start, plainBytes, at, target.Slice(done, count));
            done += count;
        }
    }

    public void Dispose() => _aes.Dispose();

    private void ReadRun(IDiskFile file, string path, long start, long plainBytes, long offset, Span<byte> target)
    {
        var (first, last) = (offset / PageBytes, (offset + target.Length - 1) / PageBytes);
        var length = (int)(Math.Min((last + 1) * PageBytes, plainBytes) - first * PageBytes + (last - first + 1) * TagBytes);
        var (stored, scratch) = (ArrayPool<byte>.Shared.Rent(length), ArrayPool<byte>.Shared.Rent(PageBytes));
        try
        {
            if (file.Read(start + first * StoredPageBytes, stored.AsSpan(0, length)) < length) throw Damaged(path, last, "is cut short");
            for (var page = first; page <= last; page++)
            {
                var bytes = stored.AsSpan((int)(page - first) * StoredPageBytes);
                ReadPage(path, page, plainBytes, bytes[..Math.Min(bytes.Length, StoredPageBytes)], offset, target, scratch);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(stored);
            ArrayPool<byte>.Shared.Return(scratch);
        }
    }

    // Straight to where it is wanted when all of the page is.
    private void ReadPage(string path, long page, long plainBytes, ReadOnlySpan<byte> stored, long offset, Span<byte> target, byte[] scratch)
    {
        var begin = page * PageBytes;
        var length = (int)Math.Min(PageBytes, plainBytes - begin);
        var (from, to) = (Math.Max(offset, begin), Math.Min(offset + target.Length, begin + length));
        var wanted = target.Slice((int)(from - offset), (int)(to - from));
        var plain = wanted.Length == length ? wanted : scratch.AsSpan(0, length);
        if (!TryDecrypt(page, page == LastPage(plainBytes), stored[..(length + TagBytes)], plain)) throw Damaged(path, page, "is not what was written");
        if (wanted.Length < length) plain.Slice((int)(from - begin), wanted.Length).CopyTo(wanted);
    }

    private static ArchiveException Damaged(string path, long page, string problem) =>
        new(ArchiveFault.Damaged, $"the encrypted page {page} of {path} {problem}");

    // An empty run has one empty page.
    private static long LastPage(long plainBytes) => plainBytes == 0 ? 0 : (plainBytes - 1) / PageBytes;

    private static void Nonce(long page, bool isLast, Span<byte> nonce)
    {
        BinaryPrimitives.WriteInt64LittleEndian(nonce, page);
        BinaryPrimitives.WriteInt32LittleEndian(nonce[8..], isLast ? 1 : 0);
    }
}
