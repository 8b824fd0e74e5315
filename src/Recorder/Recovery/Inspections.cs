using Recorder.Accounts;
using Recorder.Archive;
using Recorder.Ledger;
using Recorder.Search;

namespace Recorder.Recovery;

/// <summary>What an auditor may look for: facts of the envelope and header, never words of a body.</summary>
/// <param name="From">Sender's address or domain.</param>
/// <param name="Subject">Words of the subject.</param>
/// <param name="After">First day.</param>
/// <param name="Before">Day after the last.</param>
public sealed record InspectionQuestion(string Mailbox, string? From = null, string? Subject = null, DateOnly? After = null, DateOnly? Before = null)
{
    /// <summary>As a search. Each value is one phrase of its field, so that none can ask for anything else.</summary>
    public string ToQuery() => string.Join(' ', new[]
    {
        Field("from", From), Field("subject", Subject),
        After is { } after ? FormattableString.Invariant($"after:{after:yyyy-MM-dd}") : null, Before is { } before ? FormattableString.Invariant($"before:{before:yyyy-MM-dd}") : null,
    }.OfType<string>());

    private static string? Field(string name, string? value)
    {
        var phrase = Words.Tidy(value, 200) is { } plain ? QueryPhrase.Of(plain) : null;
        return phrase is null or "\"\"" ? null : $"{name}:{phrase}";
    }
}

/// <summary>
/// The auditors' side: facts of a mailbox's mail, and a body only with a reason. Each look is durable in the ledger before
/// anything is shown, and the owner sees it.
/// </summary>
public sealed class Inspections(IRecovery recovery, ILedger ledger, IAddressBook book, TimeProvider time)
{
    public const int MinReason = 10, MaxReason = 500;

    /// <exception cref="ActRefusedException">bad-address.</exception>
    public async Task<MessageList> FindAsync(Reader auditor, InspectionQuestion question, int limit, string? cursor, CancellationToken cancel)
    {
        var mailbox = MailboxOf(question.Mailbox);
        var query = question.ToQuery();
        var looking = As(auditor, mailbox, "");
        await ledger.AppendAsync(new MailboxAudited(mailbox, "", query) { Actor = looking.Actor, At = time.GetUtcNow() }, cancel);
        var found = await recovery.FindAsync(looking, query, limit, cursor, null, cancel);
        return found with { Items = [.. found.Items.Select(row => row with { Hit = row.Hit with { Summary = "" } })] };
    }

    /// <summary>Facts without a reason, the message with one.</summary>
    /// <returns>null where that mailbox has no such record.</returns>
    /// <exception cref="ActRefusedException">bad-address, bad-reason.</exception>
    public async Task<OpenedMessage?> OpenAsync(Reader auditor, string mailbox, RecordId id, string? reason, CancellationToken cancel)
    {
        var name = MailboxOf(mailbox);
        var words = Words.Tidy(reason, MaxReason);
        if (reason is not null && words is not { Length: >= MinReason }) throw new ActRefusedException("bad-reason", $"write why, in at least {MinReason} characters; the owner reads it");
        var looking = As(auditor, name, words ?? "");
        // Durable before it is shown; the view itself is posted as any other.
        if (words is not null && await recovery.DispatchesAsync(looking, id, cancel) is not null)
        {
            await ledger.AppendAsync(new MailboxAudited(name, words, id.ToString()) { Actor = looking.Actor, At = time.GetUtcNow() }, cancel);
        }

        return await recovery.OpenAsync(looking, id, false, _ => "", cancel);
    }

    /// <summary>Whether evidence of the message may leave with the auditor: it may be read whole, for a reason, which the owner sees.</summary>
    /// <returns>false where that mailbox has no such record.</returns>
    /// <exception cref="ActRefusedException">bad-address, bad-reason, harmful.</exception>
    public async Task<bool> MayTakeAsync(Reader auditor, string mailbox, RecordId id, string reason, CancellationToken cancel)
    {
        if (await OpenAsync(auditor, mailbox, id, reason, cancel) is not { } opened) return false;
        return opened.Standing.Rights.Opening == Opening.Whole ? true
            : throw new ActRefusedException(Openings.HarmfulCode, "the original could do harm, or an administrator holds it: ask an administrator for the evidence");
    }

    private string MailboxOf(string mailbox) => book.Normalise(mailbox) is { } name && book.IsLocal(name)
        ? name : throw new ActRefusedException("bad-address", $"{mailbox} is no address of ours");

    // Not as an administrator, whatever else the account is: what is held from users is held from auditors too.
    private static Reader As(Reader auditor, string mailbox, string reason) => auditor with
    {
        Account = auditor.Account with { IsAdmin = false, Addresses = [] }, Scope = [new OwnerScope(mailbox)], Delegated = [], AuditReason = reason,
    };
}
