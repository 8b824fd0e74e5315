using Recorder.Accounts;
using Recorder.Archive;
using Recorder.Ledger;
using Recorder.Recovery;
using Recorder.Recovery.Bulk;
using Recorder.Tests.Fakes;
using Recorder.Transfer.Export;

namespace Recorder.Tests.Recovery;

/// <summary>Grants, intervals of addresses and categories together: what one of them gives, none of the others may widen.</summary>
public sealed class MandateTests
{
    private const string Info = "info@example.edu", Olga = "olga@example.edu", Nora = "nora@example.edu", Dora = "dora@example.edu";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static IEnumerable<T> Facts<T>(Counter counter) => counter.Desk.Log.Entries.Select(entry => LedgerJson.Decode(entry.Payload.Span)).OfType<T>();

    private static async Task<string> RefusedAsync(Func<Task> act) => (await Assert.ThrowsAsync<ActRefusedException>(act)).Code;

    /// <summary>The address was Olga's until now and is Nora's from now on.</summary>
    private static async Task PassOnAsync(Counter counter)
    {
        foreach (var address in new[] { Olga, Nora, Dora })
        {
            if (counter.Desk.Accounts.Find(address) is null) await counter.Desk.AddAsync(address);
        }

        var now = counter.Desk.Time.GetUtcNow();
        await counter.Desk.Owned.SetAsync(Desk.Cli, Olga, Info, null, now, Cancel);
        await counter.Desk.Owned.SetAsync(Desk.Cli, Nora, Info, now, null, Cancel);
    }

    [Fact]
    public async Task A_former_holder_who_may_read_the_next_ones_mail_owns_none_of_it()
    {
        await using var counter = await Counter.OpenAsync();
        await PassOnAsync(counter);
        await counter.Desk.Grants.SetAsync(Desk.Cli, Nora, Olga, GrantRights.Read, null, Cancel);
        counter.Desk.Time.Advance(TimeSpan.FromMinutes(1));
        var (sent, held) = (await counter.RecordAsync("For Nora", Mails.To(Info)), await counter.RecordAsync("Held for Nora", Mails.To(Info, Dispositions.HeldSpam)));
        var olga = await counter.Desk.ReaderAsync(Olga);

        Assert.Empty((await counter.Recovery.OpenAsync(olga, sent, false, _ => "", Cancel))!.ResendTargets);
        Assert.Equal("not-own-address", await RefusedAsync(() => counter.Recovery.ResendAsync(olga, sent, null, false, Cancel)));
        Assert.Equal("not-own-address", await RefusedAsync(() => counter.Recovery.ResendAsync(olga, sent, Olga, false, Cancel)));
        Assert.Equal("not-granted", await RefusedAsync(() => counter.Recovery.ReleaseAsync(olga, held, Cancel)));
        Assert.Equal("not-granted", await RefusedAsync(() => counter.Acts.HideAsync(olga, sent, true, Cancel)));
        Assert.Equal("not-granted", await RefusedAsync(() => counter.Acts.ReportAsync(olga, sent, ReportKind.Spam, Cancel)));
        await WaitUntil.Async(() => Facts<MessageViewed>(counter).Any());
        Assert.Equal("delegate", Assert.Single(Facts<MessageViewed>(counter)).Actor.Kind);
    }

    [Fact]
    public async Task A_grant_of_the_former_holder_frees_nothing_of_the_next_one()
    {
        await using var counter = await Counter.OpenAsync();
        await PassOnAsync(counter);
        await counter.Desk.Grants.SetAsync(Desk.Cli, Olga, Dora, GrantRights.Read | GrantRights.Release | GrantRights.Resend, null, Cancel);
        await counter.Desk.Grants.SetAsync(Desk.Cli, Nora, Dora, GrantRights.Read, null, Cancel);
        counter.Desk.Time.Advance(TimeSpan.FromMinutes(1));
        var (sent, held) = (await counter.RecordAsync("For Nora", Mails.To(Info)), await counter.RecordAsync("Held for Nora", Mails.To(Info, Dispositions.HeldSpam)));
        var dora = await counter.Desk.ReaderAsync(Dora);
        Assert.Equal("not-granted", await RefusedAsync(() => counter.Recovery.ReleaseAsync(dora, held, Cancel)));
        Assert.Equal("not-own-address", await RefusedAsync(() => counter.Recovery.ResendAsync(dora, sent, null, false, Cancel)));
    }

    [Fact]
    public async Task What_came_for_the_former_holder_is_not_released_to_the_next_one()
    {
        await using var counter = await Counter.OpenAsync();
        foreach (var address in new[] { Olga, Nora }) await counter.Desk.AddAsync(address);
        await counter.Desk.Owned.SetAsync(Desk.Cli, Olga, Info, null, null, Cancel);
        var held = await counter.RecordAsync("Held for Olga", Mails.To(Info, Dispositions.HeldSpam));
        counter.Desk.Time.Advance(TimeSpan.FromMinutes(1));
        await PassOnAsync(counter);
        await counter.Desk.Grants.SetAsync(Desk.Cli, Nora, Olga, GrantRights.Read | GrantRights.Release, null, Cancel);
        var olga = await counter.Desk.ReaderAsync(Olga);
        Assert.Equal("not-own-address", await RefusedAsync(() => counter.Recovery.ReleaseAsync(olga, held, Cancel)));
        Assert.Empty(Facts<DispatchRequested>(counter));
    }

    [Fact]
    public async Task A_request_that_is_approved_after_the_address_went_on_sends_nothing()
    {
        await using var counter = await Counter.OpenAsync();
        var olga = await counter.Desk.ReaderAsync(Olga);
        var held = await counter.RecordAsync("Trojan", Mails.To(Olga, Dispositions.HeldMalware));
        Assert.NotNull(await counter.Acts.AskAsync(olga, held, "please", Cancel));
        counter.Desk.Time.Advance(TimeSpan.FromMinutes(1));
        await counter.Desk.Roles.HandOverAsync(Desk.Cli, Olga, null, Cancel);
        await counter.Desk.AddAsync("admin@example.edu", isAdmin: true);
        var admin = await counter.Desk.ReaderAsync("admin@example.edu");
        var request = Assert.Single((await counter.Requests.ListAsync(admin, false, null, Cancel)).Items).Id;
        Assert.Equal("not-own-address", await RefusedAsync(() => counter.Requests.DecideAsync(admin, request, true, "", Cancel)));
        Assert.Empty(Facts<DispatchRequested>(counter));
        Assert.Equal(RequestState.Denied, (await counter.Requests.DecideAsync(admin, request, false, "", Cancel))!.State);
    }

    [Fact]
    public async Task Each_owner_sees_that_a_delegate_of_both_looked_and_neither_is_asked_for()
    {
        await using var counter = await Counter.OpenAsync();
        foreach (var address in new[] { Olga, Nora, Dora }) await counter.Desk.AddAsync(address);
        foreach (var owner in new[] { Olga, Nora }) await counter.Desk.Grants.SetAsync(Desk.Cli, owner, Dora, GrantRights.Read, null, Cancel);
        var (both, all) = (
            await counter.RecordAsync("For both", Mails.To(Olga), Mails.To(Nora)),
            await counter.RecordAsync("Trojan", Mails.To(Olga, Dispositions.HeldMalware), Mails.To(Nora, Dispositions.HeldMalware), Mails.To(Dora, Dispositions.HeldMalware)));
        var dora = await counter.Desk.ReaderAsync(Dora);
        await counter.Recovery.OpenAsync(dora, both, false, _ => "", Cancel);
        await WaitUntil.Async(() => Facts<MessageViewed>(counter).Count() == 2);
        Assert.Equal([Nora, Olga], Facts<MessageViewed>(counter).Select(viewed => viewed.Mailbox).Order());
        Assert.NotNull(await counter.Acts.AskAsync(dora, all, "mine", Cancel));
        Assert.Equal([Dora], Facts<ReleaseAsked>(counter).Select(asked => asked.Mailbox));
    }

    [Fact]
    public async Task A_job_has_the_rights_of_whoever_began_it_and_no_more()
    {
        await using var counter = await Counter.OpenAsync();
        await counter.Desk.AddAsync(Olga, isAdmin: true);
        var held = await counter.RecordAsync("Trojan", Mails.To(Olga, Dispositions.HeldMalware));
        await counter.IndexAsync();
        var (_, secret) = await counter.Desk.Tokens.MakeAsync(Desk.Cli, Olga, "script", TokenScope.Act, 1, Cancel);
        var job = await counter.Jobs.StartAsync(counter.Desk.Sessions.Validate(secret, "127.0.0.1")!, BulkAct.Release, "", [held.ToString()], null, Cancel);
        using var worker = counter.BulkWorker();
        await worker.StartAsync(Cancel);
        var olga = await counter.Desk.ReaderAsync(Olga);
        await WaitUntil.Async(() => counter.Jobs.Find(olga, job.Id)!.EndedAt is not null);
        await worker.StopAsync(Cancel);
        Assert.Equal((0, 1), (counter.Jobs.Find(olga, job.Id)!.Done, counter.Jobs.Find(olga, job.Id)!.Refused));
        Assert.Empty(Facts<DispatchRequested>(counter));
    }

    [Fact]
    public async Task The_next_holder_finds_no_job_export_or_failed_wish_of_the_former_one()
    {
        await using var counter = await Counter.OpenAsync();
        var before = await counter.Desk.ReaderAsync(Olga);
        var id = await counter.RecordAsync("Diagnosis", Mails.To(Olga));
        await counter.IndexAsync();
        var exports = new Exports(counter.Recovery, counter.Desk.Ledger, counter.Desk.Time);
        var (job, export) = (await counter.Jobs.StartAsync(before, BulkAct.Hide, "diagnosis", null, null, Cancel), await exports.AskAsync(before, "diagnosis", null, null, Cancel));
        await counter.EndAsync((await counter.Recovery.ResendAsync(before, id, null, false, Cancel))!, accepted: false, Olga);
        Assert.Equal(1, DeliveryProblems.CountFor(counter.Desk.Ledger.State, before));

        counter.Desk.Time.Advance(TimeSpan.FromMinutes(1));
        await counter.Desk.Roles.HandOverAsync(Desk.Cli, Olga, null, Cancel);
        await counter.Desk.Accounts.SetPasswordAsync(Desk.Cli, Olga, Desk.Password, Cancel);
        var after = await counter.Desk.ReaderAsync(Olga);
        Assert.Empty(counter.Jobs.List(after));
        Assert.Null(counter.Jobs.Find(after, job.Id));
        Assert.Null(exports.Find(after, export.Export));
        Assert.Equal(0, DeliveryProblems.CountFor(counter.Desk.Ledger.State, after));
        // And may begin one of their own at once.
        await counter.RecordAsync("Diagnosis", Mails.To(Olga));
        await counter.IndexAsync();
        Assert.Equal(1, (await counter.Jobs.StartAsync(after, BulkAct.Hide, "diagnosis", null, null, Cancel)).Total);
    }

    [Theory]
    [InlineData("x\" body:secret", "subject:\"x body:secret\"")]
    [InlineData("x\u201D body:secret", "subject:\"x body:secret\"")]
    [InlineData("x\u201C OR \u300Cbody", "subject:\"x OR body\"")]
    [InlineData("x\uFF02 body\uFF1Asecret", "subject:\"x body\uFF1Asecret\"")]
    [InlineData("\u201D", "")]
    public void An_auditors_words_stay_words_of_the_subject(string typed, string query) => Assert.Equal(query, new InspectionQuestion(Olga, Subject: typed).ToQuery());

    [Fact]
    public async Task What_an_owner_hid_from_the_own_lists_an_auditor_still_finds()
    {
        await using var counter = await Counter.OpenAsync();
        await counter.Desk.AddAsync(Nora);
        await counter.Desk.Roles.SetAsync(Desk.Cli, Nora, new RoleWish(IsAuditor: true), Cancel);
        var olga = await counter.Desk.ReaderAsync(Olga);
        var id = await counter.RecordAsync("Budget", Mails.To(Olga));
        await counter.Acts.HideAsync(olga, id, true, Cancel);
        await counter.IndexAsync();
        var audit = new Inspections(counter.Recovery, counter.Desk.Ledger, counter.Desk.Book, counter.Desk.Time);
        Assert.Single((await audit.FindAsync(await counter.Desk.ReaderAsync(Nora), new InspectionQuestion(Olga), 10, null, Cancel)).Items);
        Assert.Empty(counter.Recovery.Find(olga, "", 10, null).Items);
    }

    [Fact]
    public async Task An_interval_of_an_account_that_was_handed_over_is_nobody_elses()
    {
        await using var counter = await Counter.OpenAsync();
        foreach (var address in new[] { Olga, Nora }) await counter.Desk.AddAsync(address);
        await counter.Desk.Owned.SetAsync(Desk.Cli, Olga, Info, null, null, Cancel);
        counter.Desk.Time.Advance(TimeSpan.FromDays(1));
        await counter.Desk.Roles.HandOverAsync(Desk.Cli, Olga, null, Cancel);
        var passed = counter.Desk.Time.GetUtcNow();
        Assert.Equal("address-taken", await RefusedAsync(() => counter.Desk.Owned.SetAsync(Desk.Cli, Nora, Info, null, null, Cancel)));
        await counter.Desk.Owned.SetAsync(Desk.Cli, Nora, Info, passed, null, Cancel);
    }

    [Fact]
    public async Task What_is_erased_is_out_of_sight_before_its_bytes_are_gone()
    {
        await using var counter = await Counter.OpenAsync();
        var olga = await counter.Desk.ReaderAsync(Olga);
        var (id, other) = (await counter.RecordAsync("Diagnosis", Mails.To(Olga)), await counter.RecordAsync("Diagnosis too", Mails.To(Olga)));
        await counter.IndexAsync();
        await counter.Desk.Ledger.AppendAsync(new ErasureAsked(id.ToString(), "by order of the court") { Actor = Desk.Cli, At = counter.Desk.Time.GetUtcNow() }, Cancel);
        Assert.Null(await counter.Recovery.OpenAsync(olga, id, false, _ => "", Cancel));
        Assert.Null(await counter.Recovery.OpenSourceAsync(olga, id, Cancel));
        Assert.Null(await counter.Recovery.OpenPartAsync(olga, id, 0, Cancel));
        Assert.Null(await counter.Recovery.ResendAsync(olga, id, null, false, Cancel));
        Assert.Equal([other.ToString()], counter.Recovery.Find(olga, "Diagnosis", 10, null).Items.Select(row => row.Hit.Id));
        // What a hold has dropped is there again.
        await counter.Desk.Ledger.AppendAsync(new ErasureDropped(id.ToString(), "held") { Actor = Desk.Cli, At = counter.Desk.Time.GetUtcNow() }, Cancel);
        Assert.NotNull(await counter.Recovery.OpenAsync(olga, id, false, _ => "", Cancel));
    }
}
