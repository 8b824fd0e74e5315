using Recorder.Archive;
using Recorder.Archive.Disk;
using Recorder.Archive.Proofs;
using Recorder.Evidence;
using Recorder.Ledger;
using Recorder.Tests.Fakes;

namespace Recorder.Tests.Evidence;

public sealed class HeadsTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_day_that_is_over_gets_one_head_and_the_ledger_has_it_too()
    {
        await using var world = await EvidenceWorld.OpenAsync();
        await world.Heads.RoundAsync(Cancel);
        Assert.Empty(world.Archive.Heads);
        for (var day = 0; day < 3; day++)
        {
            await world.ReceiveAsync(Mails.Message($"day {day}"));
            await world.Heads.RoundAsync(Cancel);
            world.Time.Advance(TimeSpan.FromDays(1));
            await world.Heads.RoundAsync(Cancel);
            await world.Heads.RoundAsync(Cancel);
            Assert.Equal(day + 1, world.Archive.Heads.Count);
        }

        Assert.Equal([1L, 2L, 3L], world.Facts<HeadSigned>().Select(signed => signed.Number));
        Assert.Equal(world.Archive.Heads[^1].Sha256Hex, world.Ledger.State.Get<HeadState>(EvidenceKeys.Head)!.Sha256);
        Assert.True(world.Archive.Heads[^1].Statement.Through >= 3);
        Assert.Empty(await world.ProblemsAsync());
    }

    [Fact]
    public async Task A_head_that_a_stop_kept_from_the_ledger_is_told_at_the_next_round()
    {
        await using var world = await EvidenceWorld.OpenAsync();
        await world.ReceiveAsync(Mails.Message("one"));
        await world.Archive.SealAsync(Cancel);
        await world.Archive.SignHeadAsync(world.Key, 1, Cancel);
        Assert.Empty(world.Facts<HeadSigned>());
        await world.Heads.RoundAsync(Cancel);
        Assert.Equal(1, Assert.Single(world.Facts<HeadSigned>()).Number);
    }

    [Fact]
    public async Task The_first_start_makes_a_key_and_one_in_place_of_a_lost_key_is_announced_and_signs_at_once()
    {
        await using var world = await EvidenceWorld.OpenAsync();
        var first = Assert.Single(world.Facts<SigningKeyMade>());
        Assert.Equal((world.Key.KeyId, 1L), (first.KeyId, first.MarkedFrom));
        await world.ReceiveAsync(Mails.Message("one"));
        await world.Archive.SealAsync(Cancel);
        await world.Heads.SignAsync(Cancel);
        await world.CloseAsync();

        world.Keys.Delete(SigningKey.FileName);
        await world.OpenAsync();
        Assert.Equal(2, world.Facts<SigningKeyMade>().Count);
        Assert.Equal([first.KeyId, world.Key.KeyId], world.Archive.Heads.Select(head => head.Statement.KeyId));
        Assert.NotEqual(first.KeyId, world.Key.KeyId);
        Assert.Empty(await world.ProblemsAsync());
        await world.ReceiveAsync(Mails.Message("two"));
        Assert.Empty(await world.ProblemsAsync());
    }

    [Fact]
    public async Task A_key_that_is_put_back_knows_its_own_entries_and_says_which_another_marked()
    {
        await using var world = await EvidenceWorld.OpenAsync();
        var mine = world.Key.KeyId;
        await world.ReceiveAsync(Mails.Message("before"));
        await world.Archive.SealAsync(Cancel);
        await world.Heads.SignAsync(Cancel);
        await world.CloseAsync();
        var kept = new[] { SigningKey.FileName, SigningKey.SinceFileName }.ToDictionary(name => name, name => Read(world.Keys, name));

        world.Keys.Delete(SigningKey.FileName);
        await world.OpenAsync();
        var other = world.Key.KeyId;
        var (from, _) = (world.Archive.OpenedAfter + 1, await world.ReceiveAsync(Mails.Message("meanwhile")));
        await world.Archive.SealAsync(Cancel);
        await world.ReceiveAsync(Mails.Message("meanwhile, not sealed"));
        var through = world.Archive.DurableSequence;
        await world.CloseAsync();

        foreach (var (name, bytes) in kept) DurableFile.Write(world.Keys, name, stream => stream.Write(bytes), replace: true);
        await world.OpenAsync();
        await world.ReceiveAsync(Mails.Message("after"));
        Assert.Equal(mine, world.Key.KeyId);
        Assert.Empty(await world.ProblemsAsync());
        await world.Archive.SealAsync(Cancel);
        Assert.Empty(await world.ProblemsAsync());
        Assert.Equal([new OtherMarks(other, from, through)], world.Trust.Now().Others);
        Assert.Equal(1, world.Trust.Now().MarkedFrom);
    }

    [Fact]
    public async Task Evidence_of_fresh_mail_seals_the_log_a_few_times_an_hour_and_no_more()
    {
        await using var world = await EvidenceWorld.OpenAsync();
        for (var count = 0; count < Recorder.Evidence.Heads.MaxHeadsAnHour; count++)
        {
            world.Time.Advance(TimeSpan.FromMinutes(1));
            Assert.NotNull(await world.Heads.ProveAsync(await world.ReceiveAsync(Mails.Message("fresh")), Cancel));
        }

        var (known, fresh) = (await world.ReceiveAsync(Mails.Message("one more")), await world.ReceiveAsync(Mails.Message("and one")));
        var segments = world.Archive.Segments.Count;
        Assert.Equal("too-fresh", (await Assert.ThrowsAsync<ActRefusedException>(() => world.Heads.ProveAsync(fresh, Cancel))).Code);
        Assert.Equal(segments, world.Archive.Segments.Count);
        world.Time.Advance(TimeSpan.FromHours(1));
        Assert.NotNull(await world.Heads.ProveAsync(fresh, Cancel));
        Assert.NotNull(await world.Heads.ProveAsync(known, Cancel));
        Assert.Equal(Recorder.Evidence.Heads.MaxHeadsAnHour + 1, world.Archive.Heads.Count);
    }

    private static byte[] Read(IDisk disk, string name)
    {
        using var file = disk.Open(name, DiskMode.Read);
        var bytes = new byte[file.Length];
        file.Read(0, bytes);
        return bytes;
    }

    [Fact]
    public async Task Nobody_can_say_of_a_stretch_of_ours_that_another_key_marked_it()
    {
        await using var world = await EvidenceWorld.OpenAsync();
        for (var count = 0; count < 1_100; count++) await world.ReceiveAsync(Mails.Message("ours"));
        var lie = new OtherMarks("ffff", 5, world.Archive.DurableSequence);
        var trust = world.Trust.Now() with { Others = [lie] };
        var findings = await world.Archive.VerifyAsync(new Recorder.Archive.Log.VerifyWish { Trust = trust }, Cancel).ToListAsync(Cancel);
        Assert.Contains(findings, finding => finding.Position?.Sequence == 5 && finding.Problem.Contains("that is not so", StringComparison.Ordinal));
        await world.Archive.SealAsync(Cancel);
        Assert.NotEmpty(await world.Archive.VerifyAsync(new Recorder.Archive.Log.VerifyWish { Trust = trust }, Cancel).ToListAsync(Cancel));
    }

    [Fact]
    public async Task A_head_gets_the_time_of_the_authority_and_asks_again_until_it_does()
    {
        await using var authority = await LocalAuthority.StartAsync();
        await using var world = await EvidenceWorld.OpenAsync(new EvidenceOptions { TimeStampUrl = authority.Url });
        await world.ReceiveAsync(Mails.Message("one"));
        await world.Archive.SealAsync(Cancel);
        authority.Lies = true;
        await world.Heads.RoundAsync(Cancel);
        Assert.Single(world.Archive.Heads);
        Assert.NotNull(world.Heads.LastProblem);
        Assert.Null(world.Archive.HeadFolder.Stamp(1));

        authority.Lies = false;
        await world.Heads.RoundAsync(Cancel);
        Assert.Null(world.Heads.LastProblem);
        Assert.NotNull(world.Archive.HeadFolder.Stamp(1));
        var stamped = Assert.Single(world.Facts<HeadStamped>());
        Assert.Equal((1L, authority.Now), (stamped.Number, stamped.StampedAt));
        await world.Heads.RoundAsync(Cancel);
        Assert.Single(world.Facts<HeadStamped>());
    }

    [Fact]
    public async Task A_purge_marks_what_it_takes_away_and_leaves_the_neighbours_their_proofs()
    {
        await using var world = await EvidenceWorld.OpenAsync();
        var gone = await world.ReceiveAsync(Mails.Message("gone"));
        var stays = await world.ReceiveAsync(Mails.Message("stays"));
        await world.Archive.SealAsync(Cancel);
        await world.Heads.SignAsync(Cancel);
        var before = world.Archive.Prove(stays)!;
        world.Archive.Rewrite(world.Archive.SegmentOf(gone)!, entry => entry.Id == gone, Cancel);
        var after = world.Archive.Prove(stays)!;
        Assert.Equal(before.Path.Select(Convert.ToHexString), after.Path.Select(Convert.ToHexString));
        Assert.Null(world.Archive.Prove(gone));
        Assert.Empty(await world.ProblemsAsync());
        Assert.True(world.Read(await world.BundleAsync(stays)).Holds);
    }

    [Fact]
    public async Task What_a_key_made_before_there_was_one_is_not_held_against_it()
    {
        await using var world = await EvidenceWorld.OpenAsync();
        var old = await world.ReceiveAsync(Mails.Message("old"));
        await world.Archive.SealAsync(Cancel);
        world.Archive.Rewrite(world.Archive.SegmentOf(old)!, entry => entry.Id == old, Cancel);
        await world.Ledger.AppendAsync(new ErasureAsked(old.ToString(), "asked") { Actor = EvidenceWorld.Admin, At = world.Time.GetUtcNow() }, Cancel);
        await world.CloseAsync();
        // Another key knows neither the marks of entries nor those of what was purged.
        world.Keys.Delete(SigningKey.FileName);
        await world.OpenAsync();
        Assert.Empty(await world.ProblemsAsync());
    }
}
