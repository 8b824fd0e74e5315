using System.Buffers;
using Recorder.Archive;
using Recorder.Ledger;
using Recorder.Retention;
using static Recorder.Tests.Retention.PurgeTests;

namespace Recorder.Tests.Retention;

/// <summary>What comes between: clocks that leap, rules that change, holds and erasures while a purge runs.</summary>
public class PurgeDoubtTests
{
    private const string Amy = "amy@example.edu", Ben = "ben@example.edu";
    private static readonly Dictionary<string, string> ForAmy = new() { [Amy] = "deliver" }, ForBen = new() { [Ben] = "deliver" };
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task A_clock_that_leaps_by_less_than_what_is_doubted_takes_nothing_before_its_term()
    {
        await using var world = await KeepingWorld.OpenAsync();
        var mail = await ReceiveAsync(world, ForAmy);
        await NextDayAsync(world, 59);
        world.Time.Advance(TimeSpan.FromHours(22));
        await world.Clock.LookAsync(None);
        world.Time.Advance(TimeSpan.FromHours(23)); // two hours before its end it looks as if it were over since yesterday
        await ExecuteAsync(world);
        Assert.True(world.Has(mail.Id));
    }

    [Fact]
    public async Task A_hold_with_an_end_is_not_ended_by_a_clock_that_leapt()
    {
        await using var world = await KeepingWorld.OpenAsync();
        var mail = await ReceiveAsync(world, ForAmy);
        await world.Holds.PlaceAsync(KeepingWorld.Admin, new HoldWish("case", "why", HoldKind.Mailboxes, [Amy], Until: world.Now.AddDays(10)), None);
        world.Time.Advance(TimeSpan.FromDays(20));
        Assert.Equal("held", (await Assert.ThrowsAsync<ActRefusedException>(() => EraseAsync(world, mail))).Code);
        Assert.True(world.Has(mail.Id));
        await world.Clock.ConfirmAsync(KeepingWorld.Admin, None);
        Assert.NotNull(await EraseAsync(world, mail));
    }

    [Fact]
    public async Task A_rule_that_changes_while_a_purge_runs_stops_it_and_the_index_has_nothing_of_what_left_before()
    {
        await using var world = await KeepingWorld.OpenAsync();
        var mails = new List<KeptMail>();
        for (var day = 0; day < 3; day++)
        {
            mails.Add(await ReceiveAsync(world, ForAmy));
            await NextDayAsync(world);
        }

        await NextDayAsync(world, 62);
        var outcome = await world.Purge.ExecuteAsync(KeepingWorld.Admin, progress =>
        {
            if (progress is { Stage: "archive", Done: 1 }) world.Rules.SetAsync(KeepingWorld.Admin, new RetentionRule("amy", 20, [], [Amy], []), None).GetAwaiter().GetResult();
        }, None);
        Assert.Single(outcome.Problems);
        Assert.Equal([false, true, true], mails.Select(mail => world.Has(mail.Id)));
        Assert.Equal(2, world.Index.DocumentCount);
        Assert.Null(world.Ledger.State.Get<PurgeRun>(RetentionKeys.OpenRun));
        await NextDayAsync(world, 2);
        await ExecuteAsync(world);
        Assert.Equal([false, false, false], mails.Select(mail => world.Has(mail.Id)));
    }

    [Fact]
    public async Task A_default_that_was_shortened_while_nothing_ran_acts_a_day_later_like_any_rule()
    {
        await using var world = await KeepingWorld.OpenAsync();
        var mail = await ReceiveAsync(world, ForAmy);
        await ExecuteAsync(world);
        await NextDayAsync(world, 30);
        world.Options.Days = 10;
        Assert.Equal("rules-settling", (await Assert.ThrowsAsync<ActRefusedException>(() => ExecuteAsync(world))).Code);
        Assert.True(world.Has(mail.Id));
        await NextDayAsync(world, 1);
        await ExecuteAsync(world);
        Assert.False(world.Has(mail.Id));
    }

    [Fact]
    public async Task A_step_names_the_segment_as_it_is_when_an_erasure_wrote_it_again_meanwhile()
    {
        await using var world = await KeepingWorld.OpenAsync();
        await world.SetRuleAsync(new RetentionRule("ben", 100, [], [Ben], []));
        var (goes, erased, stays) = (await ReceiveAsync(world, ForAmy), await ReceiveAsync(world, ForBen), await ReceiveAsync(world, ForBen, 500));
        await NextDayAsync(world, 62);
        var outcome = await world.Purge.ExecuteAsync(KeepingWorld.Admin, progress =>
        {
            if (progress is { Stage: "archive", Done: 0 }) EraseAsync(world, erased).GetAwaiter().GetResult();
        }, None);
        Assert.Equal((false, false, true), (world.Has(goes.Id), world.Has(erased.Id), world.Has(stays.Id)));
        // Otherwise a stop before the files are touched would pass for the end of the step.
        Assert.EndsWith(".1.seg", Assert.Single(PurgeCertificate.Of(world.Ledger.State, outcome.Run!, 7)!.Segments).Name);
    }

    [Fact]
    public async Task A_query_is_not_asked_while_a_part_of_the_index_is_missing_and_nothing_is_purged_meanwhile()
    {
        await using var world = await KeepingWorld.OpenAsync();
        var placed = await world.Holds.PlaceAsync(KeepingWorld.Admin, new HoldWish("case", "why", HoldKind.Query, Query: "subject:alpha colour:red"), None);
        Assert.Equal("unknown-operator:colour", Assert.Single(placed.Hints)); // who places a hold must know what it holds
        for (var i = 0; i < 70; i++) await ReceiveAsync(world, ForAmy);
        await NextDayAsync(world, 62);
        await world.CrashAsync(machine: false, folder =>
        {
            var oldest = Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal).First();
            foreach (var file in Directory.EnumerateFiles(oldest)) File.Delete(file);
        });
        Assert.NotEmpty(world.Index.Gaps);
        Assert.Equal("index-incomplete", (await Assert.ThrowsAsync<ActRefusedException>(() => ExecuteAsync(world))).Code);
        Assert.Equal("index-incomplete", (await Assert.ThrowsAsync<ActRefusedException>(
            () => world.Holds.PlaceAsync(KeepingWorld.Admin, new HoldWish("case", "why", HoldKind.Query, Query: "subject:bravo"), None))).Code);
        Assert.DoesNotContain(world.Ledger.State.Range<PurgeRun>(RetentionKeys.Runs), _ => true);
    }

    [Fact]
    public async Task The_plan_counts_what_nobody_can_read_as_often_as_it_is_made()
    {
        await using var world = await KeepingWorld.OpenAsync();
        await using (var writer = world.Archive.BeginContent())
        {
            await writer.WriteAsync(new ReadOnlySequence<byte>("Subject: x\r\n\r\n"u8.ToArray()), None);
            await using var content = await writer.CompleteAsync(None);
            await world.Archive.AppendAsync(new NewMail("no envelope"u8.ToArray(), content, world.Now, ""), None);
        }

        await NextDayAsync(world, 70);
        Assert.Equal([1L, 1L], new[] { world.Planner.Plan(None).Unreadable, world.Planner.Plan(None).Unreadable });
        await ExecuteAsync(world);
        Assert.Equal(1, world.Planner.Plan(None).Unreadable);
    }

    [Fact]
    public async Task An_erasure_that_cannot_be_ended_holds_up_no_purge_and_is_said()
    {
        await using var world = await KeepingWorld.OpenAsync();
        var due = await ReceiveAsync(world, ForAmy);
        await NextDayAsync(world, 62);
        var young = await ReceiveAsync(world, ForBen);
        await NextDayAsync(world, 0);
        await world.Ledger.AppendAsync(new ErasureAsked(young.Id, "law") { Actor = KeepingWorld.Admin, At = world.Now }, None);
        var lost = world.Archive.Segments.Single(segment => segment.Kind == Recorder.Archive.Segments.SegmentKind.Mail && segment.LastSequence >= young.Sequence);
        await world.CrashAsync();
        world.Disk.Delete(world.Disk.AllFiles().Single(file => file.Path.EndsWith(lost.Name, StringComparison.Ordinal)).Path);
        var options = Microsoft.Extensions.Options.Options.Create(world.Options);
        var rounds = new RetentionRounds(
            world.Purge, world.Erasures, world.Clock, new DefaultTerm(world.Ledger, options, world.Time, Microsoft.Extensions.Logging.Abstractions.NullLogger<DefaultTerm>.Instance),
            new SegmentCensus(world.Archive, world.Time), options, world.Time, Microsoft.Extensions.Logging.Abstractions.NullLogger<RetentionRounds>.Instance);
        await rounds.RunAsync(None);
        Assert.False(world.Has(due.Id));
        Assert.Contains(young.Id, rounds.LastProblem);
        await rounds.RunAsync(None);
        Assert.Contains(young.Id, rounds.LastProblem);
    }

    [Fact]
    public async Task The_words_of_what_waited_for_a_delivery_are_out_of_the_index_files_within_the_grace_too()
    {
        await using var world = await KeepingWorld.OpenAsync();
        var mail = await ReceiveAsync(world, ForAmy);
        await world.Ledger.AppendAsync(new DispatchRequested(mail.Id, DispatchKind.Resend, Amy, Amy, "", 0) { Actor = KeepingWorld.Admin, At = world.Now }, None);
        await NextDayAsync(world, 60);
        for (var day = 0; day < 7; day++)
        {
            await NextDayAsync(world);
            await ExecuteAsync(world);
        }

        Assert.Equal(mail.Received.AddDays(67), world.Now);
        Assert.False(world.Has(mail.Id));
        Assert.Null(world.Ledger.State.Get<IndexLeftover>(RetentionKeys.IndexLeftover));
    }
}
