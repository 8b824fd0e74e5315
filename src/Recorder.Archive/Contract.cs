using System.Buffers;

namespace Recorder.Archive;

/// <summary>UUIDv7 of the append clock, never behind the last id (RFC 9562 §6.2). Text form: 36 characters, lower case.</summary>
public readonly record struct RecordId(Guid Value) : IComparable<RecordId>
{
    /// <summary>Order of the 16 big-endian bytes, which is append order within a lane.</summary>
    public int CompareTo(RecordId other)
    {
        Span<byte> mine = stackalloc byte[16], theirs = stackalloc byte[16];
        Value.TryWriteBytes(mine, bigEndian: true, out _);
        other.Value.TryWriteBytes(theirs, bigEndian: true, out _);
        return mine.SequenceCompareTo(theirs);
    }

    public static bool TryParse(string? text, out RecordId id)
    {
        var ok = Guid.TryParseExact(text, "D", out var value);
        id = new RecordId(value);
        return ok;
    }

    public override string ToString() => Value.ToString("D");
}

/// <summary>Where an entry stands in the log: dense within its lane, starting at 1, given by the writer.</summary>
public readonly record struct Position(string Lane, long Sequence)
{
    public override string ToString() => $"{Lane}/{Sequence}";
}

public enum EntryKind : byte
{
    /// <summary>Header, exact bytes and their digest; leaves with its day.</summary>
    Mail = 1,

    /// <summary>A fact; kept by the ledger's own term.</summary>
    Event = 2,

    /// <summary>The log's own: a sealed segment's root, chained to the one before. Lives in the ledger.</summary>
    Root = 3,
}

/// <summary>Received bytes at rest before and after their record is appended. Disposed without an append, it is gone.</summary>
public interface IReceivedContent : IAsyncDisposable
{
    long LengthBytes { get; }

    /// <summary>SHA-256 of the bytes, 32 bytes.</summary>
    ReadOnlyMemory<byte> Sha256 { get; }

    Stream OpenRead();
}

/// <summary>Takes bytes as they arrive: up to 1 MiB in pooled memory, beyond that in a spool file of the day's folder.</summary>
public interface IContentWriter : IAsyncDisposable
{
    ValueTask WriteAsync(ReadOnlySequence<byte> bytes, CancellationToken cancel);

    /// <summary>Ends the content; a spooled one is durable afterwards (file and directory fsynced by this caller).</summary>
    ValueTask<IReceivedContent> CompleteAsync(CancellationToken cancel);
}

/// <param name="Header">The product's facts about the record, opaque here.</param>
/// <param name="ReceivedAt">Decides the segment's UTC day; locates nothing.</param>
/// <param name="ClusterKey">Bodies with near keys are stored side by side; may be empty.</param>
public sealed record NewMail(ReadOnlyMemory<byte> Header, IReceivedContent Content, DateTimeOffset ReceivedAt, string ClusterKey);

/// <param name="Payload">The product's event, opaque here.</param>
public sealed record NewEvent(ReadOnlyMemory<byte> Payload);

/// <summary>What the log says of a durable entry.</summary>
public sealed record Receipt(RecordId Id, Position Position, DateTimeOffset AppendedAt);

/// <summary>One entry as read back. <see cref="Payload"/> is the header of a mail or the payload of an event.</summary>
/// <param name="ContentLengthBytes">0 for events.</param>
/// <param name="ContentSha256">Empty for events.</param>
/// <param name="ReceivedAt">Equals <paramref name="AppendedAt"/> for events.</param>
public sealed record LogEntry(
    RecordId Id, Position Position, EntryKind Kind, DateTimeOffset AppendedAt, DateTimeOffset ReceivedAt,
    ReadOnlyMemory<byte> Payload, long ContentLengthBytes, ReadOnlyMemory<byte> ContentSha256);

/// <summary>The append door of the log. Every member that returns has made its entry durable.</summary>
public interface IArchiveLog
{
    string Lane { get; }

    /// <summary>The highest sequence that is durable and readable; 0 for an empty log.</summary>
    long DurableSequence { get; }

    IContentWriter BeginContent();

    /// <exception cref="ArchiveException">Nothing was acknowledged; the kind says what to tell the peer.</exception>
    Task<Receipt> AppendAsync(NewMail mail, CancellationToken cancel);

    /// <exception cref="ArchiveException">Nothing was acknowledged; the kind says what to tell the peer.</exception>
    Task<Receipt> AppendAsync(NewEvent entry, CancellationToken cancel);

    /// <summary>The entries after a sequence, in order, then more as they become durable; ends only by cancellation.
    /// Followers read with this; the recent tail is served from memory.</summary>
    IAsyncEnumerable<LogEntry> FollowAsync(long afterSequence, EntryKinds kinds, CancellationToken cancel);

    /// <summary>The durable entries after a sequence, in order, then ends.</summary>
    IAsyncEnumerable<LogEntry> ReadAsync(long afterSequence, EntryKinds kinds, CancellationToken cancel);

    /// <returns>null when no such record is kept.</returns>
    ValueTask<LogEntry?> FindAsync(RecordId id, CancellationToken cancel);

    /// <summary>The exact bytes of a mail record; the digest is checked while reading and a mismatch throws at the end.</summary>
    /// <exception cref="ArchiveException">Missing or damaged.</exception>
    ValueTask<Stream> OpenContentAsync(RecordId id, CancellationToken cancel);

    /// <summary>Bytes free on the volume that takes the log.</summary>
    long FreeBytes { get; }
}

[Flags]
public enum EntryKinds
{
    Mail = 1,
    Events = 2,
    Roots = 4,
    All = Mail | Events | Roots,
}

public enum ArchiveFault
{
    /// <summary>No space: 452 to the peer.</summary>
    DiskFull,

    /// <summary>A write or fsync failed: 451 to the peer; the file was retired.</summary>
    WriteFailed,

    /// <summary>The writer's queue is full or the archive is closing: 451 to the peer.</summary>
    Unavailable,

    /// <summary>Stored bytes do not match what was recorded.</summary>
    Damaged,

    /// <summary>No such record, or its bytes were removed.</summary>
    Missing,
}

/// <summary>Anything the archive cannot do, typed by what the caller should do next.</summary>
public sealed class ArchiveException(ArchiveFault fault, string message, Exception? inner = null) : Exception(message, inner)
{
    public ArchiveFault Fault { get; } = fault;
}

/// <summary>
/// Where batches become durable: a file today, an object a batch tomorrow. A batch has the same bytes either way.
/// </summary>
public interface ICommitLog : IDisposable
{
    /// <summary>Durable when it returns. After an exception the log is retired: nothing more is committed to it.</summary>
    /// <param name="batch">A complete encoded batch (docs/archive-format.md).</param>
    /// <returns>Where the batch starts.</returns>
    long Commit(ReadOnlySpan<byte> batch);
}
