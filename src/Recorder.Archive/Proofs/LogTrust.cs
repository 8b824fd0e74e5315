namespace Recorder.Archive.Proofs;

/// <summary>A head that the ledger says was signed.</summary>
/// <param name="Sha256Hex">Of its text.</param>
public sealed record HeadNote(long Number, string Sha256Hex);

/// <summary>What the one who verifies knows besides the archive itself.</summary>
public sealed record LogTrust
{
    /// <summary>Null: entries cannot be told from forged ones singly, only by the heads.</summary>
    public LogKey? Key { get; init; }

    /// <summary>Entries from this position on carry the key's mark.</summary>
    public long MarkedFrom { get; init; } = long.MaxValue;

    /// <summary>Of the key that must have signed the newest head; null: any.</summary>
    public string? KeyId { get; init; }

    /// <summary>Null: the ledger knows of none.</summary>
    public HeadNote? LastHead { get; init; }

    /// <summary>Of the name of a segment that has a root and is not there: whether its removal is on record.</summary>
    public Func<string, bool> WasRemoved { get; init; } = _ => false;

    /// <summary>Of the stem of a segment: how many records left it before there was this key to mark their leaving.</summary>
    public Func<string, long> PurgedBefore { get; init; } = _ => 0;

    /// <summary>Of a record: whether its erasure is on record.</summary>
    public Func<RecordId, bool> WasErased { get; init; } = _ => false;
}
