using Recorder.Archive.Disk;
using Recorder.Archive.Encryption;

namespace Recorder.Archive.Log;

/// <summary>
/// One file of the log that is not sealed: the one being written, or a retired one. Readers enter it, so that it is
/// closed only behind the last of them.
/// </summary>
internal sealed class ActiveFile : ICommitLog
{
    private readonly IDiskFile _file;
    private readonly BatchIndex? _batches;
    private bool _syncFailed;
    private int _users = 1;
    private int _closed;

    /// <param name="validBytes">What counts; bytes behind it are not the log's.</param>
    /// <param name="cipher">Of an encrypted file.</param>
    /// <param name="batches">Where the batches of an encrypted file begin that its entries are in.</param>
    public ActiveFile(IDiskFile file, string path, FileHeader header, long validBytes, BatchCipher? cipher = null, IReadOnlyList<long>? batches = null)
    {
        (_file, Path, Header, ValidBytes, Cipher) = (file, path, header, validBytes, cipher);
        if (cipher is not null) _batches = new BatchIndex(batches ?? []);
    }

    public string Path { get; }
    public FileHeader Header { get; }

    /// <summary>null where the entries are stored as they are.</summary>
    public BatchCipher? Cipher { get; }
    public EntryIndex Index { get; } = new();
    public long ValidBytes { get; private set; }

    /// <summary>Bytes of the spool files its entries refer to.</summary>
    public long SpooledBytes { get; set; }

    /// <summary>Whether it holds more than the log's own roots, so that a new day is reason to seal it.</summary>
    public bool HasForeignEntries { get; set; }

    /// <summary>Whether the start found bytes in it that are not what was written, so that it is kept for a person to look at.</summary>
    public bool HasLostBytes { get; set; }

    public bool IsRetired { get; private set; }

    public static ActiveFile Create(IDisk disk, string path, FileHeader header, BatchCipher? cipher = null)
    {
        // A file of that number can only be left from a creation that failed half-way: it has no entry.
        DurableFile.Write(disk, path, stream => stream.Write(header.Encode()), replace: true);
        return new ActiveFile(disk.Open(path, DiskMode.Modify), path, header, ActiveFormat.FileHeaderBytes, cipher);
    }

    public void Retire() => IsRetired = true;

    public long Commit(ReadOnlySpan<byte> batch)
    {
        if (IsRetired) throw new InvalidOperationException($"{Path} is retired");
        var start = ValidBytes;
        var stored = Cipher is null ? batch : Cipher.Encrypt(batch);
        IsRetired = true;
        _file.Write(start, stored);
        Sync();
        IsRetired = false;
        _batches?.Add(start);
        ValidBytes = start + stored.Length;
        return start;
    }

    /// <summary>After a write that met a full disk: removes its part, so that the file can go on when there is room.</summary>
    /// <returns>false when the file stays retired.</returns>
    public bool TryTakeBackWrite()
    {
        if (_syncFailed) return false;
        try
        {
            CutTail();
            IsRetired = false;
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Removes what is behind the valid bytes.</summary>
    public void CutTail()
    {
        if (_file.Length <= ValidBytes) return;
        _file.Truncate(ValidBytes);
        Sync();
    }

    /// <summary>
    /// Writes a range again and syncs it. After a failed fsync and a restart of the process alone, the last batch may be
    /// readable from memory and yet not on the disk; only writing it again makes the next fsync mean it.
    /// </summary>
    public void WriteAgain(long start, int length)
    {
        var bytes = new byte[length];
        _file.Read(start, bytes);
        _file.Write(start, bytes);
        Sync();
    }

    /// <returns>false when it is closed: its entries are sealed.</returns>
    public bool TryEnter()
    {
        int users;
        do
        {
            users = Volatile.Read(ref _users);
            if (users == 0) return false;
        }
        while (Interlocked.CompareExchange(ref _users, users + 1, users) != users);
        return true;
    }

    public void Exit()
    {
        if (Interlocked.Decrement(ref _users) == 0) _file.Dispose();
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _closed, 1) == 0) Exit();
    }

    /// <exception cref="ArchiveException">Damaged.</exception>
    public EntryHead ReadHead(IndexedEntry at)
    {
        var bytes = new byte[at.HeadBytes];
        ReadPlain(at.Offset, bytes);
        var head = EntryHead.Decode(bytes, Header.Lane);
        return head?.Entry.Position.Sequence == at.Sequence && head.Entry.Id == at.Id
            ? head
            : throw Damaged(at, "its head is not what was written");
    }

    /// <summary>The bytes as they are, unchecked.</summary>
    /// <exception cref="IOException">The spool file is not there.</exception>
    public Stream OpenContent(IndexedEntry at, EntryHead head, SpoolFolder spool) => head.Form switch
    {
        ContentForm.Inline => new MemoryStream(ReadInline(at, head), writable: false),
        ContentForm.Spooled => new DiskReadStream(spool.Open(head.SpoolName), 0, head.Entry.ContentLengthBytes),
        ContentForm.SameAs => OpenHolder(at, head, spool),
        _ => throw new ArchiveException(ArchiveFault.Missing, $"{at.Id} has no content"),
    };

    /// <summary>Where the batch ends that an entry is the last of.</summary>
    public long EndOfBatch(IndexedEntry last, EntryHead head)
    {
        if (_batches is null) return last.Offset + head.EntryBytes;
        Span<byte> header = stackalloc byte[ActiveFormat.BatchHeaderBytes];
        var start = _batches.BatchOf(last.Offset) ?? 0;
        _file.Read(start, header);
        return BatchHeader.Looks(header, Header.Nonce.Span, out var batch) ? start + batch.LengthBytes : ValidBytes;
    }

    /// <summary>Bytes as they are stored, for checking and copying; empty at the end of the valid bytes.</summary>
    public int Read(long offset, Span<byte> buffer) => _file.Read(offset, buffer);

    private Stream OpenHolder(IndexedEntry at, EntryHead head, SpoolFolder spool)
    {
        if (Index.Find(head.SameAsSequence) is not { } holder || holder.Sequence >= at.Sequence)
            throw Damaged(at, $"its bytes are with sequence {head.SameAsSequence}, which is not there");
        return OpenContent(holder, ReadHead(holder), spool);
    }

    private byte[] ReadInline(IndexedEntry at, EntryHead head)
    {
        var bytes = new byte[head.Entry.ContentLengthBytes];
        ReadPlain(at.Offset + at.HeadBytes, bytes);
        return bytes;
    }

    private void ReadPlain(long offset, Span<byte> target)
    {
        if (_batches is null) _file.Read(offset, target);
        else if (_batches.BatchOf(offset) is { } start) Cipher!.Read(_file, Path, start, Header.Nonce.Span, offset - start, target);
    }

    private void Sync()
    {
        _syncFailed = true;
        _file.Sync();
        _syncFailed = false;
    }

    private ArchiveException Damaged(IndexedEntry at, string why) =>
        new(ArchiveFault.Damaged, $"{at.Id} ({Header.Lane}/{at.Sequence}) in {Path}: {why}");
}
