using Microsoft.Extensions.Options;
using Recorder.Accounts;
using Recorder.Archive;
using Recorder.Ledger;
using Recorder.Mail;
using Recorder.Retention;
using Recorder.Search;

namespace Recorder.Recovery.Campaigns;

/// <summary>Finds by the index and checks by the log; what is in force stands in the state.</summary>
public sealed class Campaigns(
    IArchiveLog archive, IMailIndex index, ILedger ledger, MailReader mails, IOptions<RetentionOptions> retention, TimeProvider time, SearchDesk? desk = null) : ICampaigns
{
    public const int MaxRecords = 2_000;

    private const int RowsOfAPage = 500, MaxReasonChars = 500, MaxWordsChars = 300;
    private static readonly TimeSpan UsualRange = TimeSpan.FromDays(7);
    private readonly RetentionTerms terms = new(ledger, retention, time);

    public async Task<CampaignPreview> PreviewAsync(Reader admin, CampaignTarget target, CancellationToken cancel)
    {
        var (rows, isCut) = await FindAsync(admin, target, cancel);
        await ledger.AppendAsync(new CampaignPreviewed(Describe(target), rows.Count) { Actor = admin.Actor, At = time.GetUtcNow() }, cancel);
        return new CampaignPreview(rows, MailboxesOf(rows), isCut);
    }

    public async Task<CampaignOutcome> ActAsync(
        Reader admin, CampaignTarget target, CampaignAct act, bool isLifted, string reason, CancellationToken cancel)
    {
        var why = Words.Tidy(reason, MaxReasonChars) ?? throw new ActRefusedException("no-reason", "give a reason: it is kept in the log");
        var (rows, isCut) = await FindAsync(admin, target, cancel);
        if (isCut) throw new ActRefusedException("too-many-named", $"more than {MaxRecords} records are meant: narrow the target");
        var campaign = Guid.CreateVersion7(time.GetUtcNow()).ToString("D");
        var changed = rows.Where(row => IsInForce(act, row.RecordId) == isLifted).Select(row => row.RecordId).ToList();
        foreach (var chunk in changed.Chunk(CampaignActed.MaxRecords))
        {
            await ledger.AppendAsync(new CampaignActed(campaign, act, isLifted, why, chunk) { Actor = admin.Actor, At = time.GetUtcNow() }, cancel);
        }

        return new CampaignOutcome(campaign, changed.Count, MailboxesOf(rows));
    }

    private bool IsInForce(CampaignAct act, string recordId) => ledger.State.Get<RecordOverride>(ActKeys.Override(act, recordId)) is not null;

    private static int MailboxesOf(IReadOnlyList<CampaignRow> rows) => rows.SelectMany(row => row.Mailboxes).Distinct(StringComparer.Ordinal).Count();

    private async Task<(List<CampaignRow> Rows, bool IsCut)> FindAsync(Reader admin, CampaignTarget target, CancellationToken cancel)
    {
        var (request, sha256) = await RequestAsync(target, cancel);
        var rows = new List<CampaignRow>();
        for (SearchRequest? asked = request; asked is not null;)
        {
            var page = await SearchDesk.RunAsync(desk, admin.Account.Address, stop => index.Search(asked, stop), cancel);
            foreach (var hit in page.Items)
            {
                if (await RowAsync(hit, sha256, cancel) is { } row) rows.Add(row);
                if (rows.Count > MaxRecords) return (rows[..MaxRecords], true);
            }

            asked = page.Next is { } next ? request with { Cursor = next } : null;
        }

        return (rows, false);
    }

    private async Task<CampaignRow?> RowAsync(SearchHit hit, ReadOnlyMemory<byte>? sha256, CancellationToken cancel)
    {
        if (!RecordId.TryParse(hit.Id, out var id) || await archive.FindAsync(id, cancel) is not { Kind: EntryKind.Mail } entry
            || (sha256 is { } wanted && !entry.ContentSha256.Span.SequenceEqual(wanted.Span)))
        {
            return null;
        }

        var mail = RecordedMail.Decode(entry.Payload.Span);
        if (mail.Owners.Where(owner => terms.IsInSight(entry, mail, owner)).ToList() is not { Count: > 0 } owners) return null;
        var state = string.Join(' ', Enum.GetValues<CampaignAct>().Where(act => IsInForce(act, hit.Id)).Select(act => act.ToString().ToLowerInvariant()));
        return new CampaignRow(hit.Id, hit.ReceivedAt, hit.From, hit.Subject, owners, state);
    }

    /// <returns>The search, and the hash of the bytes where only equal ones are meant.</returns>
    private async Task<(SearchRequest Request, ReadOnlyMemory<byte>? Sha256)> RequestAsync(CampaignTarget target, CancellationToken cancel)
    {
        if (Words.Tidy(target.RecordId, MaxWordsChars) is { } record)
        {
            if (!RecordId.TryParse(record, out var id) || await archive.FindAsync(id, cancel) is not { Kind: EntryKind.Mail } entry)
            {
                throw new ActRefusedException("nothing-named", "there is no such record");
            }

            await using var content = await archive.OpenContentAsync(id, cancel);
            var facts = mails.ReadFacts(content, cancel);
            return (facts.MessageId.Length > 0 ? ById(target, facts.MessageId) : ByWords(target, Cut(Authors.Of(facts).FirstOrDefault()), Cut(facts.Subject)), entry.ContentSha256);
        }

        if (target.MessageId?.Trim() is { Length: > 0 } messageId) return (ById(target, messageId), null);
        var words = ByWords(target, Words.Tidy(target.Sender, MaxWordsChars), Words.Tidy(target.Subject, MaxWordsChars));
        return words.Query.Length > 0 ? (words, null) : throw new ActRefusedException("nothing-named", "name a record, a Message-ID, or a sender and a subject");
    }

    private SearchRequest ById(CampaignTarget target, string messageId) => Within(target, "") with { MessageId = messageId };

    private SearchRequest ByWords(CampaignTarget target, string? sender, string? subject) => Within(target, string.Join(
        ' ', new[] { sender is { Length: > 0 } ? $"from:{Quoted(sender)}" : null, subject is { Length: > 0 } ? $"subject:{Quoted(subject)}" : null }
            .Where(part => part is not null)));

    private SearchRequest Within(CampaignTarget target, string query) =>
        terms.Within(new SearchRequest(null, query, RowsOfAPage, From: target.From ?? time.GetUtcNow() - UsualRange, Until: target.Until));

    // The bytes are compared afterwards: the beginning is enough to find them, and a search reads no more.
    private static string? Cut(string? words) => Words.Tidy(words, MaxWordsChars);

    private static string Quoted(string words) => QueryPhrase.Of(words);

    // Ids and ranges are facts; a subject is not for the ledger.
    private static string Describe(CampaignTarget target) => target switch
    {
        { RecordId.Length: > 0 } => $"record {target.RecordId}",
        { MessageId.Length: > 0 } => $"Message-ID {target.MessageId}",
        _ => $"sender {target.Sender}, subject of {target.Subject?.Length ?? 0} characters",
    };
}
