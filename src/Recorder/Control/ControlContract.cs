namespace Recorder.Control;

public sealed record AccountRequest(string Address, string? Password, bool Admin = false, string? DisplayName = null);

public sealed record AccountRow(string Address, string DisplayName, bool IsAdmin, bool IsDisabled, IReadOnlyList<string> Addresses);

/// <summary>Why an act was refused: the closed code and a sentence.</summary>
public sealed record Refusal(string Code, string Message);

/// <summary>One line of a verify run's stream.</summary>
/// <param name="Kind">progress, finding or summary.</param>
public sealed record VerifyLine(
    string Kind, long Done = 0, long Total = 0, string? Where = null, string? RecordId = null, string? Problem = null,
    long Records = 0, long Findings = 0);

/// <param name="DurableSequence">The log's end.</param>
/// <param name="IndexedThrough">How far the mail index has come.</param>
public sealed record ControlStatus(long DurableSequence, long StateThrough, long IndexedThrough, long EventsThrough);
