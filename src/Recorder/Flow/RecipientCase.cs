using Recorder.Ledger;
using Recorder.Smtp;

namespace Recorder.Flow;

/// <summary>How one recipient stands before anything is done for it.</summary>
public enum Standing
{
    /// <summary>New to us: judge, record, deliver.</summary>
    Fresh,

    /// <summary>Recorded by an earlier try that did not settle: deliver under that record's id.</summary>
    Open,

    /// <summary>Settled by an earlier try whose answer the upstream may not have seen: repeat the answer.</summary>
    Settled,

    /// <summary>Carries our valid trace field: recorded before, goes on as it is.</summary>
    Passing,

    /// <summary>Comes by a second time with our trace field, or too often in all.</summary>
    Looping,

    /// <summary>No recipient of the transaction is ours: passed on without a record.</summary>
    Foreign,
}

/// <summary>One recipient on its way through the flow. Each stage returns a copy that knows more.</summary>
/// <param name="RetryKey">SHA-256, reverse-path and recipient: what a retry of the same delivery has in common.</param>
/// <param name="Owners">Local mailboxes it stands for; empty outside our domains.</param>
/// <param name="RecordId">The record it belongs to; null until recorded.</param>
/// <param name="Disposition">One of <see cref="Dispositions"/>; null until judged.</param>
/// <param name="Reason">Why that disposition.</param>
/// <param name="Settlement">How it ended; null while it still has to be delivered.</param>
public sealed record RecipientCase(
    EnvelopeRecipient Recipient, string RetryKey, IReadOnlyList<string> Owners, Standing Standing,
    string? RecordId = null, string? Disposition = null, Settlement? Settlement = null, PassTicket? Ticket = null, ScreeningReason? Reason = null)
{
    public bool IsUnfinished => Settlement is null;
}

/// <summary>Names one pass of a recorded message on its way back through the hook.</summary>
/// <param name="Hop">How often it has left us with this trace, this time not counted.</param>
public sealed record PassTicket(string RecordId, string Recipient, string Act, int Hop);
