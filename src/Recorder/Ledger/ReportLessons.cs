namespace Recorder.Ledger;

/// <summary>What came of feeding a report to the filter's learner.</summary>
public enum Lesson
{
    Learned,

    /// <summary>The filter had learned the message so before.</summary>
    Known,

    /// <summary>The filter does not take this message.</summary>
    Refused,

    /// <summary>It was not fed: the message is gone, too large, or of a kind that is not learned from.</summary>
    Skipped,
}

/// <summary>A report was fed to the filter's learner, or never will be.</summary>
/// <param name="Kind">Of the report: a newer one of the other kind is fed again.</param>
/// <param name="Words">Why it was refused or skipped; null otherwise.</param>
public sealed record ReportTaught(string RecordId, string Mailbox, ReportKind Kind, Lesson Outcome, string? Words = null) : LedgerEvent;
