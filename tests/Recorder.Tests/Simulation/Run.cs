using System.Globalization;
using System.Text;
using Recorder.Archive;
using Recorder.Ledger;
using Recorder.Tests.Archive.Disk;

namespace Recorder.Tests.Simulation;

/// <summary>One world from a seed: so many steps, each one choice of what happens next, then peace and the last judgement.</summary>
internal sealed class Run(int seed, int steps, bool isEncrypted = false) : IAsyncDisposable
{
    private static readonly string[] Users = ["alice", "bob", "carol", "dave", "Alice+news", "BOB"];
    private readonly World world = new(OptionsOf(seed) with { IsEncrypted = isEncrypted });
    private readonly List<Letter> letters = [];
    private readonly List<Mailing> queue = [];
    private readonly Invariants invariants = new();
    private Chance chance = new(seed, 0);
    private int mailings;

    public static WorldOptions OptionsOf(int seed) => new(seed, RealIndex: seed % 8 == 3, StateFile: seed % 8 == 5);

    public World World => world;

    public async Task GoAsync()
    {
        try
        {
            await world.StartAsync();
            for (var step = 1; step <= steps; step++) await StepAsync(step);
            await EndAsync();
        }
        catch (Exception error)
        {
            throw new BrokenPromiseException(
                $"seed {seed}, step {world.Story.Step} of {steps}: {error.Message}\nreplay: RECORDER_SIMULATE_SEED={seed} RECORDER_SIMULATE_STEPS={steps}\nall that happened and the log: {world.Story.Write(seed)}\n{world.Story}\n{error.StackTrace}");
        }
    }

    private async Task StepAsync(int step)
    {
        world.Story.Step = step;
        chance = new Chance(seed, step);
        foreach (var (hop, number) in world.Network.Hops.Select((hop, number) => (hop, number))) hop.StepBegins(new Chance(seed, step, number));
        await ActAsync();
        await world.PassAsync(TimeSpan.FromMilliseconds(300));
        await world.ObserveAsync();
        if (world.Disk.PowerLost) await RestartAsync(() => world.CrashAsync(machine: true));
    }

    private Task ActAsync() => chance.Weighted<Func<Task>>(
        (40, SendNewAsync),
        (20, RetryAsync),
        (6, SendAgainAsync),
        (4, BurstAsync),
        (6, () => world.PassAsync(TimeSpan.FromSeconds(1 + chance.Below(60)))),
        (3, () => world.PassAsync(TimeSpan.FromMinutes(1 + chance.Below(90)))),
        (1, SetClockAsync),
        (5, ChangeWeatherAsync),
        (3, () => DoAsync("failing syncs", () => world.Break(world.Disk.Faults, failNextSyncs: 1 + chance.Below(2)))),
        (1, () => DoAsync("bad disk", () => world.Break(new DiskFaults { FailWrite = 0.05, FailSync = 0.05, FailRead = chance.Is(25) ? 0.03 : 0 }))),
        (2, () => DoAsync("full disk", () => world.Break(new DiskFaults { CapacityBytes = world.Disk.UsedBytes + chance.Below(60_000) }))),
        (6, () => DoAsync("disk heals", world.Heal)),
        (3, SealAsync),
        (3, ResendAsync),
        (2, () => DoAsync("power goes soon", () => world.LosePowerAfter(chance.Below(30)))),
        (1, () => RestartAsync(() => world.CrashAsync(machine: true))),
        (1, () => RestartAsync(() => world.CrashAsync(machine: false))),
        (1, () => RestartAsync(world.StopAsync)),
        (1, FindAsync),
        (1, RotAsync))();

    // ---- upstreams

    private Task SendNewAsync()
    {
        var letter = NewLetter();
        return TransactAsync(NewMailing(letter), DrawManner(chance));
    }

    private Task RetryAsync()
    {
        queue.RemoveAll(one => one.Owed.Count == 0);
        return queue.Count == 0 ? SendNewAsync() : TransactAsync(chance.Of(queue), DrawManner(chance));
    }

    /// <summary>The same bytes on purpose, from the same sender to the same recipients: another mail.</summary>
    private Task SendAgainAsync()
    {
        if (mailingsSent.Count == 0) return SendNewAsync();
        var before = mailingsSent[Math.Max(0, mailingsSent.Count - 1 - chance.Below(20))];
        return TransactAsync(Enqueue(new Mailing(++mailings, before.Letter, before.From, before.To, before.Door)), DrawManner(chance));
    }

    /// <summary>Several connections at once, some of them with the very same mail.</summary>
    private Task BurstAsync()
    {
        List<Task> all = [];
        var count = 2 + chance.Below(6);
        for (var i = 0; i < count; i++)
        {
            var own = new Chance(seed, world.Story.Step, 100 + i);
            var mailing = i > 0 && own.Is(30) && queue[^1].Owed.Count > 0 ? queue[^1] : NewMailing(NewLetter());
            all.Add(world.TransactAsync(mailing, DrawManner(own), own));
        }
        return world.PumpAsync(Task.WhenAll(all));
    }

    private readonly List<Mailing> mailingsSent = [];

    private Task TransactAsync(Mailing mailing, Manner manner) => world.PumpAsync(world.TransactAsync(mailing, manner, chance));

    private static Manner DrawManner(Chance chance) => chance.Weighted(
        (30, Manner.Keep), (15, Manner.Quit), (10, Manner.Close), (8, Manner.PipelinedQuit), (4, Manner.VanishInData),
        (8, Manner.VanishAfterDot), (6, Manner.ResetAfterReplies), (5, Manner.HalfClose), (1, Manner.StallInData));

    private Mailing NewMailing(Letter letter)
    {
        var door = chance.Weighted((10, Doors.Lmtp), (8, Doors.Smtp), (3, Doors.Journal));
        var isForeign = door != Doors.Journal && chance.Is(8);
        var to = Enumerable.Range(0, 1 + chance.Below(4)).Select(_ => $"{chance.Of(Users)}@{Domain(door, isForeign)}").Distinct().ToList();
        return Enqueue(new Mailing(++mailings, letter, chance.Is(10) ? "" : $"sender{chance.Below(3)}@out.test", to, door));
    }

    private string Domain(string door, bool isForeign) =>
        isForeign || (door != Doors.Journal && chance.Is(15)) ? Addresses.Elsewhere : Addresses.Ours;

    private Mailing Enqueue(Mailing mailing)
    {
        queue.Add(mailing);
        mailingsSent.Add(mailing);
        return mailing;
    }

    private Letter NewLetter()
    {
        var number = letters.Count + 1;
        var word = $"w{string.Concat(number.ToString("D6", CultureInfo.InvariantCulture).Select(digit => (char)(digit - '0' + 'a')))}";
        var filler = new string((char)('a' + chance.Below(26)), 1 + chance.Below(60)) + (chance.Is(5) ? "\r" : "") + "\r\n.dot\r\n";
        var lines = chance.Weighted((10, chance.Below(40)), (2, 200), (1, 600));
        var text = $"From: a@out.test\r\nSubject: {word}\r\nMessage-ID: <{word}@out.test>\r\n\r\n{string.Concat(Enumerable.Repeat(filler, lines))}end {number}\r\n";
        letters.Add(new Letter(number, Encoding.ASCII.GetBytes(text), word));
        return letters[^1];
    }

    /// <summary>A person wants a message once more; the ledger's door serves whoever asks.</summary>
    private async Task ResendAsync()
    {
        var ours = world.Model.Records.SelectMany(record => record.Recipients.Where(to => to.Value.Owners.Count > 0).Select(to => (record.Id, to.Value.Owners[0]))).ToList();
        if (ours.Count == 0) return;
        var (id, mailbox) = chance.Of(ours);
        world.Story.Tell($"resend {id} to {mailbox}");
        try
        {
            var wish = new DispatchRequested(id, DispatchKind.Resend, mailbox, mailbox, "", ++wishes) { Actor = new Actor("user", mailbox), At = world.Clock.GetUtcNow() };
            await world.PumpAsync(world.Life.Ledger.AppendAsync(wish, CancellationToken.None));
            world.Model.WishAnswered(id, mailbox, $"resend.{wishes}");
        }
        catch (ArchiveException) when (world.DiskWasIll)
        {
        }
    }

    private int wishes;

    // ---- the world

    private Task ChangeWeatherAsync()
    {
        var hop = chance.Of(world.Network.Hops);
        hop.Weather = Weather.Draw(chance);
        world.Story.Tell($"{hop.Name}: {hop.Weather}");
        return Task.CompletedTask;
    }

    private async Task SetClockAsync()
    {
        var by = chance.Of<TimeSpan>([TimeSpan.FromMinutes(-30), TimeSpan.FromHours(-26), TimeSpan.FromHours(5), TimeSpan.FromDays(2), TimeSpan.FromDays(8)]);
        world.Story.Tell($"the wall clock is set by {by}");
        world.Model.KeysMayExpire();
        world.Clock.SetWall(by);
        await world.PassAsync(TimeSpan.FromSeconds(1));
    }

    private Task DoAsync(string what, Action act)
    {
        world.Story.Tell(what);
        act();
        return Task.CompletedTask;
    }

    private async Task SealAsync()
    {
        world.Story.Tell("seal");
        try
        {
            await world.PumpAsync(world.Life.Archive.SealAsync(CancellationToken.None));
        }
        catch (Exception error) when (world.DiskWasIll && error is ArchiveException or IOException)
        {
            // Whatever was armed struck the sealer.
        }
    }

    private async Task RestartAsync(Func<Task> end)
    {
        await end();
        while (true)
        {
            var underFire = chance.Is(25);
            if (underFire) world.Disk.LosePowerAfter(chance.Below(60));
            try
            {
                await world.PumpAsync(world.StartAsync());
                if (!world.Disk.PowerLost && underFire) world.LosePowerAfter(int.MaxValue);
                if (!world.Disk.PowerLost) return;
            }
            catch (Exception error) when (world.Disk.PowerLost && error is ArchiveException or IOException)
            {
            }
            await world.CrashAsync(machine: true);
        }
    }

    private async Task FindAsync()
    {
        if (world.DiskIsWell) await invariants.CheckIndexAsync(world, chance);
    }

    private async Task RotAsync()
    {
        if (world.DiskIsWell) await invariants.CheckRotAsync(world, chance);
    }

    // ---- the end

    private async Task EndAsync()
    {
        world.Story.Step = steps + 1;
        world.Story.Tell("peace");
        chance = new Chance(seed, steps + 1);
        foreach (var hop in world.Network.Hops)
        {
            hop.Weather = Weather.Good;
            hop.StepBegins(new Chance(seed, -1));
        }
        world.Heal();
        await RestartAsync(() => world.CrashAsync(machine: true));
        world.Disk.LosePowerAfter(int.MaxValue);
        for (var round = 0; round < 20 && (queue.Any(one => one.Owed.Count > 0) || !world.Life.OutboxIsEmpty); round++)
        {
            foreach (var mailing in queue.Where(one => one.Owed.Count > 0).ToList()) await TransactAsync(mailing, Manner.Quit);
            await world.PassAsync(TimeSpan.FromHours(2));
            // What is due now gets its real time before the clock leaps on.
            for (var i = 0; i < 500 && !world.Life.OutboxWaits; i++) await Task.Delay(2);
            await world.ObserveAsync();
        }
        Promise.Holds(queue.All(one => one.Owed.Count == 0), "an upstream still owes mail in best weather");
        Promise.Holds(world.Life.OutboxIsEmpty, $"the outbox still owes mail in best weather, at {world.Clock.GetUtcNow():O}: {world.Life.OutboxText}");
        world.Model.CheckOwnership();
        world.Model.Check();
        await invariants.CheckEndAsync(world, chance);
        if (seed % 3 == 0) await LieAsync();
    }

    /// <summary>A disk whose syncs say yes and do nothing: what then goes with the power may be lost, but is named where it can be known.</summary>
    private async Task LieAsync()
    {
        world.Story.Tell("syncs lie");
        var before = world.Model.LastSequence;
        world.Break(new DiskFaults { LyingSync = true });
        for (var i = 0; i < 30; i++)
        {
            await TransactAsync(NewMailing(NewLetter()), Manner.Quit);
            if (chance.Is(10)) await SealAsync();
        }
        await world.ObserveLyingAsync();
        await world.CrashAsync(machine: true);
        await invariants.CheckLostAsync(world, before);
    }

    public ValueTask DisposeAsync() => world.DisposeAsync();
}
