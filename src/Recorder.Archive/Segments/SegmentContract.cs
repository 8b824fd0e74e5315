namespace Recorder.Archive.Segments;

/// <summary>
/// Where sealed segments and committed batches live: a folder today, an object store tomorrow. Names are
/// '/'-separated. What was put is never changed in place.
/// </summary>
public interface ISegmentStore
{
    /// <summary>Durable when it returns; refuses a name that exists. <paramref name="write"/> fills the object front to back.</summary>
    void Put(string name, Action<Stream> write);

    /// <returns>Bytes read; fewer than asked only at the end of the object.</returns>
    int ReadRange(string name, long offset, Span<byte> buffer);

    long LengthOf(string name);

    /// <summary>All names under a prefix, in ordinal order.</summary>
    IReadOnlyList<string> List(string prefix);

    /// <summary>Durable when it returns; a missing one is no error.</summary>
    void Delete(string name);
}

/// <summary>One entry of a retired active file on its way into a segment.</summary>
/// <param name="Nonce">16 random bytes given at append: keeps a purged leaf from being guessed.</param>
/// <param name="ClusterKey">Empty for events.</param>
internal sealed record SealEntry(LogEntry Entry, string ClusterKey, ReadOnlyMemory<byte> Nonce);

/// <summary>A retired active file, readable by the sealer.</summary>
internal interface ISealSource
{
    /// <summary>In sequence order, all kinds.</summary>
    IReadOnlyList<SealEntry> Entries { get; }

    /// <summary>The exact bytes of a mail entry.</summary>
    Stream OpenContent(SealEntry entry);
}

public enum SegmentKind : byte
{
    Mail = 1,
    Ledger = 2,
}

/// <summary>What the manifest knows of a segment. Id and position ranges of different segments may overlap.</summary>
/// <param name="Day">The UTC received day of a mail segment; for a ledger segment the day it was sealed for.</param>
/// <param name="MerkleRoot">32 bytes, RFC 9162 §2.1 hashing over the leaves in sequence order; fixed at seal.</param>
public sealed record SegmentInfo(
    string Name, SegmentKind Kind, DateOnly Day, string Lane, long FirstSequence, long LastSequence,
    RecordId FirstId, RecordId LastId, int EntryCount, long ContentBytes, long StoredBytes, ReadOnlyMemory<byte> MerkleRoot);
