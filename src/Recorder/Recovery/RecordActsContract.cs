using Recorder.Accounts;
using Recorder.Archive;
using Recorder.Ledger;
using Recorder.Mail;

namespace Recorder.Recovery;

/// <summary>What a person does with a record beside finding it and getting it back. As in <see cref="IRecovery"/>, null and
/// false mean that the reader has no such record.</summary>
public interface IRecordActs
{
    /// <summary>Why the records are where they are; those the reader may not see are missing.</summary>
    Task<IReadOnlyDictionary<string, SeenRecord>> SeeAsync(Reader reader, IEnumerable<string> recordIds, CancellationToken cancel);

    /// <summary>Asks an administrator to let a held message go; asking twice is asking once.</summary>
    /// <param name="words">For the administrator; cut at 500 characters.</param>
    /// <exception cref="ActRefusedException">not-held, not-needed (release it), denied.</exception>
    Task<ReleaseRequest?> AskAsync(Reader reader, RecordId id, string? words, CancellationToken cancel);

    /// <summary>Puts the author (the address of the header's From) on the reader's own allow or block list.</summary>
    /// <returns>The entry that was made.</returns>
    /// <exception cref="ActRefusedException">several-authors, no-author, and those of the lists.</exception>
    Task<ListEntry?> ListSenderAsync(Reader reader, RecordId id, ListKind kind, CancellationToken cancel);

    /// <summary>Takes the author off the reader's own list.</summary>
    Task<bool> UnlistSenderAsync(Reader reader, RecordId id, CancellationToken cancel);

    /// <summary>The entry is made only when the message may be released.</summary>
    /// <exception cref="ActRefusedException">Those of a release and of an entry.</exception>
    Task<(DispatchStatus Dispatch, ListEntry Entry)?> ReleaseAndAllowAsync(Reader reader, RecordId id, CancellationToken cancel);

    /// <summary>Sends a plain-text copy of a held message to the own mailbox; idempotent.</summary>
    /// <exception cref="ActRefusedException">not-held, not-allowed, held-by-admin, not-own-address.</exception>
    Task<DispatchStatus?> SafeCopyAsync(Reader reader, RecordId id, CancellationToken cancel);

    /// <summary>
    /// As a resend, but the original goes as the attachment of a message of ours: for a mail server that drops what it
    /// knows already.
    /// </summary>
    /// <exception cref="ActRefusedException">not-own-address, still-held, held-by-admin.</exception>
    Task<DispatchStatus?> SendAttachedAsync(Reader reader, RecordId id, string? mailbox, bool again, CancellationToken cancel);

    /// <summary>
    /// Puts the exact bytes into a folder on the site's IMAP server, past SMTP; idempotent for the same mailbox and folder unless
    /// <paramref name="again"/>. Of a held message it is its release: it needs the same rights, and counts and is recorded as one.
    /// </summary>
    /// <param name="mailbox">One of <see cref="OpenedMessage.FolderTargets"/>; null takes the one that the mail came for. A release goes there in any case.</param>
    /// <param name="folder">As people write it; null or empty: the inbox.</param>
    /// <exception cref="ActRefusedException">no-mailbox-server, unfit-for-folder, bad-folder, and those of a resend or a release.</exception>
    Task<DispatchStatus?> AppendAsync(Reader reader, RecordId id, string? mailbox, string? folder, bool again, CancellationToken cancel);

    Task<bool> ReportAsync(Reader reader, RecordId id, ReportKind kind, CancellationToken cancel);

    Task<bool> HideAsync(Reader reader, RecordId id, bool isHidden, CancellationToken cancel);
}

/// <summary>A record's standing for one reader, without its content.</summary>
/// <param name="Entry">The reader's own list entry for the author; only where the content was read (<see cref="IRecovery.OpenAsync(Reader, RecordId, MailViewOptions, CancellationToken)"/>).</param>
public sealed record SeenRecord(RecordRights Rights, IReadOnlyList<Why> Why, ListEntry? Entry = null);

/// <summary>A request as an administrator sees it: facts, no body.</summary>
/// <param name="Id">Opaque.</param>
public sealed record RequestRow(
    string Id, ReleaseRequest Request, DateTimeOffset? ReceivedAt, string From, string Subject, IReadOnlyList<Why> Why, string State);

/// <param name="Next">Cursor of the next page; null on the last one.</param>
public sealed record RequestPageOf(IReadOnlyList<RequestRow> Items, string? Next);

/// <summary>The administrators' side of requests. Every method is for administrators alone; the routes see to it.</summary>
public interface IReleaseRequests
{
    /// <param name="decided">The decided ones, newest first, rather than those that wait, oldest message first.</param>
    /// <param name="cursor">Of the page before; null for the first.</param>
    Task<RequestPageOf> ListAsync(Reader admin, bool decided, string? cursor, CancellationToken cancel);

    /// <summary>The message behind a request; the view is recorded in the user's own timeline.</summary>
    Task<(RequestRow Row, OpenedMessage Message)?> OpenAsync(Reader admin, string requestId, CancellationToken cancel);

    /// <summary>An approval dispatches the release; deciding the same twice changes nothing.</summary>
    /// <param name="words">For the user.</param>
    /// <returns>null for no such request.</returns>
    /// <exception cref="ActRefusedException">already-approved.</exception>
    Task<ReleaseRequest?> DecideAsync(Reader admin, string requestId, bool isApproved, string words, CancellationToken cancel);
}
