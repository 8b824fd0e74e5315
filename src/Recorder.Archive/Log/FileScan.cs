using Recorder.Archive.Disk;
using Recorder.Archive.Encryption;

namespace Recorder.Archive.Log;

/// <summary>Bytes of a file that are not what was written.</summary>
public sealed record DamagedRange(string File, long Offset, long LengthBytes);

/// <summary>Positions that no kept entry has; both ends included.</summary>
public sealed record MissingRange(long FirstSequence, long LastSequence);

/// <summary>
/// Reads an active file front to back and gives every entry that is still whole. A batch is written only after the one
/// before was synced, so only the last can be torn; a bad one that another follows is damage, and what is whole in it
/// is saved.
/// </summary>
/// <param name="cipher">Of an encrypted file.</param>
internal sealed class FileScan(IDiskFile file, string path, FileHeader header, Action<EntryHead, long> found, BatchCipher? cipher = null)
{
    private readonly byte[] _buffer = new byte[ActiveFormat.MaxBatchBytes];
    private readonly byte[] _plain = cipher is null ? [] : new byte[ActiveFormat.MaxBatchBytes];

    public List<DamagedRange> Damaged { get; } = [];
    public List<MissingRange> Missing { get; } = [];

    /// <summary>Where the batches begin that entries were found in.</summary>
    public List<long> Batches { get; } = [];
    public long NextSequence { get; private set; } = header.FirstSequence;

    /// <summary>Behind the last batch that counts.</summary>
    public long ValidBytes { get; private set; } = ActiveFormat.FileHeaderBytes;

    /// <summary>The last good batch; 0 bytes when there is none.</summary>
    public (long Start, int LengthBytes) LastBatch { get; private set; }

    /// <param name="limit">The length to read.</param>
    /// <param name="tailMayBeTorn">true for the newest file: a bad batch that no other was begun behind is no damage then.</param>
    public void Run(long limit, bool tailMayBeTorn)
    {
        while (ValidBytes < limit)
        {
            if (TryReadBatch(ValidBytes, limit, out var batch))
            {
                TakeBatch(batch);
                continue;
            }
            var next = FindBatch(ValidBytes + 1, limit, intact: true);
            if (next < 0 && tailMayBeTorn)
            {
                if (SkipAcknowledged(limit)) continue;
                return;
            }
            SkipDamage(next < 0 ? limit : next);
        }
    }

    /// <summary>A batch that another one was begun behind had been synced: of two bad ones at the end only the last can be torn.</summary>
    /// <returns>false when nothing shows that the bad batch here was ever acknowledged.</returns>
    private bool SkipAcknowledged(long limit)
    {
        var own = HeaderAt(ValidBytes);
        var behind = FindBatch(ValidBytes + 1, limit, intact: false);
        var end = behind >= 0 ? behind : ValidBytes + (own?.LengthBytes ?? int.MaxValue);
        if (end >= limit) return false;
        // Either header may be what is damaged: neither is believed more positions than fit.
        var mostEntries = (end - ValidBytes) / ActiveFormat.EntryFixedBytes;
        var last = new[] { own?.LastSequence, HeaderAt(end)?.FirstSequence - 1 }
            .Where(one => one < NextSequence + mostEntries).Max() ?? 0;
        SkipDamage(end);
        MissUpTo(last);
        return true;
    }

    private bool TryReadBatch(long offset, long limit, out BatchHeader batch)
    {
        batch = default;
        if (limit - offset < ActiveFormat.BatchHeaderBytes) return false;
        file.Read(offset, _buffer.AsSpan(0, ActiveFormat.BatchHeaderBytes));
        if (!BatchHeader.Looks(_buffer, header.Nonce.Span, out batch)) return false;
        if (batch.LengthBytes > limit - offset || batch.FirstSequence < NextSequence || batch.LastSequence < batch.FirstSequence) return false;
        var bytes = _buffer.AsSpan(0, batch.LengthBytes);
        return file.Read(offset, bytes) == bytes.Length && BatchHeader.IsIntact(bytes);
    }

    private void TakeBatch(BatchHeader batch)
    {
        if (HeadsOf(batch) is not { } heads)
        {
            // Whole, so it was acknowledged, and yet wrong: that is damage, also at the end of the file.
            SkipDamage(ValidBytes + batch.LengthBytes);
            MissUpTo(batch.LastSequence);
            return;
        }
        Batches.Add(ValidBytes);
        foreach (var (head, at) in heads) Take(head, ValidBytes + at);
        LastBatch = (ValidBytes, batch.LengthBytes);
        ValidBytes += batch.LengthBytes;
    }

    /// <returns>null when an entry is not what a batch holds.</returns>
    private List<(EntryHead Head, int At)>? HeadsOf(BatchHeader batch)
    {
        List<(EntryHead, int)> heads = [];
        var plain = PlainOf(batch.LengthBytes, out var holds);
        if (!holds) return null;
        for (var at = ActiveFormat.BatchHeaderBytes; at < plain.Length;)
        {
            if (EntryHead.Decode(plain[at..], header.Lane) is not { } head) return null;
            if (head.Entry.Position.Sequence != batch.FirstSequence + heads.Count || head.EntryBytes > plain.Length - at) return null;
            heads.Add((head, at));
            at += (int)head.EntryBytes;
        }
        return heads.Count == batch.Count ? heads : null;
    }

    /// <summary>The stored bytes in the buffer as they were before they were encrypted.</summary>
    private ReadOnlySpan<byte> PlainOf(int storedBytes, out bool holds)
    {
        holds = true;
        if (cipher is null) return _buffer.AsSpan(0, storedBytes);
        (var length, holds) = cipher.Decrypt(_buffer.AsSpan(0, storedBytes), _plain);
        return _plain.AsSpan(0, length);
    }

    private void MissUpTo(long lastSequence)
    {
        if (lastSequence < NextSequence) return;
        Missing.Add(new MissingRange(NextSequence, lastSequence));
        NextSequence = lastSequence + 1;
    }

    private void Take(EntryHead head, long offset)
    {
        var sequence = head.Entry.Position.Sequence;
        MissUpTo(sequence - 1);
        NextSequence = sequence + 1;
        found(head, offset);
    }

    private void SkipDamage(long nextGood)
    {
        var end = DeclaredEnd(nextGood) ?? nextGood;
        Damaged.Add(new DamagedRange(path, ValidBytes, end - ValidBytes));
        Salvage(end);
        ValidBytes = end;
    }

    /// <returns>Where the bad batch says it ends, if another begins there; so two in a row are not taken for one.</returns>
    private long? DeclaredEnd(long limit)
    {
        if (HeaderAt(ValidBytes) is not { } batch) return null;
        var end = ValidBytes + batch.LengthBytes;
        return end < limit && HeaderAt(end) is not null ? end : null;
    }

    /// <returns>null when nothing there looks like a header of this file's batches.</returns>
    private BatchHeader? HeaderAt(long offset)
    {
        Span<byte> bytes = stackalloc byte[ActiveFormat.BatchHeaderBytes];
        return file.Read(offset, bytes) == bytes.Length && BatchHeader.Looks(bytes, header.Nonce.Span, out var batch) ? batch : null;
    }

    // One flipped bit must not cost a whole batch: entries carry checks of their own.
    private void Salvage(long end)
    {
        var length = (int)Math.Min(end - ValidBytes, _buffer.Length);
        length = file.Read(ValidBytes, _buffer.AsSpan(0, length));
        var plain = PlainOf(length, out _);
        Batches.Add(ValidBytes);
        for (var at = ActiveFormat.BatchHeaderBytes; at < plain.Length;)
        {
            var bytes = plain[at..];
            if (EntryHead.DeclaredEntryBytes(bytes) is not { } entryBytes || entryBytes > bytes.Length) return;
            if (EntryHead.Decode(bytes, header.Lane) is { } head && head.Entry.Position.Sequence >= NextSequence) Take(head, ValidBytes + at);
            at += (int)entryBytes;
        }
    }

    // The nonce makes it certain that what is found is a batch of this file: a mail may contain anything but that.
    private long FindBatch(long from, long limit, bool intact)
    {
        var window = new byte[64 * 1024];
        for (var at = from; at < limit; at += window.Length - ActiveFormat.BatchHeaderBytes)
        {
            var read = file.Read(at, window.AsSpan(0, (int)Math.Min(window.Length, limit - at)));
            for (var i = 0; i < read; i++)
            {
                var hit = window.AsSpan(i, read - i).IndexOf(ActiveFormat.BatchMagic);
                if (hit < 0) break;
                i += hit;
                if (BatchHeader.Looks(window.AsSpan(i, read - i), header.Nonce.Span, out _) && (!intact || TryReadBatch(at + i, limit, out _))) return at + i;
            }
            if (read < window.Length) break;
        }
        return -1;
    }
}
