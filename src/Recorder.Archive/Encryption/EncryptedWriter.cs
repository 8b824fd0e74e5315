using Recorder.Archive.Disk;

namespace Recorder.Archive.Encryption;

/// <summary>
/// A new file that is written front to back once and synced once; what comes to the disk is encrypted. Its key is kept before it
/// is synced, so nobody relies on a file whose key may be lost.
/// </summary>
internal sealed class EncryptedWriter(IDiskFile file, FileKeys keys, FileKey key) : IDiskFile
{
    private readonly PageCipher _cipher = EncryptedFile.CipherOf(key);
    private readonly byte[] _plain = new byte[PageCipher.PageBytes];
    private readonly byte[] _stored = new byte[PageCipher.StoredPageBytes];
    private int _held;
    private long _pages;
    private bool _ended;

    public long Length => _pages * PageCipher.PageBytes + _held;

    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        if (_ended || offset != Length) throw new InvalidOperationException("an encrypted file is written front to back, once");
        while (!bytes.IsEmpty)
        {
            // A full page is held until more comes: it may be the last.
            if (_held == _plain.Length) WritePage(isLast: false);
            var part = bytes[..Math.Min(bytes.Length, _plain.Length - _held)];
            part.CopyTo(_plain.AsSpan(_held));
            _held += part.Length;
            bytes = bytes[part.Length..];
        }
    }

    public void Sync()
    {
        if (_ended) throw new InvalidOperationException("an encrypted file is synced once");
        _ended = true;
        WritePage(isLast: true);
        file.Write(0, EncryptedFile.Head(key.Id));
        keys.Keep(key);
        file.Sync();
    }

    public int Read(long offset, Span<byte> buffer) => throw new NotSupportedException();
    public void Truncate(long length) => throw new NotSupportedException();

    public void Dispose()
    {
        _cipher.Dispose();
        file.Dispose();
    }

    private void WritePage(bool isLast)
    {
        _cipher.Encrypt(_pages, isLast, _plain.AsSpan(0, _held), _stored);
        file.Write(EncryptedFile.HeadBytes + _pages * PageCipher.StoredPageBytes, _stored.AsSpan(0, _held + PageCipher.TagBytes));
        if (isLast) return;
        _pages++;
        _held = 0;
    }
}
