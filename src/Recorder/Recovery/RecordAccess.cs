using Recorder.Accounts;
using Recorder.Archive;
using Recorder.Ledger;
using Recorder.Retention;

namespace Recorder.Recovery;

/// <summary>A record as one reader may see it.</summary>
/// <param name="Mail">Narrowed: the reader's own recipients and nothing of any other.</param>
/// <param name="Own">The reader's addresses that the envelope named while they belonged to the reader; never empty.</param>
internal sealed record Sight(LogEntry Entry, RecordedMail Mail, IReadOnlyList<string> Own)
{
    public string Id { get; } = Entry.Id.ToString();

    /// <summary>What was decided at first for the reader's recipients, in envelope order.</summary>
    public IReadOnlyList<RecordedRecipient> Recipients => Mail.Recipients;
}

/// <summary>
/// Who may see what. It asks the log and never the index: an index that lags, is rebuilt or lies grants nothing and
/// takes nothing away.
/// </summary>
internal sealed class RecordAccess(IArchiveLog archive, IAddressBook book, RetentionTerms terms)
{
    /// <returns>null for a record that does not exist, whose term is over for the reader or is not the reader's: nobody can tell which.</returns>
    public async ValueTask<Sight?> FindAsync(Reader reader, RecordId id, CancellationToken cancel)
    {
        if (await archive.FindAsync(id, cancel) is not { Kind: EntryKind.Mail } entry || Decode(entry) is not { } mail)
        {
            return null;
        }

        // The own mailbox first: what is the reader's anyway was not seen as a delegate.
        var own = mail.Owners.Where(owner => Owns(reader, owner, entry.ReceivedAt) && terms.IsInSight(entry, mail, owner))
            .OrderBy(owner => Mandate.IsDelegated(reader, owner, entry.ReceivedAt)).ToList();
        return own.Count == 0 ? null : new Sight(
            entry, mail with { Recipients = Narrowed(reader, mail, own), Screened = Reasons.Narrowed(mail.Screened) }, own);
    }

    private static bool Owns(Reader reader, string owner, DateTimeOffset at) =>
        reader.Scope.Any(owned => owned.Address == owner && Ownership.Covers(owned, at));

    private List<RecordedRecipient> Narrowed(Reader reader, RecordedMail mail, List<string> own) =>
        [.. mail.Recipients.Where(recipient => recipient.Owners.Any(own.Contains)).Select(recipient => Narrowed(reader, recipient, own))];

    // An envelope address may stand for somebody else while the original recipient is the reader, or the other way round.
    private RecordedRecipient Narrowed(Reader reader, RecordedRecipient recipient, List<string> own)
    {
        var owners = recipient.Owners.Where(own.Contains).ToList();
        return recipient with
        {
            Owners = owners,
            Reason = Reasons.Narrowed(recipient.Reason, reader.Account, owners),
            Address = IsOwn(recipient.Address, null, own) ? recipient.Address : owners[0],
            OriginalRecipient = recipient.OriginalRecipient is { } original && IsOwn("", original, own) ? original : null,
        };
    }

    private bool IsOwn(string address, string? original, List<string> own) => book.OwnersOf(address, original).Any(own.Contains);

    private static RecordedMail? Decode(LogEntry entry)
    {
        try
        {
            return RecordedMail.Decode(entry.Payload.Span) is { Recipients: not null } mail ? mail : null;
        }
        catch (System.Text.Json.JsonException)
        {
            // Without an envelope it is nobody's; the followers count and report it.
            return null;
        }
    }
}
