namespace Recorder.Ledger;

/// <summary>An administrator wants a waiting delivery tried at once. How often it was tried, and when it is given up, stay as they are.</summary>
public sealed record DispatchHastened(string RecordId, DispatchKind Kind, string Recipient, string Mailbox, int Round) : LedgerEvent;

/// <summary>An administrator ended a waiting delivery that nobody took.</summary>
/// <param name="Reason">For whoever asked to read.</param>
public sealed record DispatchGivenUp(
    string RecordId, DispatchKind Kind, string Recipient, string Mailbox, int Round, string Reason) : LedgerEvent;

/// <summary>A person has read that something they asked for did not arrive, and wants it out of sight.</summary>
public sealed record ProblemDismissed(string Account, string RecordId, DispatchKind Kind, string Recipient, int Round) : LedgerEvent;

/// <summary>Keys of what waits and of what failed.</summary>
public static class OutboxKeys
{
    /// <summary>Pending dispatches, the longest waiting first: value <see cref="Dispatch"/> once more.</summary>
    public static string Waiting(Dispatch one) => $"{WaitingAll}{one.RequestedAt.UtcTicks:D19}/{Of(one)}";
    public const string WaitingAll = "waiting/";

    /// <summary>What an account asked for and did not get: value <see cref="Dispatch"/>.</summary>
    public static string Problem(string account, Dispatch one) => $"{ProblemsOf(account)}{Of(one)}";
    public static string ProblemsOf(string account) => $"problem/{account}/";

    /// <summary>What a dispatch is named within every key that names one.</summary>
    public static string Of(Dispatch one) => Of(one.RecordId, one.Kind, one.Recipient, one.Round);

    public static string Of(string recordId, DispatchKind kind, string recipient, int round) =>
        StateKeys.Dispatch(recordId, kind, recipient, round)[StateKeys.Dispatches.Length..];
}
