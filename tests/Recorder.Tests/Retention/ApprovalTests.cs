using Recorder.Ledger;
using Recorder.Retention;
using static Recorder.Tests.Retention.PurgeTests;

namespace Recorder.Tests.Retention;

/// <summary>Where two persons are asked for, one alone takes nothing away.</summary>
public class ApprovalTests
{
    private const string Amy = "amy@example.edu";
    private static readonly Actor One = new("admin", "one@example.edu"), Other = new("admin", "other@example.edu"), Cli = new("cli", "root");
    private static readonly Dictionary<string, string> ForAmy = new() { [Amy] = "deliver" };
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task An_erasure_is_carried_out_when_another_administrator_wants_it_too()
    {
        await using var world = await OpenAsync();
        var mail = await ReceiveAsync(world, ForAmy);
        Assert.Equal("approval-needed", await CodeAsync(() => EraseAsync(world, mail, One)));
        Assert.Equal("approval-needed", await CodeAsync(() => EraseAsync(world, mail, Other))); // asking is not approving
        var waiting = Assert.Single(world.Approvals.Waiting);
        var acts = new ApprovedActs(world.Approvals, world.Erasures);
        Assert.Equal("same-person", await CodeAsync(() => acts.GiveAsync(One, waiting.Id, None)));
        Assert.Equal("no-admin", await CodeAsync(() => acts.GiveAsync(Cli, waiting.Id, None)));
        Assert.True(world.Has(mail.Id));
        await world.CrashAsync();
        acts = new ApprovedActs(world.Approvals, world.Erasures);
        Assert.True((await acts.GiveAsync(Other, waiting.Id, None))!.IsGiven);
        Assert.False(world.Has(mail.Id));
        Assert.Equal(("asked for", Other.Name), world.Erasures.All is [var erasure] ? (erasure.Reason, erasure.By) : default);
        Assert.Empty(world.Approvals.Waiting);
        Assert.Null(await acts.GiveAsync(Other, waiting.Id, None));
    }

    [Fact]
    public async Task What_a_command_asks_for_needs_two_administrators_and_a_refusal_ends_it()
    {
        await using var world = await OpenAsync();
        var mail = await ReceiveAsync(world, ForAmy);
        await CodeAsync(() => EraseAsync(world, mail, Cli));
        var acts = new ApprovedActs(world.Approvals, world.Erasures);
        var id = Assert.Single(world.Approvals.Waiting).Id;
        Assert.False((await acts.GiveAsync(One, id, None))!.IsGiven);
        Assert.True(world.Has(mail.Id));
        Assert.True(await world.Approvals.RefuseAsync(Other, id, "no", None));
        Assert.Null(await acts.GiveAsync(Other, id, None));
        Assert.True(world.Has(mail.Id));
    }

    [Fact]
    public async Task A_purge_takes_what_was_due_when_it_was_asked_for_and_nothing_under_a_rule_that_came_later()
    {
        await using var world = await OpenAsync();
        var first = await ReceiveAsync(world, ForAmy);
        await NextDayAsync(world);
        var second = await ReceiveAsync(world, ForAmy);
        await NextDayAsync(world, 61);
        Assert.Equal("approval-needed", await CodeAsync(() => ExecuteAsync(world)));
        await NextDayAsync(world);
        Assert.Equal("approval-needed", await CodeAsync(() => ExecuteAsync(world)));
        var waiting = Assert.Single(world.Approvals.Waiting);
        Assert.Equal((1L, 1), (waiting.Records, waiting.By.Count));
        await world.Approvals.GiveAsync(Other, waiting.Id, None);
        Assert.Equal(1, (await ExecuteAsync(world)).Records);
        Assert.Equal((false, true), (world.Has(first.Id), world.Has(second.Id)));
        Assert.Equal("approval-needed", await CodeAsync(() => ExecuteAsync(world)));
        await world.Approvals.GiveAsync(Other, Assert.Single(world.Approvals.Waiting).Id, None);
        await world.SetRuleAsync(new RetentionRule("amy", 70, [], [Amy], []));
        Assert.Empty(world.Approvals.Waiting);
        Assert.True(world.Has(second.Id));
    }

    private static Task<KeepingWorld> OpenAsync() =>
        KeepingWorld.OpenAsync(options: new RetentionOptions { Days = 60, AllowShorter = true, GraceDays = 7, TwoPersons = true });

    private static Task<Erasure?> EraseAsync(KeepingWorld world, KeptMail mail, Actor actor) =>
        Recorder.Archive.RecordId.TryParse(mail.Id, out var id) ? world.Erasures.EraseAsync(actor, id, "asked for", None) : throw new ArgumentException(mail.Id);

    private static async Task<string> CodeAsync(Func<Task> act) => (await Assert.ThrowsAsync<ActRefusedException>(act)).Code;
}
