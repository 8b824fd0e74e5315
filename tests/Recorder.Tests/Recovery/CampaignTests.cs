using Recorder.Accounts;
using Recorder.Archive;
using Recorder.Ledger;
using Recorder.Recovery;
using Recorder.Recovery.Campaigns;
using Recorder.Tests.Fakes;

namespace Recorder.Tests.Recovery;

public sealed class CampaignTests
{
    private const string Alice = "alice@example.edu", Bob = "bob@example.edu", Admin = "admin@example.edu";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static async Task<string> RefusedAsync(Func<Task> act) => (await Assert.ThrowsAsync<ActRefusedException>(act)).Code;

    private static IEnumerable<T> Facts<T>(Counter counter) where T : LedgerEvent => counter.Desk.Log.Entries
        .Where(entry => entry.Kind == EntryKind.Event).Select(entry => LedgerJson.Decode(entry.Payload.Span)).OfType<T>();

    private static async Task<(Reader Alice, Reader Bob, Reader Admin)> ReadersAsync(Counter counter)
    {
        await counter.Desk.AddAsync(Admin, isAdmin: true);
        return (await counter.Desk.ReaderAsync(Alice), await counter.Desk.ReaderAsync(Bob), await counter.Desk.ReaderAsync(Admin));
    }

    [Fact]
    public async Task A_campaign_finds_the_same_bytes_in_all_mailboxes_and_nothing_else()
    {
        await using var counter = await Counter.OpenAsync();
        var (_, _, admin) = await ReadersAsync(counter);
        var first = await counter.RecordAsync("Payroll", Mails.To(Alice));
        var second = await counter.RecordAsync("Payroll", Mails.To(Bob), Mails.To("cyd@example.edu"));
        // The same Message-ID, other bytes.
        var other = (await counter.Desk.Ledger.RecordAsync(Mails.Envelope(counter.Desk.Time.GetUtcNow(), Mails.To(Bob)), Mails.Message("Payroll", "Harmless."))).Id;
        await counter.IndexAsync();

        var byBytes = await counter.Campaigns.PreviewAsync(admin, new CampaignTarget(RecordId: first.ToString()), Cancel);
        Assert.Equal(new[] { first, second }.Select(id => id.ToString()).Order(), byBytes.Rows.Select(row => row.RecordId).Order());
        Assert.Equal(3, byBytes.MailboxCount);
        var byName = await counter.Campaigns.PreviewAsync(admin, new CampaignTarget(MessageId: "<7@example.org>"), Cancel);
        Assert.Equal(3, byName.Rows.Count);
        Assert.Contains(byName.Rows, row => row.RecordId == other.ToString());
        Assert.Equal([2, 3], Facts<CampaignPreviewed>(counter).Select(preview => preview.Records));
        counter.Desk.Time.Advance(TimeSpan.FromDays(8));
        Assert.Empty((await counter.Campaigns.PreviewAsync(admin, new CampaignTarget(RecordId: first.ToString()), Cancel)).Rows);
    }

    [Theory]
    [InlineData("odd \" (OR) -name@example.org")]
    [InlineData("from:everybody")]
    [InlineData("*")]
    public async Task A_Message_ID_is_compared_and_never_read_as_a_query(string messageId)
    {
        await using var counter = await Counter.OpenAsync();
        var (_, _, admin) = await ReadersAsync(counter);
        var envelope = Mails.Envelope(counter.Desk.Time.GetUtcNow(), Mails.To(Alice));
        var id = (await counter.Desk.Ledger.RecordAsync(envelope, System.Text.Encoding.UTF8.GetBytes($"Message-ID: <{messageId}>\r\nSubject: One\r\n\r\nHello\r\n"))).Id;
        await counter.RecordAsync("Other", Mails.To(Alice));
        await counter.IndexAsync();
        var stored = Assert.Single(counter.Index.Visible.Values, document => document.Id == id.ToString()).MessageId;
        Assert.Equal([id.ToString()], (await counter.Campaigns.PreviewAsync(admin, new CampaignTarget(MessageId: $"<{stored}>"), Cancel)).Rows.Select(row => row.RecordId));
    }

    [Fact]
    public async Task Days_bound_the_search_itself()
    {
        await using var counter = await Counter.OpenAsync();
        var (_, _, admin) = await ReadersAsync(counter);
        var start = counter.Desk.Time.GetUtcNow();
        var ids = new List<string>();
        for (var day = 0; day < 4; day++)
        {
            ids.Add((await counter.RecordAsync("Payroll", Mails.To(Alice))).ToString());
            counter.Desk.Time.Advance(TimeSpan.FromDays(1));
        }

        await counter.IndexAsync();
        var found = await counter.Campaigns.PreviewAsync(admin, new CampaignTarget(RecordId: ids[1], From: start.AddDays(1), Until: start.AddDays(3)), Cancel);
        Assert.Equal([ids[2], ids[1]], found.Rows.Select(row => row.RecordId));
    }

    [Fact]
    public async Task Requests_are_listed_to_the_end_page_by_page()
    {
        await using var counter = await Counter.OpenAsync();
        var (alice, _, admin) = await ReadersAsync(counter);
        for (var number = 0; number < 205; number++)
        {
            counter.Desk.Time.Advance(TimeSpan.FromSeconds(1));
            await counter.Acts.AskAsync(alice, await counter.RecordAsync($"Offer {number}", Mails.To(Alice, Dispositions.HeldMalware)), null, Cancel);
        }

        var waiting = await AllAsync(decided: false);
        Assert.Equal(205, waiting.Distinct().Count());
        Assert.Equal(waiting.Order(StringComparer.Ordinal), waiting);
        foreach (var request in waiting)
        {
            counter.Desk.Time.Advance(TimeSpan.FromSeconds(1));
            await counter.Requests.DecideAsync(admin, request, false, "no", Cancel);
        }

        Assert.Empty(await AllAsync(decided: false));
        Assert.Equal(Enumerable.Reverse(waiting), await AllAsync(decided: true));

        async Task<List<string>> AllAsync(bool decided)
        {
            var all = new List<string>();
            for (string? cursor = null, next = ""; next is not null; cursor = next)
            {
                var page = await counter.Requests.ListAsync(admin, decided, cursor, Cancel);
                all.AddRange(page.Items.Select(row => row.Id));
                next = page.Next;
            }

            return all;
        }
    }

    [Fact]
    public async Task What_an_administrator_holds_is_closed_to_users_until_it_is_lifted()
    {
        await using var counter = await Counter.OpenAsync();
        var (alice, bob, admin) = await ReadersAsync(counter);
        var id = await counter.RecordAsync("Payroll", Mails.To(Alice), Mails.To(Bob, Dispositions.HeldSpam));
        await counter.IndexAsync();
        var target = new CampaignTarget(RecordId: id.ToString());
        Assert.Equal("no-reason", await RefusedAsync(() => counter.Campaigns.ActAsync(admin, target, CampaignAct.Hold, false, " ", Cancel)));
        Assert.Equal(1, (await counter.Campaigns.ActAsync(admin, target, CampaignAct.Hold, false, "stolen mailbox", Cancel)).Changed);
        Assert.Equal(0, (await counter.Campaigns.ActAsync(admin, target, CampaignAct.Hold, false, "again", Cancel)).Changed);

        foreach (var reader in new[] { alice, bob })
        {
            var opened = (await counter.Recovery.OpenAsync(reader, id, true, _ => "", Cancel))!;
            Assert.Equal(("", "", true, LetGo.Ask, false), (opened.View.Text, opened.View.Facts.Text, opened.Standing.Rights.IsHeldByAdmin, opened.Standing.Rights.LetGo, opened.CanResend));
            Assert.Equal("Payroll", opened.View.Facts.Subject);
            Assert.Equal("held-by-admin", await RefusedAsync(() => counter.Recovery.OpenSourceAsync(reader, id, Cancel)));
            Assert.Equal("held-by-admin", await RefusedAsync(() => counter.Recovery.OpenPartAsync(reader, id, 0, Cancel)));
            Assert.Equal("held-by-admin", await RefusedAsync(() => counter.Recovery.ResendAsync(reader, id, null, false, Cancel)));
            Assert.Equal("held-by-admin", await RefusedAsync(() => counter.Recovery.ReleaseAsync(reader, id, Cancel)));
            Assert.Equal("held-by-admin", await RefusedAsync(() => counter.Acts.SafeCopyAsync(reader, id, Cancel)));
            Assert.Equal("", Assert.Single(counter.Recovery.Find(reader, "Payroll", 10, null).Items).Hit.Summary);
        }

        // A request and its approval open it for that mailbox alone; what was delivered before is not sent once more.
        await counter.Acts.AskAsync(alice, id, "please", Cancel);
        await counter.Requests.DecideAsync(admin, Assert.Single((await counter.Requests.ListAsync(admin, false, null, Cancel)).Items).Id, true, "", Cancel);
        Assert.NotEqual("", (await counter.Recovery.OpenAsync(alice, id, false, _ => "", Cancel))!.View.Text);
        Assert.Empty(Facts<DispatchRequested>(counter));
        Assert.Equal("held-by-admin", await RefusedAsync(() => counter.Recovery.OpenSourceAsync(bob, id, Cancel)));

        await counter.Campaigns.ActAsync(admin, target, CampaignAct.Hold, true, "it was a drill", Cancel);
        Assert.NotNull(await counter.Recovery.ReleaseAsync(bob, id, Cancel));
        Assert.Equal(["stolen mailbox", "it was a drill"], Facts<CampaignActed>(counter).Select(acted => acted.Reason));
    }

    [Fact]
    public async Task What_an_administrator_hides_is_in_no_list_until_it_is_lifted()
    {
        await using var counter = await Counter.OpenAsync();
        var (alice, _, admin) = await ReadersAsync(counter);
        var id = await counter.RecordAsync("Payroll", Mails.To(Alice));
        await counter.IndexAsync();
        Assert.Equal("nothing-named", await RefusedAsync(() => counter.Campaigns.PreviewAsync(admin, new CampaignTarget(), Cancel)));
        await counter.Campaigns.ActAsync(admin, new CampaignTarget(RecordId: id.ToString()), CampaignAct.Hide, false, "recalled", Cancel);
        Assert.Empty(counter.Recovery.Find(alice, "Payroll", 10, null).Items);
        Assert.Empty(counter.Recovery.Find(alice, "Payroll is:hidden", 10, null).Items);
        await counter.Campaigns.ActAsync(admin, new CampaignTarget(MessageId: "7@example.org"), CampaignAct.Hide, true, "not recalled", Cancel);
        Assert.Single(counter.Recovery.Find(alice, "Payroll", 10, null).Items);
    }

    [Theory]
    [InlineData(Dispositions.HeldSpam, null)]
    [InlineData(Dispositions.HeldMalware, "not-allowed")]
    [InlineData(Dispositions.Deliver, "not-held")]
    public async Task A_safe_copy_goes_to_the_own_mailbox_once_and_leaves_the_message_held(string disposition, string? refusal)
    {
        await using var counter = await Counter.OpenAsync();
        var (alice, _, _) = await ReadersAsync(counter);
        var id = await counter.RecordAsync("Offer", Mails.To(Alice, disposition));
        if (refusal is not null)
        {
            Assert.Equal(refusal, await RefusedAsync(() => counter.Acts.SafeCopyAsync(alice, id, Cancel)));
            return;
        }

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Task.Run(() => counter.Acts.SafeCopyAsync(alice, id, Cancel))));
        var asked = Assert.Single(Facts<DispatchRequested>(counter));
        Assert.Equal((DispatchKind.SafeCopy, Alice, ""), (asked.Kind, asked.Recipient, asked.ReversePath));
        await counter.EndAsync(answers[0]!, accepted: true, Alice);
        Assert.Equal("held", (await counter.Recovery.OpenAsync(alice, id, false, _ => "", Cancel))!.State);
    }
}
