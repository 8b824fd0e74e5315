using Recorder.Accounts;
using Recorder.Archive;
using Recorder.Ledger;
using Recorder.Recovery;
using Recorder.Search;
using Recorder.Tests.Fakes;

namespace Recorder.Tests.Recovery;

public sealed class RecordActsTests
{
    private const string Alice = "alice@example.edu", Bob = "bob@example.edu", Admin = "admin@example.edu";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static async Task<string> RefusedAsync(Func<Task> act) => (await Assert.ThrowsAsync<ActRefusedException>(act)).Code;

    private static IEnumerable<LedgerEvent> Facts(Counter counter) => counter.Desk.Log.Entries
        .Where(entry => entry.Kind == EntryKind.Event).Select(entry => LedgerJson.Decode(entry.Payload.Span)!);

    private static async Task<SeenRecord> SeeAsync(Counter counter, Reader reader, RecordId id) =>
        (await counter.Acts.SeeAsync(reader, [id.ToString()], Cancel))[id.ToString()];

    private static async Task<string> WordAsync(Counter counter, Reader reader, RecordId id) =>
        (await counter.Recovery.OpenAsync(reader, id, false, _ => "", Cancel))!.State;

    private static async Task<Reader> AdminAsync(Counter counter)
    {
        await counter.Desk.AddAsync(Admin, isAdmin: true);
        return await counter.Desk.ReaderAsync(Admin);
    }

    [Theory]
    [InlineData("held.spam", LetGo.Release)]
    [InlineData("held.blocked", LetGo.Release)]
    [InlineData("held.bare-line-ends", LetGo.Release)]
    [InlineData("held.phish", LetGo.Ask)]
    [InlineData("held.malware", LetGo.Ask)]
    [InlineData("deliver", LetGo.Nothing)]
    [InlineData("journal", LetGo.Nothing)]
    public async Task What_a_user_may_do_follows_the_category(string disposition, LetGo expected)
    {
        await using var counter = await Counter.OpenAsync();
        var reader = await counter.Desk.ReaderAsync(Alice);
        var id = await counter.RecordAsync("Offer", Mails.To(Alice, disposition), Mails.To(Bob, "held.malware"));
        Assert.Equal(expected, (await SeeAsync(counter, reader, id)).Rights.LetGo);
    }

    [Fact]
    public async Task A_request_goes_from_needs_review_over_requested_and_approved_to_released()
    {
        await using var counter = await Counter.OpenAsync();
        var (reader, admin) = (await counter.Desk.ReaderAsync(Alice), await AdminAsync(counter));
        var id = await counter.RecordAsync("Invoice", Mails.To(Alice, "held.phish"), Mails.To(Bob, "held.phish"));
        Assert.Equal("held", await WordAsync(counter, reader, id));

        var asked = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Task.Run(() => counter.Acts.AskAsync(reader, id, "I \u0007know\r\nher", Cancel))));
        Assert.Equal("I know her", Assert.Single(Facts(counter).OfType<ReleaseAsked>()).Words);
        Assert.All(asked, one => Assert.Equal(RequestState.Open, one!.State));
        Assert.Equal("requested", await WordAsync(counter, reader, id));
        Assert.Equal("not-allowed", await RefusedAsync(() => counter.Recovery.ReleaseAsync(reader, id, Cancel)));

        var row = Assert.Single((await counter.Requests.ListAsync(admin, decided: false, null, Cancel)).Items);
        Assert.Equal((Alice, id.ToString()), (row.Request.Mailbox, row.Request.RecordId));
        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Task.Run(() => counter.Requests.DecideAsync(admin, row.Id, true, "fine", Cancel))));
        var dispatch = Assert.Single(Facts(counter).OfType<DispatchRequested>());
        Assert.Equal((DispatchKind.Release, Alice), (dispatch.Kind, dispatch.Mailbox));
        Assert.Equal("pending", await WordAsync(counter, reader, id));
        Assert.Equal("already-approved", await RefusedAsync(() => counter.Requests.DecideAsync(admin, row.Id, false, "", Cancel)));

        await counter.EndAsync(Assert.Single((await counter.Recovery.DispatchesAsync(reader, id, Cancel))!), accepted: true, Alice);
        Assert.Equal("released", await WordAsync(counter, reader, id));
        Assert.Empty((await counter.Requests.ListAsync(admin, decided: false, null, Cancel)).Items);
        Assert.Single((await counter.Requests.ListAsync(admin, decided: true, null, Cancel)).Items);
        await counter.IndexAsync();
        var steps = (await counter.Recovery.TimelineAsync(reader, id, Cancel))!.Select(step => step.Code).ToList();
        Assert.Contains("review-asked", steps);
        Assert.Contains("review-approved", steps);
    }

    [Fact]
    public async Task A_release_that_was_approved_and_refused_by_the_next_hop_may_be_tried_again_by_the_user()
    {
        await using var counter = await Counter.OpenAsync();
        var (reader, admin) = (await counter.Desk.ReaderAsync(Alice), await AdminAsync(counter));
        var id = await counter.RecordAsync("Invoice", Mails.To(Alice, "held.malware"));
        await counter.Acts.AskAsync(reader, id, null, Cancel);
        await counter.Requests.DecideAsync(admin, ((await counter.Requests.ListAsync(admin, false, null, Cancel)).Items)[0].Id, true, "", Cancel);
        await counter.EndAsync((await counter.Recovery.DispatchesAsync(reader, id, Cancel))![0], accepted: false, Alice);

        Assert.Equal("approved", await WordAsync(counter, reader, id));
        Assert.Equal(LetGo.Release, (await SeeAsync(counter, reader, id)).Rights.LetGo);
        Assert.Equal(1, (await counter.Recovery.ReleaseAsync(reader, id, Cancel))!.Round);
    }

    [Fact]
    public async Task A_denial_is_told_with_its_words_and_ends_the_asking()
    {
        await using var counter = await Counter.OpenAsync();
        var (reader, admin) = (await counter.Desk.ReaderAsync(Alice), await AdminAsync(counter));
        var id = await counter.RecordAsync("Invoice", Mails.To(Alice, "held.malware"));
        await counter.Acts.AskAsync(reader, id, null, Cancel);
        await counter.Requests.DecideAsync(admin, ((await counter.Requests.ListAsync(admin, false, null, Cancel)).Items)[0].Id, false, "it is a trojan", Cancel);

        var rights = (await SeeAsync(counter, reader, id)).Rights;
        Assert.Equal((LetGo.Denied, "it is a trojan"), (rights.LetGo, rights.Request!.DecidedWords));
        Assert.Equal("denied", await WordAsync(counter, reader, id));
        Assert.Equal("denied", await RefusedAsync(() => counter.Acts.AskAsync(reader, id, null, Cancel)));
        Assert.Empty(Facts(counter).OfType<DispatchRequested>());
    }

    [Fact]
    public async Task A_denial_of_one_mailbox_stays_while_the_other_ones_request_is_open()
    {
        await using var counter = await Counter.OpenAsync();
        var (reader, admin) = (await counter.Desk.ReaderAsync(Alice), await AdminAsync(counter));
        var both = reader with { Scope = [new OwnerScope(Alice), new OwnerScope(Bob)] };
        var id = await counter.RecordAsync("Invoice", Mails.To(Alice, "held.malware"), Mails.To(Bob, "held.malware"));
        await counter.Acts.AskAsync(both, id, null, Cancel);
        var first = (await counter.Requests.ListAsync(admin, false, null, Cancel)).Items.Single(row => row.Request.Mailbox == Alice);
        await counter.Requests.DecideAsync(admin, first.Id, false, "it is a trojan", Cancel);

        await counter.Acts.AskAsync(both, id, null, Cancel);

        Assert.Equal(Bob, Assert.Single((await counter.Requests.ListAsync(admin, false, null, Cancel)).Items).Request.Mailbox);
        Assert.Equal(2, Facts(counter).OfType<ReleaseAsked>().Count());
    }

    [Fact]
    public async Task Somebody_elses_request_is_in_nothing_that_a_user_reads()
    {
        await using var counter = await Counter.OpenAsync();
        var (reader, other) = (await counter.Desk.ReaderAsync(Alice), await counter.Desk.ReaderAsync(Bob));
        var id = await counter.RecordAsync("Invoice", Mails.To(Alice, "held.phish"), Mails.To(Bob, "held.phish"));
        await counter.Acts.AskAsync(reader, id, "mine", Cancel);
        await counter.IndexAsync();

        Assert.Equal(LetGo.Ask, (await SeeAsync(counter, other, id)).Rights.LetGo);
        Assert.Null((await SeeAsync(counter, other, id)).Rights.Request);
        Assert.Equal("held", await WordAsync(counter, other, id));
        Assert.DoesNotContain("review", string.Join('\n', (await counter.Recovery.TimelineAsync(other, id, Cancel))!));
    }

    [Fact]
    public async Task What_needs_no_administrator_is_not_asked_for()
    {
        await using var counter = await Counter.OpenAsync();
        var reader = await counter.Desk.ReaderAsync(Alice);
        Assert.Equal("not-needed", await RefusedAsync(async () => await counter.Acts.AskAsync(reader, await counter.RecordAsync("a", Mails.To(Alice, "held.spam")), null, Cancel)));
        Assert.Equal("not-held", await RefusedAsync(async () => await counter.Acts.AskAsync(reader, await counter.RecordAsync("b", Mails.To(Alice)), null, Cancel)));
    }

    [Fact]
    public async Task An_administrator_opens_the_body_behind_a_request_and_the_user_sees_that()
    {
        await using var counter = await Counter.OpenAsync();
        var (reader, admin) = (await counter.Desk.ReaderAsync(Alice), await AdminAsync(counter));
        var id = await counter.RecordAsync("Invoice", Mails.To(Alice, "held.phish"), Mails.To(Bob));
        Assert.Null(await counter.Recovery.OpenAsync(admin, id, false, _ => "", Cancel));
        await counter.Acts.AskAsync(reader, id, null, Cancel);
        var row = Assert.Single((await counter.Requests.ListAsync(admin, false, null, Cancel)).Items);
        Assert.Empty(Facts(counter).OfType<MessageViewed>());

        var opened = (await counter.Requests.OpenAsync(admin, row.Id, Cancel))!.Value.Message;
        Assert.Equal([Alice], opened.OwnAddresses);
        Assert.Null(await counter.Requests.OpenAsync(admin, row.Id + "0", Cancel));
        Assert.Null(await counter.Requests.DecideAsync(admin, "nonsense", true, "", Cancel));
        await WaitUntil.Async(() => Facts(counter).OfType<MessageViewed>().Any());
        await counter.IndexAsync();
        Assert.Contains((await counter.Recovery.TimelineAsync(reader, id, Cancel))!, step => (step.Code, step.Actor) == ("viewed", Admin));
    }

    [Fact]
    public async Task Release_and_allow_makes_the_entry_then_lets_go_once_and_the_entry_can_be_undone()
    {
        await using var counter = await Counter.OpenAsync();
        var reader = await counter.Desk.ReaderAsync(Alice);
        var id = await counter.RecordAsync("Offer", Mails.To(Alice, "held.spam"));
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Task.Run(() => counter.Acts.ReleaseAndAllowAsync(reader, id, Cancel))));

        Assert.Single(Facts(counter).OfType<DispatchRequested>());
        Assert.Equal((ListScopes.User(Alice), ListKind.Allow, "sender@example.org"), (answers[0]!.Value.Entry.Scope, answers[0]!.Value.Entry.Kind, answers[0]!.Value.Entry.Pattern));
        Assert.Equal(ListKind.Allow, (await counter.Recovery.OpenAsync(reader, id, false, _ => "", Cancel))!.Standing.Entry!.Kind);
        Assert.True(await counter.Acts.UnlistSenderAsync(reader, id, Cancel));
        Assert.Empty(counter.Lists.Of(ListScopes.User(Alice)));
    }

    [Fact]
    public async Task No_entry_is_made_for_what_may_not_be_released()
    {
        await using var counter = await Counter.OpenAsync();
        var reader = await counter.Desk.ReaderAsync(Alice);
        var id = await counter.RecordAsync("Offer", Mails.To(Alice, "held.malware"));
        Assert.Equal("not-allowed", await RefusedAsync(() => counter.Acts.ReleaseAndAllowAsync(reader, id, Cancel)));
        Assert.Empty(counter.Lists.Of(ListScopes.User(Alice)));
    }

    [Theory]
    [InlineData("a@x.example, b@y.example", "several-authors")]
    [InlineData("*@x.example", "no-author")]
    [InlineData("@x.example", "no-author")]
    [InlineData("nobody", "no-author")]
    public async Task An_entry_names_one_address_whatever_the_sender_wrote(string from, string code)
    {
        await using var counter = await Counter.OpenAsync();
        var reader = await counter.Desk.ReaderAsync(Alice);
        var two = System.Text.Encoding.ASCII.GetBytes($"From: {from}\r\nSubject: two\r\n\r\nHello\r\n");
        var id = (await counter.Desk.Ledger.RecordAsync(Mails.Envelope(counter.Desk.Time.GetUtcNow(), Mails.To(Alice)), two)).Id;
        Assert.Equal(code, await RefusedAsync(() => counter.Acts.ListSenderAsync(reader, id, ListKind.Block, Cancel)));
    }

    [Fact]
    public async Task Hidden_mail_is_found_only_when_asked_for_and_pages_stay_full()
    {
        await using var counter = await Counter.OpenAsync();
        var reader = await counter.Desk.ReaderAsync(Alice);
        var ids = new List<RecordId>();
        for (var number = 0; number < 30; number++)
        {
            counter.Desk.Time.Advance(TimeSpan.FromSeconds(1));
            ids.Add(await counter.RecordAsync($"Minutes {number}", Mails.To(Alice), Mails.To(Bob)));
        }

        foreach (var id in ids.Where((_, number) => number % 3 != 0))
        {
            await counter.Acts.HideAsync(reader, id, true, Cancel);
            await counter.Acts.HideAsync(reader, id, true, Cancel);
        }

        await counter.IndexAsync();
        Assert.Equal(20, Facts(counter).OfType<MessageHidden>().Count());
        var shown = Pages(counter, reader, "Minutes", 4);
        Assert.Equal([4, 4, 2], shown.Select(page => page.Count));
        Assert.Equal(ids.Where((_, number) => number % 3 == 0).Reverse().Select(id => id.ToString()), shown.SelectMany(page => page));
        Assert.Equal(ids.Where((_, number) => number % 3 != 0).Reverse().Select(id => id.ToString()), Pages(counter, reader, "Minutes is:hidden", 7).SelectMany(page => page));
        Assert.Equal(30, counter.Recovery.Find(await counter.Desk.ReaderAsync(Bob), "Minutes", 50, null).Items.Count);

        await counter.Acts.HideAsync(reader, ids[1], false, Cancel);
        Assert.Equal(11, counter.Recovery.Find(reader, "Minutes", 50, null).Items.Count);
    }

    private static List<List<string>> Pages(Counter counter, Reader reader, string query, int limit)
    {
        var pages = new List<List<string>>();
        string? cursor = null;
        do
        {
            var list = counter.Recovery.Find(reader, query, limit, cursor);
            pages.Add([.. list.Items.Select(row => row.Hit.Id)]);
            cursor = list.Next;
        }
        while (cursor is not null);
        return pages;
    }

    [Fact]
    public async Task A_report_is_recorded_once_and_the_newest_counts()
    {
        await using var counter = await Counter.OpenAsync();
        var reader = await counter.Desk.ReaderAsync(Alice);
        var id = await counter.RecordAsync("Offer", Mails.To(Alice, "held.spam"), Mails.To(Bob));
        foreach (var kind in new[] { ReportKind.Spam, ReportKind.Spam, ReportKind.NotSpam })
        {
            Assert.True(await counter.Acts.ReportAsync(reader, id, kind, Cancel));
        }

        Assert.Equal([ReportKind.Spam, ReportKind.NotSpam], Facts(counter).OfType<MessageReported>().Select(report => report.Kind));
        Assert.Equal(ReportKind.NotSpam, (await SeeAsync(counter, reader, id)).Rights.Report);
        Assert.Null((await SeeAsync(counter, await counter.Desk.ReaderAsync(Bob), id)).Rights.Report);
    }

    [Fact]
    public async Task A_foreign_record_has_no_acts()
    {
        await using var counter = await Counter.OpenAsync();
        var reader = await counter.Desk.ReaderAsync(Alice);
        var id = await counter.RecordAsync("Secret", Mails.To(Bob, "held.phish"));
        Assert.Empty(await counter.Acts.SeeAsync(reader, [id.ToString(), "nonsense"], Cancel));
        Assert.Null(await counter.Acts.AskAsync(reader, id, null, Cancel));
        Assert.Null(await counter.Acts.ListSenderAsync(reader, id, ListKind.Allow, Cancel));
        Assert.Null(await counter.Acts.ReleaseAndAllowAsync(reader, id, Cancel));
        Assert.False(await counter.Acts.UnlistSenderAsync(reader, id, Cancel));
        Assert.False(await counter.Acts.ReportAsync(reader, id, ReportKind.Spam, Cancel));
        Assert.False(await counter.Acts.HideAsync(reader, id, true, Cancel));
        Assert.DoesNotContain(Facts(counter), fact => fact is MessageHidden or MessageReported or ReleaseAsked or ListEntrySet);
    }
}
