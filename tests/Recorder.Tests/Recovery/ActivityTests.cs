using Recorder.Accounts;
using Recorder.Archive;
using Recorder.Ledger;
using Recorder.Recovery;
using Recorder.Tests.Fakes;
using Recorder.Transfer.Export;

namespace Recorder.Tests.Recovery;

/// <summary>The owner's access log.</summary>
public sealed class ActivityTests
{
    private const string Olga = "olga@example.edu", Nora = "nora@example.edu", Dora = "dora@example.edu", Info = "info@example.edu";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static IEnumerable<T> Facts<T>(Counter counter) => counter.Desk.Log.Entries.Select(entry => LedgerJson.Decode(entry.Payload.Span)).OfType<T>();

    private static async Task<IReadOnlyList<ActivityStep>> StepsAsync(Counter counter, Reader reader, bool withOwn = false) =>
        (await counter.Activity.OfAsync(reader, withOwn, null, 50, Cancel)).Steps;

    private static async Task DownloadAsync(Counter counter, Reader reader, string query, IReadOnlyList<string>? ids)
    {
        var exports = new Exports(counter.Recovery, counter.Desk.Ledger, counter.Desk.Time);
        using var zip = new MemoryStream();
        await exports.DownloadAsync(reader, await exports.AskAsync(reader, query, ids, null, Cancel), zip, Cancel);
    }

    private static async Task GrantAsync(Counter counter)
    {
        foreach (var address in new[] { Olga, Dora }) await counter.Desk.AddAsync(address);
        await counter.Desk.Grants.SetAsync(Desk.Cli, Olga, Dora, GrantRights.Read | GrantRights.Resend, null, Cancel);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Mail_that_a_delegate_exported_is_one_step_for_its_owner_and_none_of_the_delegates_own(bool byName)
    {
        await using var counter = await Counter.OpenAsync();
        await GrantAsync(counter);
        var ids = new List<string>();
        for (var number = 0; number < 3; number++) ids.Add((await counter.RecordAsync($"Minutes {number}", Mails.To(Olga))).ToString());
        ids.Add((await counter.RecordAsync("Minutes for both", Mails.To(Olga), Mails.To(Dora))).ToString());
        await counter.IndexAsync();
        await DownloadAsync(counter, await counter.Desk.ReaderAsync(Dora), "Minutes", byName ? ids : null);

        var olga = await counter.Desk.ReaderAsync(Olga);
        var taken = Assert.Single(await StepsAsync(counter, olga), step => step.Code == "taken");
        Assert.Equal((Dora, "delegate", Olga, "3", ""), (taken.Actor, taken.ActorKind, taken.Mailbox, taken.Words, taken.RecordId));
        await counter.IndexAsync();
        Assert.Single(await StepsAsync(counter, olga), step => step.Code == "taken");
        var own = Assert.Single(await StepsAsync(counter, await counter.Desk.ReaderAsync(Dora), withOwn: true), step => step.Code == "taken");
        Assert.Equal((Dora, "1", ids[3]), (own.Mailbox, own.Words, own.RecordId));
        Assert.DoesNotContain(await StepsAsync(counter, await counter.Desk.ReaderAsync(Dora)), step => step.Code == "taken");
    }

    [Fact]
    public async Task Pages_of_exports_lose_and_repeat_nothing()
    {
        await using var counter = await Counter.OpenAsync();
        var olga = await counter.Desk.ReaderAsync(Olga);
        var id = (await counter.RecordAsync("Minutes", Mails.To(Olga))).ToString();
        for (var number = 0; number < 5; number++)
        {
            counter.Desk.Time.Advance(TimeSpan.FromMinutes(1));
            await DownloadAsync(counter, olga, "", [id]);
        }

        await counter.IndexAsync();
        var (seen, before) = (new List<ActivityStep>(), (DateTimeOffset?)null);
        do
        {
            var page = await counter.Activity.OfAsync(olga, true, before, 2, Cancel);
            seen.AddRange(page.Steps.Where(step => step.Code == "taken"));
            before = page.Next;
        }
        while (before is not null);
        Assert.Equal(5, seen.Count);
        Assert.Equal(5, seen.Select(step => step.At).Distinct().Count());
    }

    [Fact]
    public async Task A_disarmed_text_counts_as_opened_and_a_copy_as_attachment_as_sent_again()
    {
        await using var counter = await Counter.OpenAsync();
        await GrantAsync(counter);
        var (trojan, plain) = (await counter.RecordAsync("Trojan", Mails.To(Olga, Dispositions.HeldMalware)), await counter.RecordAsync("Minutes", Mails.To(Olga)));
        var dora = await counter.Desk.ReaderAsync(Dora);
        Assert.Equal(Opening.Disarmed, (await counter.Recovery.OpenAsync(dora, trojan, false, _ => "", Cancel))!.Standing.Rights.Opening);
        await counter.Acts.SendAttachedAsync(dora, plain, null, false, Cancel);
        await WaitUntil.Async(() => Facts<MessageViewed>(counter).Any());
        await counter.Desk.Ledger.CatchUpAsync(Cancel);
        var steps = (await StepsAsync(counter, await counter.Desk.ReaderAsync(Olga))).Where(step => step.Actor == Dora).ToList();
        Assert.Equal([("opened", trojan.ToString()), ("resend", plain.ToString())], steps.Where(step => step.RecordId.Length > 0).Select(step => (step.Code, step.RecordId)).Order());
        Assert.All(steps.Where(step => step.RecordId.Length > 0), step => Assert.Equal("delegate", step.ActorKind));
    }

    [Fact]
    public async Task Who_looks_at_old_mail_is_told_to_whom_it_came_for_and_not_to_the_next_holder()
    {
        await using var counter = await Counter.OpenAsync();
        foreach (var address in new[] { Olga, Nora, Dora }) await counter.Desk.AddAsync(address);
        await counter.Desk.Roles.SetAsync(Desk.Cli, Dora, new RoleWish(IsAuditor: true), Cancel);
        await counter.Desk.Owned.SetAsync(Desk.Cli, Olga, Info, null, null, Cancel);
        var old = await counter.RecordAsync("Complaint", Mails.To(Info));
        counter.Desk.Time.Advance(TimeSpan.FromDays(1));
        var now = counter.Desk.Time.GetUtcNow();
        await counter.Desk.Owned.SetAsync(Desk.Cli, Olga, Info, null, now, Cancel);
        await counter.Desk.Owned.SetAsync(Desk.Cli, Nora, Info, now, null, Cancel);
        counter.Desk.Time.Advance(TimeSpan.FromDays(1));

        var audit = new Inspections(counter.Recovery, counter.Desk.Ledger, counter.Desk.Book, counter.Desk.Time);
        Assert.NotNull(await audit.OpenAsync(await counter.Desk.ReaderAsync(Dora), Info, old, "complaint 2026/17 about Olga", Cancel));
        await WaitUntil.Async(() => Facts<MessageViewed>(counter).Any());
        await counter.IndexAsync();
        var (olga, nora) = (await StepsAsync(counter, await counter.Desk.ReaderAsync(Olga)), await StepsAsync(counter, await counter.Desk.ReaderAsync(Nora)));
        Assert.Equal(["audited", "opened"], olga.Where(step => step.Actor == Dora).Select(step => step.Code).Order());
        Assert.DoesNotContain(nora, step => step.Actor == Dora);
    }

    [Fact]
    public async Task Of_purged_mail_that_was_imported_it_counts_when_it_was_received_and_not_when_it_was_imported()
    {
        await using var counter = await Counter.OpenAsync();
        foreach (var address in new[] { Olga, Nora, Dora }) await counter.Desk.AddAsync(address);
        var (start, handed) = (counter.Desk.Time.GetUtcNow(), counter.Desk.Time.GetUtcNow().AddDays(1));
        await counter.Desk.Owned.SetAsync(Desk.Cli, Olga, Info, null, handed, Cancel);
        await counter.Desk.Owned.SetAsync(Desk.Cli, Nora, Info, handed, null, Cancel);
        counter.Desk.Time.Advance(TimeSpan.FromDays(2));

        var now = counter.Desk.Time.GetUtcNow();
        var (known, unknown) = (new RecordId(Guid.CreateVersion7(now)).ToString(), new RecordId(Guid.CreateVersion7(now)).ToString());
        foreach (var id in new[] { known, unknown })
            await counter.Desk.Ledger.AppendAsync(new MessageViewed(id, Info, "message", "case 7") { Actor = new Actor("auditor", Dora), At = now }, Cancel);
        await PurgeAsync(counter, new LeavingRecord(known, [Info], Received: start));
        await counter.IndexAsync();
        var (olga, nora) = (await StepsAsync(counter, await counter.Desk.ReaderAsync(Olga)), await StepsAsync(counter, await counter.Desk.ReaderAsync(Nora)));
        Assert.Equal([known], olga.Where(step => step.Actor == Dora).Select(step => step.RecordId));
        Assert.DoesNotContain(nora, step => step.Actor == Dora);
    }

    [Fact]
    public async Task An_export_is_one_step_however_long_it_is_and_whatever_comes_between_its_parts()
    {
        await using var counter = await Counter.OpenAsync();
        var olga = await counter.Desk.ReaderAsync(Olga);
        for (var part = 0; part < 6; part++)
        {
            await ExportedAsync(counter, "long", MailExported.MaxRecords);
            await ExportedAsync(counter, $"short {part}", 1);
        }

        await counter.IndexAsync();
        var (seen, before) = (new List<ActivityStep>(), (DateTimeOffset?)null);
        do
        {
            var page = await counter.Activity.OfAsync(olga, true, before, 2, Cancel);
            seen.AddRange(page.Steps.Where(step => step.Code == "taken"));
            before = page.Next;
        }
        while (before is not null);
        Assert.Equal(["1", "1200", "1", "1", "1", "1", "1"], seen.Select(step => step.Words));
    }

    private static async Task ExportedAsync(Counter counter, string export, int count)
    {
        var at = counter.Desk.Time.GetUtcNow();
        var records = Enumerable.Range(0, count).Select(_ => new ExportedMail(new RecordId(Guid.CreateVersion7(at)).ToString(), Olga));
        await counter.Desk.Ledger.AppendAsync(new MailExported(export, Olga, [.. records]) { Actor = new Actor("user", Olga), At = at }, Cancel);
        counter.Desk.Time.Advance(TimeSpan.FromMinutes(1));
    }

    /// <summary>What a purge leaves in the ledger.</summary>
    private static async Task PurgeAsync(Counter counter, LeavingRecord leaving)
    {
        var (actor, at) = (Actor.System("retention"), counter.Desk.Time.GetUtcNow());
        var after = await new PurgeNames(counter.Desk.Log, counter.Desk.Ledger).WriteAsync(actor, at, "run", "mail", [leaving]);
        var plan = new PurgeStepPlan("mail", PurgeAct.Remove, default, 1, 9, 1, "", 1, 1, 1, 0, "", leaving.Id, leaving.Id, after);
        await counter.Desk.Ledger.AppendAsync(new PurgeStepIntended("run", plan) { Actor = actor, At = at }, Cancel);
        await counter.Desk.Ledger.AppendAsync(new PurgeStepDone("run", "mail", 0) { Actor = actor, At = at }, Cancel);
    }
}
