using Recorder.Archive;
using Recorder.Digests;
using Recorder.Ledger;
using Recorder.Smtp;
using static Recorder.Tests.Digests.DigestWorld;

namespace Recorder.Tests.Digests;

public sealed class RunTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static async Task<DigestWorld> WithAliceAsync(DigestOptions? options = null)
    {
        var world = await DigestWorld.OpenAsync(options);
        await world.Desk.AddAsync(Alice);
        await world.RunAsync(); // the first run ever only marks the beginning
        return world;
    }

    [Fact]
    public async Task A_digest_lists_what_is_held_and_new_once()
    {
        await using var world = await WithAliceAsync();
        var first = await world.HoldAsync("Offer");
        await world.HoldAsync("For Bob", Bob);
        await world.HoldAsync("Minutes", disposition: Dispositions.Deliver);
        await world.RunAtAsync(5, 8, 59);
        Assert.Empty(world.Made);
        await world.RunAtAsync(5, 9);
        await world.RunAtAsync(5, 9, 1);

        var made = Assert.Single(world.Made);
        Assert.Equal((Alice, Alice, 0), (made.Account, made.Recipient, made.More));
        Assert.Equal(first.ToString(), Assert.Single(made.Items).RecordId);
        var second = await world.HoldAsync("Another offer");
        await world.RunAtAsync(6, 9);
        Assert.Equal(second.ToString(), Assert.Single(world.Made[1].Items).RecordId);
        Assert.Equal([DispatchKind.Digest, DispatchKind.Digest], world.Owed.Select(one => one.Kind));
    }

    [Fact]
    public async Task A_first_digest_misses_nothing_that_was_recorded_around_the_time_of_the_one_before()
    {
        await using var world = await WithAliceAsync();
        await world.RunAtAsync(5, 9);
        Assert.Empty(world.Made);
        // Received a moment before nine, recorded after the run.
        world.Time.Advance(TimeSpan.FromSeconds(3));
        var late = await world.HoldAsync("Offer", received: new DateTimeOffset(2026, 1, 5, 8, 59, 58, TimeSpan.Zero));
        await world.RunAtAsync(6, 9);
        Assert.Equal(late.ToString(), Assert.Single(Assert.Single(world.Made).Items).RecordId);
        await world.RunAtAsync(7, 9);
        Assert.Single(world.Made);
    }

    [Fact]
    public async Task Without_anything_new_there_is_no_digest_and_the_run_says_so()
    {
        await using var world = await WithAliceAsync();
        await world.RunAtAsync(5, 9);
        await world.RunAtAsync(5, 9, 5);

        Assert.Empty(world.Made);
        Assert.Equal([(0, 0, 0), (0, 1, 0)], world.Facts<DigestsRan>().Select(ran => (ran.Made, ran.NothingNew, ran.Failed)));
    }

    [Fact]
    public async Task What_was_missed_while_the_service_was_down_is_made_up_once()
    {
        await using var world = await WithAliceAsync();
        await world.HoldAsync("On Monday");
        world.Time.Advance(TimeSpan.FromDays(2));
        await world.HoldAsync("On Wednesday");
        world.RestartRuns();
        await world.RunAtAsync(8, 15);
        await world.RunAtAsync(8, 15, 1);
        world.RestartRuns();
        await world.RunAtAsync(8, 15, 2);

        Assert.Equal(2, Assert.Single(world.Made).Items.Count);
    }

    [Fact]
    public async Task Several_times_a_day_each_tells_only_what_came_since()
    {
        await using var world = await WithAliceAsync();
        await world.Desk.Ledger.AppendAsync(new PreferencesSet(new Preferences(Alice, DigestTimes: [600, 720], TimeZone: "UTC")) { Actor = Recorder.Tests.Fakes.Desk.Cli, At = world.Time.GetUtcNow() }, Cancel);
        await world.HoldAsync("Before ten");
        await world.RunAtAsync(5, 9);
        Assert.Empty(world.Made);
        await world.RunAtAsync(5, 10);
        world.Time.Advance(TimeSpan.FromMinutes(30));
        await world.HoldAsync("Before twelve");
        await world.RunAtAsync(5, 12);
        await world.RunAtAsync(5, 18);

        Assert.Equal([1, 1], world.Made.Select(made => made.Items.Count));
    }

    [Fact]
    public async Task Who_chose_none_gets_none_and_a_new_schedule_makes_up_for_nothing_before_it()
    {
        await using var world = await WithAliceAsync();
        var reader = await world.Desk.ReaderAsync(Alice);
        await world.HoldAsync("Offer");
        await world.Preferences.SetAsync(reader, new PreferencesWish([], null, null, null, null, null), Cancel);
        await world.RunAtAsync(6, 12);
        Assert.Empty(world.Made);
        await world.Preferences.SetAsync(reader, new PreferencesWish([660], null, null, "UTC", null, null), Cancel); // 11:00 is over today
        await world.RunAtAsync(6, 12, 1);
        Assert.Empty(world.Made);
        await world.HoldAsync("Another offer");
        await world.RunAtAsync(7, 11);
        Assert.Single(Assert.Single(world.Made).Items);
    }

    [Fact]
    public async Task A_long_list_is_cut_and_the_rest_counted()
    {
        await using var world = await WithAliceAsync(new DigestOptions { PublicUrl = "https://a.example", TimeZone = "UTC", Times = "09:00", MaxRows = 3, Language = "en" });
        for (var i = 0; i < 5; i++) await world.HoldAsync($"Offer {i}");
        await world.RunAtAsync(5, 9);

        Assert.Equal((3, 2), (Assert.Single(world.Made).Items.Count, world.Made[0].More));
        var mail = await world.ReadAsync();
        Assert.Equal("Held mail: 5 new", mail.Subject);
        Assert.Contains("And 2 more: https://a.example/mail?q=is%3Aheld", mail.TextBody, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_held_message_is_listed_once_more_shortly_before_it_leaves()
    {
        await using var world = await WithAliceAsync();
        var id = await world.HoldAsync("Offer");
        await world.RunAtAsync(5, 9);
        Assert.False(Assert.Single(Assert.Single(world.Made).Items).Expires);
        world.Time.SetUtcNow(new DateTimeOffset(2026, 1, 5, 9, 0, 0, TimeSpan.Zero).AddDays(361));
        for (var day = 0; day < 4; day++)
        {
            await world.RunAsync();
            world.Time.Advance(TimeSpan.FromDays(1));
        }

        var item = Assert.Single(world.Made[1].Items);
        Assert.Equal((2, id.ToString(), true), (world.Made.Count, item.RecordId, item.Expires));
    }

    [Fact]
    public async Task What_was_released_meanwhile_is_left_out_and_a_digest_with_nothing_left_is_not_sent()
    {
        await using var world = await WithAliceAsync();
        var (one, other) = (await world.HoldAsync("Offer one"), await world.HoldAsync("Offer two"));
        await world.RunAtAsync(5, 9);
        var reader = await world.Desk.ReaderAsync(Alice);
        await world.Recovery.ReleaseAsync(reader, one, Cancel);
        Assert.DoesNotContain("Offer one", (await world.ReadAsync()).TextBody, StringComparison.Ordinal);
        await world.Recovery.ReleaseAsync(reader, other, Cancel);

        var nothing = await Assert.ThrowsAsync<Recorder.Delivery.Outbox.UndeliverableException>(() => world.ReadAsync());
        Assert.Equal(DigestMail.NothingLeft, nothing.Message);
    }

    [Fact]
    public async Task A_run_that_fails_shows_in_status_and_ledger_and_is_made_up()
    {
        await using var world = await WithAliceAsync();
        await world.HoldAsync("Offer");
        world.Time.SetUtcNow(new DateTimeOffset(2026, 1, 5, 9, 0, 0, TimeSpan.Zero));
        world.Desk.Log.FailNextAppend(ArchiveFault.DiskFull);
        await world.RunAsync();

        Assert.Contains("1 digests could not be made", world.Runs.Status.LastError, StringComparison.Ordinal);
        Assert.Equal(1, world.Facts<DigestsRan>()[^1].Failed);
        world.RestartRuns();
        await world.RunAtAsync(5, 9, 1);
        Assert.Single(world.Made);
        Assert.Null(world.Runs.Status.LastError);
    }

    [Fact]
    public async Task A_job_that_no_longer_runs_is_overdue()
    {
        await using var world = await WithAliceAsync();
        Assert.False(world.Runs.Status.IsOverdue);
        world.Time.Advance(TimeSpan.FromMinutes(11));
        Assert.True(world.Runs.Status.IsOverdue);
        await world.RunAsync();
        Assert.False(world.Runs.Status.IsOverdue);
    }

    [Fact]
    public async Task A_digest_that_ended_leaves_nothing_but_the_mark_of_the_last_one()
    {
        await using var world = await WithAliceAsync();
        await world.HoldAsync("Offer");
        await world.RunAtAsync(5, 9);
        var owed = Assert.Single(world.Owed);
        await world.Desk.Ledger.AppendAsync(new DispatchEnded(owed.RecordId, DispatchKind.Digest, 0, 1, new RecipientOutcome(
            Alice, Alice, DeliveryOutcome.PermanentFailure, "smtp://next:25", "550 5.1.1 no such user"), null) { Actor = Actor.System("outbox"), At = world.Time.GetUtcNow() }, Cancel);

        var state = world.Desk.Ledger.State;
        Assert.Empty(world.Owed);
        Assert.Empty(state.Range<Dispatch>(StateKeys.Dispatches));
        Assert.Null(state.Get<DigestState>(StateKeys.Digest(owed.RecordId)));
        Assert.Equal("550 5.1.1 no such user", state.Get<DigestMark>(StateKeys.DigestMark(Alice))!.Failure);
    }
}
