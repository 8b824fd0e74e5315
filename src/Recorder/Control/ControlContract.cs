using Recorder.Archive.Proofs;

namespace Recorder.Control;

public sealed record AccountRequest(string Address, string? Password, bool Admin = false, string? DisplayName = null);

public sealed record AccountRow(string Address, string DisplayName, bool IsAdmin, bool IsDisabled, IReadOnlyList<string> Addresses);

/// <summary>Why an act was refused: the closed code and a sentence.</summary>
public sealed record Refusal(string Code, string Message);

/// <summary>What of the archive to read; everything where nothing is said.</summary>
/// <param name="Sample">So many records from anywhere.</param>
/// <param name="Seed">By which they are drawn; null: another each time.</param>
/// <param name="Since">Segments of this UTC day and later ones.</param>
/// <param name="Day">Segments of this UTC day.</param>
/// <param name="Witness">The folder of a backup or mirror to hold the archive against.</param>
public sealed record VerifyRequest(int? Sample = null, int? Seed = null, DateOnly? Since = null, DateOnly? Day = null, string? Witness = null);

/// <summary>One line of a verify run's stream.</summary>
/// <param name="Kind">progress, finding, or summary, whose members other than the counts name the first bad record, segment or head.</param>
/// <param name="Where">The segment, log file or signed head.</param>
/// <param name="Position">In the log.</param>
/// <param name="Records">Entries of the log that were read.</param>
/// <param name="Head">The newest signed head; 0 before the first.</param>
/// <param name="OtherKeys">Of the summary: what another key marked while ours was away.</param>
/// <param name="Through">The last position that it speaks of.</param>
/// <param name="Seed">Of the sample.</param>
public sealed record VerifyLine(
    string Kind, long Done = 0, long Total = 0, string? Where = null, string? RecordId = null, long? Position = null, string? Problem = null,
    long Records = 0, long Findings = 0, long Head = 0, long Through = 0, int? Seed = null, IReadOnlyList<OtherMarks>? OtherKeys = null);

/// <param name="Path">Where the zip is written; must not exist.</param>
public sealed record EvidenceRequest(string RecordId, string Path, string? Reason);

/// <param name="Bytes">Of the zip.</param>
public sealed record EvidenceAnswer(string RecordId, string Path, long Bytes, string KeyId);

/// <param name="KeyId">SHA-256 of the public key, hex.</param>
public sealed record KeyAnswer(string KeyId, string PublicPem);

/// <param name="DurableSequence">The log's end.</param>
/// <param name="IndexedThrough">How far the mail index has come.</param>
public sealed record ControlStatus(long DurableSequence, long StateThrough, long IndexedThrough, long EventsThrough);
