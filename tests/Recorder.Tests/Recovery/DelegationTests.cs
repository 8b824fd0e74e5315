using Recorder.Accounts;
using Recorder.Ledger;
using Recorder.Recovery;
using Recorder.Tests.Fakes;

namespace Recorder.Tests.Recovery;

/// <summary>Shared mailboxes, auditors, new holders of addresses, and what the owner sees of all that.</summary>
public sealed class DelegationTests
{
    private const string Office = "office@example.edu", Dora = "dora@example.edu", Eve = "eve@example.edu";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static async Task<Reader> ReaderAsync(Counter counter, string address) => await counter.Desk.ReaderAsync(address);

    private static async Task GrantAsync(Counter counter, GrantRights rights, DateTimeOffset? until = null)
    {
        foreach (var address in new[] { Office, Dora })
        {
            if (counter.Desk.Accounts.Find(address) is null) await counter.Desk.AddAsync(address);
        }

        await counter.Desk.Grants.SetAsync(Desk.Cli, Office, Dora, rights, until, Cancel);
    }

    [Fact]
    public async Task A_delegate_reads_the_mailbox_until_the_grant_ends_and_the_owner_sees_it()
    {
        await using var counter = await Counter.OpenAsync();
        await GrantAsync(counter, GrantRights.Read, counter.Desk.Time.GetUtcNow().AddDays(1));
        var id = await counter.RecordAsync("For the office", Mails.To(Office));
        var dora = await ReaderAsync(counter, Dora);
        Assert.NotNull(await counter.Recovery.OpenAsync(dora, id, false, _ => "", Cancel));
        Assert.Null(await counter.Recovery.OpenAsync(await ReaderAsync(counter, Eve), id, false, _ => "", Cancel));
        await counter.IndexAsync();
        Assert.Single(counter.Recovery.Find(dora, "", 10, null).Items);

        var office = await ReaderAsync(counter, Office);
        await WaitUntil.Async(() => Facts<MessageViewed>(counter).Any());
        var seen = Assert.Single((await counter.Activity.OfAsync(office, withOwn: false, null, 50, Cancel)).Steps, step => step.Code == "opened");
        Assert.Equal((Dora, "delegate", Office, id.ToString()), (seen.Actor, seen.ActorKind, seen.Mailbox, seen.RecordId));

        counter.Desk.Time.Advance(TimeSpan.FromHours(6));
        Assert.NotEmpty((await ReaderAsync(counter, Dora)).Delegated);
        counter.Desk.Time.Advance(TimeSpan.FromDays(1));
        Assert.Null(await counter.Recovery.OpenAsync(await ReaderAsync(counter, Dora), id, false, _ => "", Cancel));
    }

    [Theory]
    [InlineData(GrantRights.Read, false, false)]
    [InlineData(GrantRights.Read | GrantRights.Release, true, false)]
    [InlineData(GrantRights.Read | GrantRights.Resend, false, true)]
    public async Task A_delegate_does_what_the_grant_says_and_marks_nothing(GrantRights rights, bool mayRelease, bool mayResend)
    {
        await using var counter = await Counter.OpenAsync();
        await GrantAsync(counter, rights);
        var held = await counter.RecordAsync("Held", Mails.To(Office, Dispositions.HeldSpam));
        var sent = await counter.RecordAsync("Delivered", Mails.To(Office));
        var dora = await ReaderAsync(counter, Dora);

        Assert.Equal(mayRelease, await DoneAsync(() => counter.Recovery.ReleaseAsync(dora, held, Cancel)));
        Assert.Equal(mayResend, await DoneAsync(() => counter.Recovery.ResendAsync(dora, sent, null, false, Cancel)));
        Assert.Equal(mayResend ? [Office] : [], (await counter.Recovery.OpenAsync(dora, sent, false, _ => "", Cancel))!.ResendTargets);
        // Never out of the mailbox, whatever the grant.
        Assert.False(await DoneAsync(() => counter.Recovery.ResendAsync(dora, sent, Dora, false, Cancel)));
        Assert.False(await DoneAsync(() => counter.Acts.HideAsync(dora, sent, true, Cancel)));
        Assert.False(await DoneAsync(() => counter.Acts.ReportAsync(dora, sent, ReportKind.Spam, Cancel)));
        Assert.False(await DoneAsync(() => counter.Acts.ReleaseAndAllowAsync(dora, held, Cancel)));
        Assert.All(Facts<DispatchRequested>(counter), fact => Assert.Equal(("delegate", Dora, Office), (fact.Actor.Kind, fact.Actor.Name, fact.Mailbox)));
    }

    [Fact]
    public async Task What_came_for_both_is_the_readers_own()
    {
        await using var counter = await Counter.OpenAsync();
        await GrantAsync(counter, GrantRights.Read);
        var id = await counter.RecordAsync("For both", Mails.To(Office), Mails.To(Dora));
        var dora = await ReaderAsync(counter, Dora);
        Assert.Equal([Dora], (await counter.Recovery.OpenAsync(dora, id, false, _ => "", Cancel))!.ResendTargets);
        Assert.True(await counter.Acts.HideAsync(dora, id, true, Cancel));
        Assert.Equal([Dora], Facts<MessageHidden>(counter).Select(fact => fact.Mailbox));
    }

    [Fact]
    public async Task An_auditor_sees_facts_and_a_body_only_with_a_reason_that_the_owner_reads()
    {
        await using var counter = await Counter.OpenAsync();
        var office = await ReaderAsync(counter, Office);
        await counter.Desk.AddAsync(Eve);
        await counter.Desk.Roles.SetAsync(Desk.Cli, Eve, new RoleWish(IsAuditor: true), Cancel);
        var eve = await ReaderAsync(counter, Eve);
        var audit = new Inspections(counter.Recovery, counter.Desk.Ledger, counter.Desk.Book, counter.Desk.Time);
        var id = await counter.RecordAsync("Budget", Mails.To(Office));
        await counter.IndexAsync();

        var row = Assert.Single((await audit.FindAsync(eve, new InspectionQuestion(Office), 10, null, Cancel)).Items);
        Assert.Equal(("Budget", ""), (row.Hit.Subject, row.Hit.Summary));
        Assert.Equal("from:\"a@x.org\" subject:\"x OR body: hello\" after:2026-01-05", new InspectionQuestion(Office, " a@x.org", "x\" OR body:\"hello", new DateOnly(2026, 1, 5)).ToQuery());
        Assert.Equal("", (await audit.OpenAsync(eve, Office, id, null, Cancel))!.View.Text);
        Assert.Equal("bad-reason", (await Assert.ThrowsAsync<ActRefusedException>(() => audit.OpenAsync(eve, Office, id, "because", Cancel))).Code);
        Assert.NotEqual("", (await audit.OpenAsync(eve, Office, id, "complaint 2026/17 of the dean", Cancel))!.View.Text);
        Assert.Null(await audit.OpenAsync(eve, Dora, id, "complaint 2026/17 of the dean", Cancel));
        // The auditor's own door opens nothing by it.
        Assert.Null(await counter.Recovery.OpenAsync(eve, id, false, _ => "", Cancel));

        await WaitUntil.Async(() => Facts<MessageViewed>(counter).Count() == 2);
        await counter.Desk.Ledger.CatchUpAsync(Cancel);
        var steps = (await counter.Activity.OfAsync(office, withOwn: false, null, 50, Cancel)).Steps.Where(step => step.Actor == Eve).ToList();
        Assert.All(steps, step => Assert.Equal("auditor", step.ActorKind));
        Assert.Contains(steps, step => step is { Code: "opened", Words: "complaint 2026/17 of the dean" });
        Assert.Contains(steps, step => step.Code == "facts");
        Assert.Contains(steps, step => step is { Code: "audited", Words: null });
    }

    [Fact]
    public async Task The_next_holder_of_an_address_sees_nothing_of_before_nor_who_looked_then()
    {
        await using var counter = await Counter.OpenAsync();
        await ReaderAsync(counter, Office);
        var before = await counter.RecordAsync("Before", Mails.To(Office));
        counter.Desk.Time.Advance(TimeSpan.FromHours(1));
        await counter.Desk.Roles.HandOverAsync(Desk.Cli, Office, "New", Cancel);
        await counter.Desk.Accounts.SetPasswordAsync(Desk.Cli, Office, Desk.Password, Cancel);
        var after = await counter.RecordAsync("After", Mails.To(Office));
        await counter.IndexAsync();

        var holder = await ReaderAsync(counter, Office);
        Assert.Null(await counter.Recovery.OpenAsync(holder, before, false, _ => "", Cancel));
        Assert.NotNull(await counter.Recovery.OpenAsync(holder, after, false, _ => "", Cancel));
        Assert.Equal([after.ToString()], counter.Recovery.Find(holder, "", 10, null).Items.Select(row => row.Hit.Id));
        var steps = (await counter.Activity.OfAsync(holder, withOwn: true, null, 50, Cancel)).Steps;
        Assert.All(steps, step => Assert.True(step.At >= holder.Account.CreatedAt));
        Assert.Single(steps, step => step.Code == "signed-in");
    }

    [Fact]
    public async Task Intervals_of_an_address_are_set_and_never_overlap()
    {
        await using var counter = await Counter.OpenAsync();
        await GrantAsync(counter, GrantRights.Read);
        var now = counter.Desk.Time.GetUtcNow();
        await counter.Desk.Owned.SetAsync(Desk.Cli, Office, "info@example.edu", null, now, Cancel);
        await counter.Desk.Owned.SetAsync(Desk.Cli, Dora, "info@example.edu", now, null, Cancel);
        Assert.Equal("address-taken", (await Assert.ThrowsAsync<ActRefusedException>(
            () => counter.Desk.Owned.SetAsync(Desk.Cli, Dora, "info@example.edu", now.AddSeconds(-1), null, Cancel))).Code);
        Assert.Equal("bad-interval", (await Assert.ThrowsAsync<ActRefusedException>(
            () => counter.Desk.Owned.SetAsync(Desk.Cli, Dora, "info@example.edu", now, now, Cancel))).Code);
        Assert.Contains(new OwnedAddress("info@example.edu", now), counter.Desk.Accounts.Find(Dora)!.Addresses);
    }

    private static IEnumerable<T> Facts<T>(Counter counter) => counter.Desk.Log.Entries.Select(entry => LedgerJson.Decode(entry.Payload.Span)).OfType<T>();

    private static async Task<bool> DoneAsync<T>(Func<Task<T>> act)
    {
        try
        {
            return await act() is not null;
        }
        catch (ActRefusedException refused) when (refused.Code is "not-granted" or "not-own-address")
        {
            return false;
        }
    }
}
