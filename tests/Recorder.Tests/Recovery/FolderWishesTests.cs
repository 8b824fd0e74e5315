using Recorder.Accounts;
using Recorder.Archive;
using Recorder.Ledger;
using Recorder.Recovery;
using Recorder.Smtp;
using Recorder.Tests.Fakes;

namespace Recorder.Tests.Recovery;

/// <summary>Who may have what put into which mailbox, and what the ledger has of it.</summary>
public sealed class FolderWishesTests
{
    private const string Alice = "alice@example.edu", Bob = "bob@example.edu", Dora = "dora@example.edu";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static IReadOnlyList<DispatchRequested> Asked(Counter counter) =>
        [.. counter.Desk.Log.Entries.Select(entry => entry.Kind == EntryKind.Event ? LedgerJson.Decode(entry.Payload.Span) : null).OfType<DispatchRequested>()];

    private static async Task<string> RefusedAsync(Func<Task> act) => (await Assert.ThrowsAsync<ActRefusedException>(act)).Code;

    private static async Task<IReadOnlyList<string>> TargetsAsync(Counter counter, Reader reader, RecordId id) =>
        (await counter.Recovery.OpenAsync(reader, id, false, _ => "", Cancel))!.FolderTargets;

    [Fact]
    public async Task Ten_clicks_put_it_there_once_and_another_folder_is_another_wish()
    {
        await using var counter = await Counter.OpenAsync();
        var alice = await counter.Desk.ReaderAsync(Alice);
        var id = await counter.RecordAsync("Minutes", Mails.To(Alice));
        Assert.Equal([Alice], await TargetsAsync(counter, alice, id));
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Task.Run(() => counter.Acts.AppendAsync(alice, id, null, "inbox", true, Cancel))));

        Assert.Equal("INBOX", Assert.Single(answers.Distinct())!.Folder);
        var asked = Assert.Single(Asked(counter));
        Assert.Equal((DispatchKind.Append, Alice, Alice, new MailboxFolder(Alice, "INBOX")), (asked.Kind, asked.Recipient, asked.Mailbox, asked.Into));
        Assert.Equal(alice.Actor, asked.Actor);
        await counter.EndAsync(answers[0]!, accepted: true, Alice);
        Assert.Equal((0, DispatchState.Accepted), await RoundAsync("INBOX", again: false));
        Assert.Equal((1, DispatchState.Pending), await RoundAsync("INBOX", again: true));
        Assert.Equal((2, DispatchState.Pending), await RoundAsync("Old", again: false));
        // What was sent by way of the next hop is another matter.
        Assert.Equal(DispatchKind.Resend, (await counter.Recovery.ResendAsync(alice, id, null, false, Cancel))!.Kind);

        async Task<(int, DispatchState)> RoundAsync(string folder, bool again) =>
            await counter.Acts.AppendAsync(alice, id, Alice, folder, again, Cancel) is { } one ? (one.Round, one.State) : default;
    }

    [Fact]
    public async Task What_arrived_is_marked_shown_and_in_the_owners_activity()
    {
        await using var counter = await Counter.OpenAsync();
        var alice = await counter.Desk.ReaderAsync(Alice);
        var id = await counter.RecordAsync("Minutes", Mails.To(Alice));
        await counter.EndAsync((await counter.Acts.AppendAsync(alice, id, null, "Old", false, Cancel))!, accepted: true, Alice);
        await counter.IndexAsync();

        var steps = (await counter.Recovery.TimelineAsync(alice, id, Cancel))!;
        Assert.Equal(["received", "append-requested", "appended"], steps.Select(step => step.Code));
        Assert.Equal("Old", steps[1].Words);
        Assert.NotNull(counter.Desk.Ledger.State.Get<RecordMark>(MarkKeys.Mark(MarkKind.Resent, Alice, id.ToString())));
        Assert.Equal("resent", (await counter.Recovery.OpenAsync(alice, id, false, _ => "", Cancel))!.State);
        var did = Assert.Single((await counter.Activity.OfAsync(alice, withOwn: true, null, 50, Cancel)).Steps, step => step.Code == "append");
        Assert.Equal((Alice, "Old"), (did.Actor, did.Words));
    }

    [Fact]
    public async Task Of_held_mail_it_is_the_release_with_the_same_rights_and_the_same_facts()
    {
        await using var counter = await Counter.OpenAsync();
        var alice = await counter.Desk.ReaderAsync(Alice);
        var spam = await counter.RecordAsync("Offer", Mails.To("alice+shop@example.edu", Dispositions.HeldSpam, Alice), Mails.To(Bob));
        Assert.Equal([Alice], await TargetsAsync(counter, alice, spam));
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Task.Run(() => counter.Acts.AppendAsync(alice, spam, null, null, false, Cancel))));

        var asked = Assert.Single(Asked(counter));
        Assert.Equal((DispatchKind.Release, "alice+shop@example.edu", Alice, new MailboxFolder(Alice, "INBOX")), (asked.Kind, asked.Recipient, asked.Mailbox, asked.Into));
        Assert.Equal(asked.Round, (await counter.Recovery.ReleaseAsync(alice, spam, Cancel))!.Round);
        await counter.EndAsync(answers[0]!, accepted: true, Alice);
        Assert.Equal("released", (await counter.Recovery.OpenAsync(alice, spam, false, _ => "", Cancel))!.State);
        Assert.Equal(DispatchKind.Append, (await counter.Acts.AppendAsync(alice, spam, null, null, false, Cancel))!.Kind);
    }

    [Theory]
    [InlineData(Dispositions.HeldMalware)]
    [InlineData(Dispositions.HeldPhish)]
    public async Task What_could_do_harm_goes_into_no_folder_but_by_an_administrator(string disposition)
    {
        await using var counter = await Counter.OpenAsync();
        var alice = await counter.Desk.ReaderAsync(Alice);
        var id = await counter.RecordAsync("Offer", Mails.To(Alice, disposition));
        Assert.Empty(await TargetsAsync(counter, alice, id));
        Assert.Equal("not-allowed", await RefusedAsync(() => counter.Acts.AppendAsync(alice, id, null, null, false, Cancel)));
        await counter.Acts.AskAsync(alice, id, "mine", Cancel);
        await counter.Desk.AddAsync("admin@example.edu", isAdmin: true);
        var admin = await counter.Desk.ReaderAsync("admin@example.edu");
        var request = Assert.Single((await counter.Requests.ListAsync(admin, false, null, Cancel)).Items);
        Assert.Equal("not-allowed", await RefusedAsync(() => counter.Acts.AppendAsync(alice, id, null, null, false, Cancel)));
        await counter.Requests.DecideAsync(admin, request.Id, false, "no", Cancel);
        Assert.Equal("not-allowed", await RefusedAsync(() => counter.Acts.AppendAsync(alice, id, null, null, false, Cancel)));
        Assert.Empty(Asked(counter));
    }

    [Fact]
    public async Task What_an_administrator_holds_goes_nowhere()
    {
        await using var counter = await Counter.OpenAsync();
        var alice = await counter.Desk.ReaderAsync(Alice);
        var id = await counter.RecordAsync("Offer", Mails.To(Alice));
        await counter.Desk.Ledger.AppendAsync(
            new CampaignActed("c", CampaignAct.Hold, false, "why", [id.ToString()]) { Actor = Actor.System("test"), At = counter.Desk.Time.GetUtcNow() }, Cancel);
        Assert.Empty(await TargetsAsync(counter, alice, id));
        Assert.Equal("held-by-admin", await RefusedAsync(() => counter.Acts.AppendAsync(alice, id, null, null, false, Cancel)));
    }

    [Theory]
    [InlineData(true, false, false, 100)]
    [InlineData(false, true, false, 100)]
    [InlineData(false, false, true, 100)]
    [InlineData(false, false, false, 0)]
    public async Task What_an_IMAP_server_would_change_is_not_put_there(bool cr, bool lf, bool nul, int size)
    {
        await using var counter = await Counter.OpenAsync();
        var alice = await counter.Desk.ReaderAsync(Alice);
        var envelope = Mails.Envelope(counter.Desk.Time.GetUtcNow(), Mails.To(Alice)) with { Shape = new WireShape(size, cr, lf, nul, false, 78) };
        var id = (await counter.Desk.Ledger.RecordAsync(envelope, size == 0 ? [] : Mails.Message("x"))).Id;
        Assert.Empty(await TargetsAsync(counter, alice, id));
        Assert.Equal("unfit-for-folder", await RefusedAsync(() => counter.Acts.AppendAsync(alice, id, null, null, false, Cancel)));
    }

    [Fact]
    public async Task A_mailbox_is_named_by_the_address_that_its_holder_signs_in_with()
    {
        await using var counter = await Counter.OpenAsync();
        await counter.Desk.AddAsync(Alice);
        await counter.Desk.Owned.SetAsync(Desk.Cli, Alice, "info@example.edu", null, null, Cancel);
        var alice = await counter.Desk.ReaderAsync(Alice);
        var id = await counter.RecordAsync("For info", Mails.To("info@example.edu"));
        Assert.Equal([Alice], await TargetsAsync(counter, alice, id));
        Assert.Equal(Alice, (await counter.Acts.AppendAsync(alice, id, null, null, false, Cancel))!.Recipient);
        Assert.Equal("not-own-address", await RefusedAsync(() => counter.Acts.AppendAsync(alice, id, Bob, null, false, Cancel)));
        Assert.Equal("bad-folder", await RefusedAsync(() => counter.Acts.AppendAsync(alice, id, null, "%", false, Cancel)));
        Assert.Null(await counter.Acts.AppendAsync(await counter.Desk.ReaderAsync(Bob), id, null, null, false, Cancel));
    }

    [Theory]
    [InlineData(GrantRights.Read, false, false)]
    [InlineData(GrantRights.Read | GrantRights.Release, true, false)]
    [InlineData(GrantRights.Read | GrantRights.Resend, false, true)]
    public async Task A_delegate_has_it_put_into_the_owners_mailbox_as_far_as_the_grant_goes(GrantRights rights, bool mayRelease, bool mayResend)
    {
        await using var counter = await Counter.OpenAsync();
        await counter.Desk.AddAsync(Alice);
        await counter.Desk.AddAsync(Dora);
        await counter.Desk.Grants.SetAsync(Desk.Cli, Alice, Dora, rights, null, Cancel);
        var dora = await counter.Desk.ReaderAsync(Dora);
        var held = await counter.RecordAsync("Held", Mails.To(Alice, Dispositions.HeldSpam));
        var sent = await counter.RecordAsync("Delivered", Mails.To(Alice));
        Assert.Equal(mayRelease ? [Alice] : [], await TargetsAsync(counter, dora, held));
        Assert.Equal(mayResend ? [Alice] : [], await TargetsAsync(counter, dora, sent));
        Assert.Equal((mayRelease, mayResend), (await DoneAsync(held, null), await DoneAsync(sent, null)));
        Assert.False(await DoneAsync(sent, Dora));
        Assert.All(Asked(counter), fact => Assert.Equal(("delegate", Dora, Alice), (fact.Actor.Kind, fact.Actor.Name, fact.Into!.Login)));

        async Task<bool> DoneAsync(RecordId id, string? mailbox)
        {
            try
            {
                return await counter.Acts.AppendAsync(dora, id, mailbox, null, false, Cancel) is not null;
            }
            catch (ActRefusedException)
            {
                return false;
            }
        }
    }

    [Fact]
    public async Task Where_no_server_is_set_nothing_is_offered_and_the_wish_is_refused()
    {
        await using var desk = await Desk.OpenAsync();
        var acts = new RecordActs(
            desk.Log, desk.Ledger, desk.Book, new Recorder.Mail.MailReader(), new Recorder.Screening.Lists.SenderLists(desk.Ledger, desk.Time),
            Microsoft.Extensions.Options.Options.Create(new Recorder.Retention.RetentionOptions()), desk.Time);
        var alice = await desk.ReaderAsync(Alice);
        var id = (await desk.Ledger.RecordAsync(Mails.Envelope(desk.Time.GetUtcNow(), Mails.To(Alice)))).Id;
        var held = (await desk.Ledger.RecordAsync(Mails.Envelope(desk.Time.GetUtcNow(), Mails.To(Alice, Dispositions.HeldSpam)))).Id;
        Assert.Equal("no-mailbox-server", await RefusedAsync(() => acts.AppendAsync(alice, id, null, null, false, Cancel)));
        Assert.Equal("no-mailbox-server", await RefusedAsync(() => acts.AppendAsync(alice, held, null, null, false, Cancel)));
    }
}
