using Recorder.Archive;
using Recorder.Ledger;
using Recorder.Retention;
using Recorder.Tests.Simulation;

namespace Recorder.Tests.Retention;

/// <summary>Days of a site's life: mail, rules, holds, erasures, leaps of the clock, crashes at any step. After each day the product and the model agree.</summary>
internal sealed class KeepingRun(int seed, int days) : IAsyncDisposable
{
    private static readonly string[] Mailboxes = ["amy@example.edu", "ben@example.edu", "cho@law.example.edu", "dan@law.example.edu"];
    private static readonly string[] Topics = ["alpha", "bravo", "chess", "delta"];
    private static readonly string[] Decisions = ["deliver", "deliver", "deliver", "held.spam", "held.phish", "journal"];

    private readonly Random random = new(seed);
    private readonly List<string> story = [];
    private KeepingWorld world = null!;
    private KeepingModel model = null!;
    private bool isDoubted;
    private int crashes, late, refused;

    public string Summary => $"{model.Mails.Count} mails, {model.Gone.Count} gone, {model.Holds.Count} holds, {crashes} crashes, {late} came too late, {refused} erasures refused";

    public async Task GoAsync()
    {
        world = await KeepingWorld.OpenAsync(seed);
        model = new KeepingModel(world.Options.Days, world.Options.GraceDays);
        try
        {
            for (var day = 0; day < days; day++) await DayAsync(day);
            await EndAsync();
        }
        catch (Exception error)
        {
            throw new InvalidOperationException($"seed {seed}, {world.Now:u}: {error.Message}\n{string.Join("\n", story.TakeLast(40))}", error);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (world is not null) await world.DisposeAsync();
    }

    private async Task DayAsync(int day)
    {
        for (var hours = 0; hours < 24;)
        {
            var step = Math.Min(24 - hours, random.Next(1, 10));
            hours += step;
            world.Time.Advance(TimeSpan.FromHours(step));
            await world.Clock.LookAsync(CancellationToken.None);
            foreach (var _ in Enumerable.Range(0, random.Next(2))) await ReceiveAsync();
            if (Is(2)) await ActAsync();
        }

        if (Is(1)) await LeapAsync();
        await PurgeAsync();
        await CheckAsync(wholeArchive: day % 60 == 59);
    }

    private bool Is(int percent) => random.Next(100) < percent;

    private T Of<T>(IReadOnlyList<T> choices) => choices[random.Next(choices.Count)];

    private void Tell(string what) => story.Add($"{world.Now:yyyy-MM-dd HH:mm} {what}");

    private async Task ReceiveAsync()
    {
        var copies = Mailboxes.OrderBy(_ => random.Next()).Take(1 + random.Next(2)).ToDictionary(mailbox => mailbox, _ => Of(Decisions));
        var length = Is(10) ? 6000 : 200 + random.Next(400);
        var import = Is(10) ? new ImportedFrom("/old", "eml", KeptFromReceived: Is(50)) : null;
        DateTimeOffset? received = import is null ? null : world.Now.AddDays(-random.Next(50));
        var mail = await world.ReceiveAsync(random, copies, Of(Topics), length, received, import);
        model.Mails.Add(mail.Id, mail);
    }

    private async Task ActAsync()
    {
        switch (random.Next(8))
        {
            case 0: await RuleAsync(); break;
            case 1 or 2 or 3: await HoldAsync(); break;
            case 4 or 5: await LiftAsync(); break;
            case 6: await EraseAsync(); break;
            default: await CrashAsync(); break;
        }
    }

    private async Task RuleAsync()
    {
        var id = $"rule-{random.Next(4)}";
        if (model.Rules.ContainsKey(id) && Is(60))
        {
            await world.RemoveRuleAsync(id);
            model.Rules.Remove(id);
            Tell($"rule {id} removed");
        }
        else
        {
            var rule = new RetentionRule(
                id, Is(7) ? null : 10 + random.Next(120), Is(30) ? ["law.example.edu"] : [], Is(40) ? [Of(Mailboxes)] : [], Is(40) ? [Of(RetentionCategories.All)] : []);
            await world.SetRuleAsync(rule);
            model.Rules[id] = rule;
            Tell($"rule {id}: {rule.Days} days, {string.Join(' ', rule.Domains.Concat(rule.Mailboxes).Concat(rule.Categories))}");
        }

        model.RulesChanged = world.Now;
    }

    private async Task HoldAsync()
    {
        var kind = Of(Enum.GetValues<HoldKind>());
        var named = model.Mails.Values.OrderByDescending(mail => mail.Sequence).Skip(random.Next(60)).Take(1 + random.Next(5)).Select(mail => mail.Id).ToList();
        if (kind == HoldKind.Records && named.Count == 0) return;
        var wish = new HoldWish(
            "case", kind == HoldKind.Records ? string.Join(' ', named) : "because", kind, kind == HoldKind.Mailboxes || (kind == HoldKind.Query && Is(50)) ? [Of(Mailboxes)] : [],
            Of(Topics), named, Is(40) ? world.Now.AddDays(1 + random.Next(60)) : null);
        var (meant, gone) = (Meant(wish), model.Gone.ToHashSet());
        var answer = await world.Holds.PlaceAsync(KeepingWorld.Admin, wish, CancellationToken.None);
        // Which of a purge that a crash broke off came first only the product knows; it must have said so.
        foreach (var mail in meant.Where(mail => !gone.Contains(mail.Id) && !world.Has(mail.Id)))
        {
            // Only a query needs the index, which may never have had what left, or have lost it already.
            Assert.True(answer.TooLate.Contains(mail.Id) || (kind == HoldKind.Query && answer.MaybeTooLate.Contains(mail.Id)), $"{kind} hold: {mail} left and is not named");
            model.Gone.Add(mail.Id);
            late++;
        }

        foreach (var id in answer.TooLate.Concat(answer.MaybeTooLate)) Assert.True(!world.Has(id), $"{id} is there and was said to be gone");
        foreach (var id in answer.TooLate) Assert.True(meant.Exists(mail => mail.Id == id), $"{id} was not meant and is said to have come too late");
        model.Holds.Add(answer.Hold with { Reason = wish.Reason });
        Tell($"hold {answer.Hold.Id} {kind} {string.Join(' ', wish.Mailboxes!)} {answer.Hold.Query} until {wish.Until:u}, {answer.Hold.Records} records, {answer.TooLateCount} too late");
    }

    private List<KeptMail> Meant(HoldWish wish)
    {
        var hold = new Hold("", "", wish.Reason, wish.Kind, wish.Mailboxes!, wish.Kind == HoldKind.Query ? wish.Query! : "", null, "", default);
        return [.. model.Mails.Values.Where(mail => KeepingModel.Covers(hold, mail))];
    }

    private async Task LiftAsync()
    {
        if (model.Holds.FindAll(hold => hold.LiftedAt is null) is not { Count: > 0 } open) return;
        var hold = Of(open);
        Assert.True(await world.Holds.LiftAsync(KeepingWorld.Admin, hold.Id, "over", CancellationToken.None));
        model.Holds[model.Holds.FindIndex(one => one.Id == hold.Id)] = hold with { LiftedAt = world.Now };
        Tell($"hold {hold.Id} lifted");
    }

    private async Task EraseAsync()
    {
        if (model.Present.ToList() is not { Count: > 0 } present) return;
        var mail = Of(present);
        Tell($"erase {mail}");
        Assert.True(RecordId.TryParse(mail.Id, out var id));
        if (Is(30)) world.Disk.LosePowerAfter(random.Next(120));
        try
        {
            await world.Erasures.EraseAsync(KeepingWorld.Admin, id, "asked", CancellationToken.None);
            Assert.False(model.IsHeld(mail, world.Now), $"{mail} was erased from under a hold");
            model.Gone.Add(mail.Id);
        }
        catch (ActRefusedException refusal) when (refusal.Code == "held")
        {
            Assert.True(model.IsHeld(mail, world.Now), $"{mail} is not held");
            refused++;
        }
        catch (Exception error) when (error is ArchiveException or IOException)
        {
            await CrashAsync();
            // Asked for durably or not at all.
            if (world.Ledger.State.Get<Erasure>(RetentionKeys.Erasure(mail.Id)) is not null) model.Gone.Add(mail.Id);
        }

        if (world.Disk.PowerLost) await CrashAsync();
        world.Disk.LosePowerAfter(int.MaxValue);
    }

    private async Task CrashAsync()
    {
        crashes++;
        Tell("crash");
        await world.CrashAsync(machine: Is(70));
        await world.Erasures.ResumeAsync(CancellationToken.None);
    }

    /// <summary>The clock leaps ahead, or back to where it should be; sometimes a person says that it is right.</summary>
    private async Task LeapAsync()
    {
        var hours = 26 + random.Next(24 * 20);
        Tell($"the clock leaps {hours} h");
        world.Time.Advance(TimeSpan.FromHours(hours));
        var refusal = await Assert.ThrowsAsync<ActRefusedException>(() => world.Purge.ExecuteAsync(KeepingWorld.Admin, null, CancellationToken.None));
        Assert.Equal("clock-doubted", refusal.Code);
        if (Is(50)) await CrashAsync();
        isDoubted = true;
        await CheckAsync(wholeArchive: false);
        await world.Clock.ConfirmAsync(KeepingWorld.Admin, CancellationToken.None);
        isDoubted = false;
    }

    private async Task PurgeAsync()
    {
        var now = world.Now;
        if (model.IsSettling(now))
        {
            var refusal = await Assert.ThrowsAsync<ActRefusedException>(() => world.Purge.ExecuteAsync(KeepingWorld.Admin, null, CancellationToken.None));
            Assert.Equal("rules-settling", refusal.Code);
            return;
        }

        var isWhole = !Is(10);
        if (!isWhole) await BreakOffAsync();
        // A run that a crash left open is gone on with, and counts what it had done before.
        isWhole &= world.Ledger.State.Get<PurgeRun>(RetentionKeys.OpenRun) is null;
        // What came today is in no segment yet; an import may bring what is due at once.
        var unsealed = model.Leaving(now).Where(mail => RecordId.TryParse(mail.Id, out var id) && world.Archive.SegmentOf(id) is null).Select(mail => mail.Id).ToHashSet();
        var plan = world.Planner.Plan(CancellationToken.None);
        var atOnce = Is(5) ? random.Next(3) : -1;
        var outcome = await world.Purge.ExecuteAsync(KeepingWorld.Admin, progress => HoldMeanwhile(progress, ref atOnce), CancellationToken.None);
        Assert.Empty(outcome.Problems);
        // A query finds more when it is asked again, never less; what was in no segment may be sealed between plan and act.
        if (isWhole) Assert.True(plan.Records + unsealed.Count >= outcome.Records, $"{plan.Records} planned, {unsealed.Count} unsealed, {outcome.Records} done");
        foreach (var mail in model.Leaving(now).Where(mail => !unsealed.Contains(mail.Id) || !world.Has(mail.Id))) model.Gone.Add(mail.Id);
        if (outcome.Run is null) return;
        Assert.True(outcome.FreedBytes > 0 || outcome.Segments == 0, $"{outcome} freed nothing");
        Tell($"purged {outcome.Records} records of {outcome.Segments} segments");
    }

    /// <summary>A purge meets a crash at some step; the rest of the day goes on from there.</summary>
    private async Task BreakOffAsync()
    {
        world.Disk.LosePowerAfter(random.Next(1, 250));
        try
        {
            await world.Purge.ExecuteAsync(KeepingWorld.Admin, null, CancellationToken.None);
        }
        catch (Exception error) when (error is ArchiveException or IOException or ObjectDisposedException)
        {
        }

        Tell("a purge broke off");
        await CrashAsync();
        foreach (var mail in model.Present.ToList())
            Assert.True(world.Has(mail.Id) || (model.IsDue(mail, world.Now) && !model.IsHeld(mail, world.Now)), $"{mail} left early");
        // Over when the crash came: what is gone left before any hold that comes now.
        if (world.Ledger.State.Get<PurgeRun>(RetentionKeys.OpenRun) is null) model.Gone.UnionWith(model.Present.Where(mail => !world.Has(mail.Id)).Select(mail => mail.Id).ToList());
        if (Is(30)) await HoldAsync();
    }

    private void HoldMeanwhile(PurgeProgress progress, ref int atOnce)
    {
        if (progress.Stage != "archive" || atOnce-- != 0) return;
        HoldAsync().GetAwaiter().GetResult();
    }

    private async Task CheckAsync(bool wholeArchive)
    {
        var now = world.Now;
        await world.CatchUpAsync(CancellationToken.None);
        foreach (var mail in model.Mails.Values) Assert.True(world.Has(mail.Id) == !model.Gone.Contains(mail.Id), model.Gone.Contains(mail.Id) ? $"{mail} is still there" : $"{mail} is gone");
        foreach (var mailbox in Mailboxes)
        {
            var expected = model.Present.Where(mail => model.IsInSight(mail, mailbox, now)).Select(mail => mail.Id).ToHashSet();
            var found = await world.FoundAsync(mailbox);
            Assert.True(expected.SetEquals(found), $"{mailbox} misses [{string.Join(' ', expected.Except(found))}] and sees [{string.Join(' ', found.Except(expected))}]");
        }

        Assert.Equal(model.Present.Count(), world.Index.DocumentCount);
        model.CheckGrace(now, isDoubted || model.IsSettling(now));
        if (!wholeArchive) return;
        Assert.Equal("", await world.VerifyAsync());
        foreach (var mail in model.Mails.Values.Where(mail => model.Gone.Contains(mail.Id)).OrderBy(_ => random.Next()).Take(5))
            Assert.False(world.IsOnDisk(mail.Secret), $"bytes of {mail} are still on the disk");
    }

    /// <summary>Everything is lifted and all terms end: no mail is left, and every position is still accounted for.</summary>
    private async Task EndAsync()
    {
        foreach (var hold in model.Holds.Where(hold => hold.LiftedAt is null)) await world.Holds.LiftAsync(KeepingWorld.Admin, hold.Id, "over", CancellationToken.None);
        foreach (var rule in model.Rules.Keys) await world.RemoveRuleAsync(rule);
        await world.Archive.SealAsync(CancellationToken.None);
        var withMail = world.Disk.UsedBytes;
        world.Time.Advance(TimeSpan.FromDays(world.Options.Days + 60));
        await world.Clock.ConfirmAsync(KeepingWorld.Admin, CancellationToken.None);
        await world.Purge.ExecuteAsync(KeepingWorld.Admin, null, CancellationToken.None);
        Assert.All(model.Mails.Keys, id => Assert.False(world.Has(id), id));
        Assert.DoesNotContain(world.Archive.Segments, segment => segment.Kind == Recorder.Archive.Segments.SegmentKind.Mail);
        Assert.Equal(0, world.Index.DocumentCount);
        Assert.Equal("", await world.VerifyAsync());
        Assert.All(model.Mails.Values.Take(50), mail => Assert.False(world.IsOnDisk(mail.Secret)));
        Assert.True(world.Disk.UsedBytes < withMail, $"{world.Disk.UsedBytes} of {withMail} bytes are left");
    }
}
