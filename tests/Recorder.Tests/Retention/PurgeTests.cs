using Recorder.Archive;
using Recorder.Archive.Segments;
using Recorder.Ledger;
using Recorder.Retention;

namespace Recorder.Tests.Retention;

public class PurgeTests
{
    private const string Amy = "amy@example.edu", Ben = "ben@example.edu";
    private static readonly Dictionary<string, string> ForAmy = new() { [Amy] = "deliver" }, ForBen = new() { [Ben] = "deliver" };
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task A_day_leaves_as_a_file_when_its_term_is_over_and_the_certificate_says_so()
    {
        await using var world = await KeepingWorld.OpenAsync();
        var (first, second) = (await ReceiveAsync(world, ForAmy), await ReceiveAsync(world, ForBen));
        await NextDayAsync(world, 61);
        Assert.Null((await ExecuteAsync(world)).Run); // the last day is let pass, and one more for a clock that leaps
        await NextDayAsync(world);
        var plan = world.Planner.Plan(None);
        var outcome = await ExecuteAsync(world);

        Assert.Equal((1, 2L, PurgeAct.Remove), (plan.Steps.Count, plan.Records, plan.Steps[0].Act));
        Assert.Equal(first.Received.AddDays(67), plan.GraceUntil);
        Assert.False(world.Has(first.Id) || world.Has(second.Id));
        Assert.False(world.IsOnDisk(first.Secret));
        var certificate = PurgeCertificate.Of(world.Ledger.State, outcome.Run!, 7)!;
        Assert.Equal((2L, first.Bytes.Length + second.Bytes.Length, 2L), (certificate.RecordsDestroyed, certificate.ContentBytesDestroyed, certificate.IndexDocumentsRemoved));
        Assert.Equal(plan.Steps[0].Segment, Assert.Single(certificate.Segments).Name);
        Assert.StartsWith("by ", certificate.IndexFiles);
        Assert.Equal("", await world.VerifyAsync());
        await NextDayAsync(world, 4);
        await ExecuteAsync(world);
        Assert.Equal("destroyed", PurgeCertificate.Of(world.Ledger.State, outcome.Run!, 7)!.IndexFiles);
    }

    [Fact]
    public async Task A_mixed_day_is_written_again_with_the_survivors()
    {
        await using var world = await KeepingWorld.OpenAsync();
        await world.SetRuleAsync(new RetentionRule("ben", 100, [], [Ben], []));
        var (short1, longer) = (await ReceiveAsync(world, ForAmy), await ReceiveAsync(world, ForBen));
        await NextDayAsync(world, 62);
        Assert.Equal([new PurgeWhy(null, 60, 1)], world.Planner.Plan(None).Why);
        var outcome = await ExecuteAsync(world);
        Assert.Equal((1L, 1L), (outcome.Segments, outcome.Records));
        Assert.Equal((false, true), (world.Has(short1.Id), world.Has(longer.Id)));
        Assert.False(world.IsOnDisk(short1.Secret));
        Assert.Equal("", await world.VerifyAsync());
        await world.CrashAsync();
        Assert.True(world.Has(longer.Id));
        Assert.Null((await ExecuteAsync(world)).Run);
        await NextDayAsync(world, 40);
        Assert.Equal([new PurgeWhy("ben", 100, 1)], world.Planner.Plan(None).Why);
        await ExecuteAsync(world);
        Assert.DoesNotContain(world.Archive.Segments, segment => segment.Kind == SegmentKind.Mail);
        Assert.Equal("", await world.VerifyAsync());
    }

    /// <summary>Power goes at every operation in turn: what was meant goes, nothing else, and every position is accounted for.</summary>
    [Fact]
    public async Task A_purge_that_loses_power_at_any_operation_goes_on_to_the_same_end()
    {
        for (var operations = 0; ; operations += 1 + operations / 12)
        {
            await using var world = await KeepingWorld.OpenAsync(operations);
            await world.SetRuleAsync(new RetentionRule("ben", 100, [], [Ben], []));
            var (goes, stays, whole) = (await ReceiveAsync(world, ForAmy), await ReceiveAsync(world, ForBen, 6000), default(KeptMail)!);
            await NextDayAsync(world);
            whole = await ReceiveAsync(world, ForAmy, 6000);
            await NextDayAsync(world, 62);
            world.Disk.LosePowerAfter(operations);
            var isWhole = await CompletesAsync(world);
            await world.CrashAsync(machine: operations % 2 == 0);
            await ExecuteAsync(world);
            Assert.Equal((false, true, false), (world.Has(goes.Id), world.Has(stays.Id), world.Has(whole.Id)));
            Assert.False(world.IsOnDisk(goes.Secret) || world.IsOnDisk(whole.Secret), $"operation {operations}: bytes are left");
            Assert.Equal(1, world.Index.DocumentCount);
            Assert.Equal("", await world.VerifyAsync());
            Assert.Null(world.Ledger.State.Get<PurgeRun>(RetentionKeys.OpenRun));
            if (isWhole) break;
        }
    }

    [Fact]
    public async Task A_hold_that_comes_while_a_purge_runs_wins_for_what_is_not_unlinked_and_says_what_came_too_late()
    {
        await using var world = await KeepingWorld.OpenAsync();
        var mails = new List<KeptMail>();
        for (var day = 0; day < 3; day++)
        {
            mails.Add(await ReceiveAsync(world, ForAmy));
            await NextDayAsync(world);
        }

        await NextDayAsync(world, 61);
        HoldAnswer? answer = null;
        await world.Purge.ExecuteAsync(KeepingWorld.Admin, progress =>
        {
            if (progress is { Stage: "archive", Done: 1 }) answer = world.Holds.PlaceAsync(KeepingWorld.Admin, new HoldWish("case", "why", HoldKind.Mailboxes, [Amy]), None).GetAwaiter().GetResult();
        }, None);
        Assert.Equal([mails[0].Id], answer!.TooLate);
        Assert.Equal([false, true, true], mails.Select(mail => world.Has(mail.Id)));
        await world.Holds.LiftAsync(KeepingWorld.Admin, answer.Hold.Id, "over", None);
        await ExecuteAsync(world);
        Assert.Equal([false, false, false], mails.Select(mail => world.Has(mail.Id)));
    }

    [Fact]
    public async Task After_a_crash_in_a_purge_a_hold_names_what_left_although_the_index_never_had_it()
    {
        await using var world = await KeepingWorld.OpenAsync();
        // Imported with its own date: due at once, and purged before it is indexed.
        var import = new ImportedFrom("/old", "eml", KeptFromReceived: true);
        var mine = await world.ReceiveAsync(new Random(1), ForAmy, "alpha", received: world.Now.AddDays(-100), import: import);
        var other = await world.ReceiveAsync(new Random(2), ForBen, "alpha", received: world.Now.AddDays(-100), import: import);
        await world.Archive.SealAsync(None);
        await Assert.ThrowsAnyAsync<Exception>(() => world.Purge.ExecuteAsync(
            KeepingWorld.Admin, progress => world.Disk.LosePowerAfter(progress.Stage == "index" ? 0 : int.MaxValue), None));
        await world.CrashAsync();
        Assert.Equal((false, false), (world.Has(mine.Id), world.Has(other.Id)));

        var mailbox = await world.Holds.PlaceAsync(KeepingWorld.Admin, new HoldWish("case", "why", HoldKind.Mailboxes, [Amy]), None);
        Assert.Equal([mine.Id], mailbox.TooLate);
        Assert.Empty(mailbox.MaybeTooLate);
        var query = await world.Holds.PlaceAsync(KeepingWorld.Admin, new HoldWish("case", "why", HoldKind.Query, [Ben], "subject:alpha"), None);
        Assert.Empty(query.TooLate);
        Assert.Equal([other.Id], query.MaybeTooLate);
        var anybody = await world.Holds.PlaceAsync(KeepingWorld.Admin, new HoldWish("case", "why", HoldKind.Query, Query: "subject:bravo"), None);
        Assert.Equal((0L, 2L), (anybody.TooLateCount, anybody.MaybeTooLateCount));

        await ExecuteAsync(world);
        var after = await world.Holds.PlaceAsync(KeepingWorld.Admin, new HoldWish("case", "why", HoldKind.Mailboxes, [Amy]), None);
        Assert.Empty(after.TooLate); // the purge is over: this is mail that was gone
    }

    [Fact]
    public async Task A_query_holds_what_it_finds_when_it_is_placed_and_what_comes_later()
    {
        await using var world = await KeepingWorld.OpenAsync();
        var before = await ReceiveAsync(world, ForAmy, topic: "alpha");
        var answer = await world.Holds.PlaceAsync(KeepingWorld.Admin, new HoldWish("case", "why", HoldKind.Query, Query: "subject:alpha"), None);
        var (after, other) = (await ReceiveAsync(world, ForBen, topic: "alpha"), await ReceiveAsync(world, ForBen, topic: "bravo"));
        Assert.Equal(1, answer.Hold.Records);
        await NextDayAsync(world, 70);
        await ExecuteAsync(world);
        Assert.Equal((true, true, false), (world.Has(before.Id), world.Has(after.Id), world.Has(other.Id)));
        Assert.Empty(await world.FoundAsync(Amy)); // held, and out of its owner's sight all the same
        await world.CrashAsync();
        Assert.Equal(2, Assert.Single(world.Holds.All).Records);
    }

    [Fact]
    public async Task An_erased_record_is_gone_at_once_even_when_it_came_a_moment_ago_and_a_held_one_is_refused()
    {
        await using var world = await KeepingWorld.OpenAsync();
        var (goes, stays) = (await ReceiveAsync(world, ForAmy, 6000), await ReceiveAsync(world, ForBen));
        await world.Holds.PlaceAsync(KeepingWorld.Admin, new HoldWish("case", "why", HoldKind.Records, RecordIds: [stays.Id]), None);
        Assert.Equal("held", (await Assert.ThrowsAsync<ActRefusedException>(() => EraseAsync(world, stays))).Code);
        Assert.NotNull((await EraseAsync(world, goes))!.DoneAt);
        Assert.Equal((false, true), (world.Has(goes.Id), world.Has(stays.Id)));
        Assert.False(world.IsOnDisk(goes.Secret));
        Assert.Null(await EraseAsync(world, goes));
        Assert.Equal("", await world.VerifyAsync());
    }

    [Fact]
    public async Task A_clock_that_leaps_a_year_purges_nothing_until_a_person_says_that_it_is_right()
    {
        await using var world = await KeepingWorld.OpenAsync();
        var mail = await ReceiveAsync(world, ForAmy);
        await NextDayAsync(world);
        world.Time.Advance(TimeSpan.FromDays(365));
        Assert.Equal("clock-doubted", (await Assert.ThrowsAsync<ActRefusedException>(() => ExecuteAsync(world))).Code);
        await world.CrashAsync();
        Assert.Equal("clock-doubted", (await Assert.ThrowsAsync<ActRefusedException>(() => ExecuteAsync(world))).Code);
        Assert.True(world.Has(mail.Id));
        await world.Clock.ConfirmAsync(KeepingWorld.Admin, None);
        await ExecuteAsync(world);
        Assert.False(world.Has(mail.Id));
    }

    [Fact]
    public async Task Mail_that_came_while_the_clock_was_a_year_behind_lives_its_whole_term()
    {
        await using var world = await KeepingWorld.OpenAsync();
        await ReceiveAsync(world, ForAmy); // the ids know the time
        var mail = await ReceiveAsync(world, ForAmy, received: world.Now.AddDays(-365));
        await NextDayAsync(world, 3);
        await ExecuteAsync(world);
        Assert.True(world.Has(mail.Id));
        Assert.Contains(mail.Id, await world.FoundAsync(Amy));
        await NextDayAsync(world, 60);
        await ExecuteAsync(world);
        Assert.False(world.Has(mail.Id));
    }

    [Fact]
    public async Task A_purge_reads_the_day_it_removes_and_not_the_archive()
    {
        await using var world = await KeepingWorld.OpenAsync();
        for (var day = 0; day < 62; day++)
        {
            await ReceiveAsync(world, ForAmy);
            await NextDayAsync(world);
        }

        Assert.Equal(1, (await ExecuteAsync(world)).Segments);
        Assert.InRange(world.Planner.SegmentsRead, 1, 3);
    }

    [Fact]
    public async Task What_the_state_knew_of_a_record_leaves_with_it_and_a_rebuild_agrees()
    {
        await using var world = await KeepingWorld.OpenAsync();
        var mail = await ReceiveAsync(world, ForAmy);
        await world.Ledger.AppendAsync(new MessageReported(mail.Id, Amy, ReportKind.Spam) { Actor = KeepingWorld.Admin, At = world.Now }, None);
        await world.Ledger.AppendAsync(new MessageHidden(mail.Id, Amy, true) { Actor = KeepingWorld.Admin, At = world.Now }, None);
        await world.Ledger.AppendAsync(new DispatchRequested(mail.Id, DispatchKind.Resend, Amy, Amy, "", 0) { Actor = KeepingWorld.Admin, At = world.Now }, None);
        await NextDayAsync(world, 62);
        await ExecuteAsync(world);
        Assert.True(world.Has(mail.Id)); // somebody waits for it
        await NextDayAsync(world, 4);
        await ExecuteAsync(world);
        Assert.False(world.Has(mail.Id));
        Assert.Equal("", string.Join(" ", world.Ledger.State.Range<object>("").Select(pair => pair.Key).Where(key => key.Contains(mail.Id, StringComparison.Ordinal))));
        var before = world.Ledger.State.Range<object>("").Select(pair => pair.Key).ToList();
        await world.CrashAsync(machine: false);
        Assert.Equal(before, world.Ledger.State.Range<object>("").Select(pair => pair.Key));
    }

    internal static Task<KeptMail> ReceiveAsync(KeepingWorld world, Dictionary<string, string> copies, int length = 300, string topic = "alpha", DateTimeOffset? received = null) =>
        world.ReceiveAsync(new Random(copies.Count + length + (int)world.Archive.DurableSequence), copies, topic, length, received);

    /// <summary>The clock goes on as it does, and what the days before left is sealed.</summary>
    internal static async Task NextDayAsync(KeepingWorld world, int days = 1)
    {
        for (var day = 0; day < days; day++)
        {
            world.Time.Advance(TimeSpan.FromDays(1));
            await world.Clock.LookAsync(None);
        }

        await world.Archive.SealAsync(None);
        await world.CatchUpAsync(None);
    }

    internal static Task<PurgeOutcome> ExecuteAsync(KeepingWorld world) => world.Purge.ExecuteAsync(KeepingWorld.Admin, null, None);

    internal static Task<Erasure?> EraseAsync(KeepingWorld world, KeptMail mail) =>
        RecordId.TryParse(mail.Id, out var id) ? world.Erasures.EraseAsync(KeepingWorld.Admin, id, "asked for", None) : throw new ArgumentException(mail.Id);

    private static async Task<bool> CompletesAsync(KeepingWorld world)
    {
        try
        {
            var outcome = await ExecuteAsync(world);
            return outcome.Problems.Count == 0 && !world.Disk.PowerLost;
        }
        catch (Exception error) when (error is IOException or ArchiveException)
        {
            return false;
        }
    }
}
