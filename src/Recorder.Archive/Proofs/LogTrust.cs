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

    /// <summary>Beyond <see cref="MarkedFrom"/>, what another key marked while this one was away.</summary>
    public IReadOnlyList<OtherMarks> Others { get; init; } = [];

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

    /// <returns>null when the entry is as it was recorded, came before the key, or is another's to know.</returns>
    internal string? MarkProblemOf(long sequence, ReadOnlySpan<byte> header, ReadOnlySpan<byte> contentSha256, ReadOnlySpan<byte> nonce)
    {
        if (Key is null || sequence < MarkedFrom) return null;
        var isOurs = Key.Knows(header, contentSha256, nonce);
        if (Others.FirstOrDefault(other => other.Has(sequence)) is not { } other) return isOurs ? null : NotAsRecorded;
        return isOurs && other.Belies(sequence) ? $"it bears our mark, and the ledger says that positions {other.From} to {other.Through} were marked with the key {other.KeyId}: that is not so" : null;
    }

    private const string NotAsRecorded = "it is not as it was recorded, though every checksum was made to fit";
}

/// <summary>
/// A stretch of the log that another key marked, which is not here: its entries are told from altered ones by the signed heads alone. The
/// ledger says which it is, so it is believed only as far as none of our own marks stands in it: else whoever can write one entry could say
/// so of any stretch.
/// </summary>
public sealed record OtherMarks(string KeyId, long From, long Through)
{
    // A key that was put back has marked some before it says so.
    private const int Slack = 1_000;

    internal bool Has(long sequence) => sequence >= From && sequence <= Through;

    internal bool Belies(long sequence) => sequence <= Through - Slack;
}
