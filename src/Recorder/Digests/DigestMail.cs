using MimeKit;
using Recorder.Archive;
using Recorder.Delivery.Outbox;
using Recorder.Indexing;
using Recorder.Ledger;
using Recorder.Recovery;
using Recorder.Accounts;
using Recorder.Search;

namespace Recorder.Digests;

/// <summary>Where digests come from and lead to.</summary>
/// <param name="Host">Our name.</param>
/// <param name="PublicUrl">Without a slash at its end.</param>
/// <param name="From">Address in the From field.</param>
public sealed record DigestSite(string Host, string PublicUrl, string From, string Language, TimeSpan LinkLife);

/// <summary>Writes a digest when it is sent: from what was recorded as owed, and what is still held now.</summary>
internal sealed class DigestMail(
    ILedger ledger, IArchiveLog archive, IMailIndex index, IIndexProgress progress, DigestSchedules schedules, DigestLinks links, DigestSite site, TimeProvider clock) : IDispatchWriter
{
    public const string NothingLeft = "nothing is left to tell: it was all released, hidden or removed meanwhile";

    public DispatchKind Kind => DispatchKind.Digest;

    public Task<byte[]> WriteAsync(Dispatch dispatch, CancellationToken cancel)
    {
        var state = ledger.State;
        if (state.Get<DigestState>(StateKeys.Digest(dispatch.RecordId)) is not { } digest
            || state.Get<Account>(StateKeys.Account(digest.Account)) is not { IsDisabled: false } account) throw new UndeliverableException("the account is gone");
        if (progress.Status.Through < Math.Min(digest.Through, archive.DurableSequence)) throw new IOException("the index is behind what the digest tells");
        var content = Content(digest, account, state);
        if (content.New.Count + content.Expiring.Count == 0) throw new UndeliverableException(NothingLeft);
        return Task.FromResult(Bytes(content, digest));
    }

    private DigestContent Content(DigestState digest, Account account, IStateSnapshot state)
    {
        var chosen = state.Get<Preferences>(StateKeys.Preferences(account.Address));
        var scope = DigestReader.Of(account, clock.GetUtcNow(), null, null).Scope;
        var until = digest.MadeAt + site.LinkLife;
        var rows = digest.Items.Select(item => (item.Expires, Row: Row(item, digest, account, scope, state, until))).Where(one => one.Row is not null).ToList();
        return new DigestContent(
            account.Address, chosen?.DigestPhrase, [.. rows.Where(one => !one.Expires).Select(one => one.Row!)], [.. rows.Where(one => one.Expires).Select(one => one.Row!)],
            digest.More, schedules.ZoneOf(chosen), until, site.Host, site.PublicUrl, DigestWords.For(account.Language ?? site.Language));
    }

    /// <returns>null for what is no longer held, or no longer the account's.</returns>
    private DigestRow? Row(DigestItem item, DigestState digest, Account account, IReadOnlyList<OwnerScope> scope, IStateSnapshot state, DateTimeOffset until)
    {
        if (index.Find(item.RecordId, [.. scope.Where(owned => owned.Address == item.Mailbox)], null) is not { } hit
            || Marks.IsHidden(state, hit.Id, hit.Addresses) || Marks.IsOutOfLists(state, hit.Id)
            || RecordStates.Word(state, hit.Id, hit.Disposition, hit.Addresses, account) != "held") return null;
        var link = DigestRules.MayLink(hit.Disposition) && RecordStates.AdminHold(state, hit.Id, hit.Addresses, account with { IsAdmin = false }) is null
            ? $"{site.PublicUrl}/digest/{links.Write(new DigestLink(hit.Id, item.Mailbox, account.Address, LinkAct.Release, until, digest.Id))}" : null;
        return new DigestRow(hit.Subject, hit.From, hit.ReceivedAt, item.Mailbox, hit.Disposition, link);
    }

    private byte[] Bytes(DigestContent content, DigestState digest)
    {
        using var message = new MimeMessage
        {
            Body = new MultipartAlternative { new TextPart("plain") { Text = DigestPlain.Write(content) }, new TextPart("html") { Text = DigestMarkup.Write(content) } },
        };
        message.From.Add(new MailboxAddress("Recorder", site.From));
        message.To.Add(OwnMessage.To(content.Account));
        message.Subject = content.Subject;
        message.Date = TimeZoneInfo.ConvertTime(digest.MadeAt, content.Zone);
        message.MessageId = $"digest.{digest.Id}@{site.Host}";
        message.Headers.Add("Auto-Submitted", "auto-generated"); // RFC 3834 §5
        message.Prepare(EncodingConstraint.SevenBit); // goes through any next hop
        return OwnMessage.BytesOf(message);
    }
}
