using Recorder.Benchmarks.Compare;
using Recorder.Benchmarks.Load;
using Recorder.SystemTests.Peers;

namespace Recorder.Benchmarks.Soak;

/// <summary>
/// The real process at a steady rate with everything going on that goes on in a year: the first two fifths of the time with
/// restarts, crashes and rebuilds, the rest without, to see whether memory, handles or lag grow. Seals, searches, views and
/// resends go on all the time.
/// </summary>
internal sealed class SoakRun : IDisposable
{
    private const int Seed = 20261124, Connections = 16, Mailboxes = 20, Users = 3;
    private const string Password = "correct horse battery";
    private const double ShareOfChores = 0.4;

    private readonly TimeSpan time;
    private readonly int perSecond;
    private readonly Scratch scratch = new();
    private readonly MailPool pool;
    private readonly Tally tally = new();
    private readonly RecorderProcess recorder;
    private readonly Prober prober;
    private readonly Meters meters;
    private readonly Chores chores;
    private readonly SoakUsers users;
    private readonly SoakWatch watch;

    private SoakRun(TimeSpan time, int perSecond, SmtpSink sink)
    {
        (this.time, this.perSecond) = (time, perSecond);
        var real = RealMail.Load();
        Say($"{time.TotalMinutes:F0} minutes at {perSecond}/s; {(real.Count > 0 ? $"every other message is one of {real.Count} real ones" : "no corpus: all mail is generated")}; seed {Seed}");
        pool = new MailPool(Seed, random => (int)Math.Min(200_000, 3_000 * Math.Exp(random.NextDouble() * 3)), attachmentShare: 0.1, real);
        // Small active files, so that many are sealed.
        recorder = Sides.Relay(scratch.File("data"), sink.Port, null, "Data:ActiveFileMaxBytes=33554432");
        (prober, meters, chores) = (new Prober(recorder, Password), new Meters(recorder), new Chores(recorder, Say));
        users = new SoakUsers(recorder, pool, Password, () => chores.IsDown);
        watch = new SoakWatch(recorder, meters, tally, prober.Probes, users, time, Say);
    }

    /// <returns>0; 1 when something was lost or grows; 2 when a peer is missing.</returns>
    public static async Task<int> RunAsync(int minutes, int perSecond, CancellationToken cancel)
    {
        if (await DebianPackages.BringAsync([DebianProgram.Postfix], Say) is { } missing)
        {
            Say(missing);
            return 2;
        }

        await using var sink = await SmtpSink.StartAsync();
        using var run = new SoakRun(TimeSpan.FromMinutes(minutes), perSecond, sink);
        await using var process = run.recorder;
        Say($"machine: {MachineFacts.Look(run.scratch.Path).Text}");
        await run.recorder.StartAsync();
        await run.recorder.AddAccountsAsync(Password, [Prober.Mailbox, .. Enumerable.Range(0, Mailboxes).Select(Mailbox)]);
        await run.LoadAsync(cancel);
        Say("the load is over; now kill -9, and everything is counted");
        await run.chores.AwayAsync("kill -9", run.recorder.KillAsync);
        var isWhole = await new SoakCheck(run.recorder, run.tally, run.meters, Password, Say).RunAsync([.. Enumerable.Range(0, Mailboxes).Select(Mailbox)], cancel);
        // Each was delivered before it was acknowledged; resends come on top.
        var isDelivered = sink.Messages >= run.tally.Acknowledged;
        Say($"next hop: {sink.Messages} messages{(isDelivered ? "" : ": TOO FEW")}; {run.tally.Acknowledged} acknowledged, {run.users.Resends} resends");
        var isFlat = run.watch.Judge();
        Say(run.recorder.Complaints.Length == 0 ? "the log has no warning" : $"the log's last warnings:\n{string.Join('\n', run.recorder.Complaints.Split('\n').TakeLast(10))}");
        return isWhole && isDelivered && isFlat ? 0 : 1;
    }

    public void Dispose()
    {
        prober.Dispose();
        meters.Dispose();
        scratch.Dispose();
    }

    private static void Say(string line) => Console.WriteLine($"{DateTime.Now:HH:mm:ss} {line}");

    private static string Mailbox(int number) => $"user{number}@example.edu";

    private async Task LoadAsync(CancellationToken cancel)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var loop = new OpenLoop(recorder.SmtpPort, perSecond, Connections, Make, answer => Answered(answer, over.Token));
        List<Task> beside = [.. Enumerable.Range(0, Users).Select(user => users.RunAsync(Mailbox(user), Seed + user, over.Token)), watch.RunAsync(over.Token)];
        List<Task> work = [loop.RunAsync(time, over.Token), ChoresAsync(over.Token)];
        try
        {
            while (work.Count > 0)
            {
                var ended = await Task.WhenAny([.. work, .. beside]);
                await ended;
                work.Remove(ended);
            }

            await prober.Probes.AllFoundAsync();
        }
        finally
        {
            await over.CancelAsync();
            await Task.WhenAll([.. work, .. beside]).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    private async Task ChoresAsync(CancellationToken cancel)
    {
        await chores.RunAsync(time * ShareOfChores, cancel);
        watch.BeginStretch();
        Say("nothing but load from here on: what is measured for growth");
    }

    private void Answered(Answer answer, CancellationToken cancel)
    {
        tally.Count(answer);
        if (answer is { Fate: Fate.Acknowledged, Mail.Probe: { } word })
        {
            prober.Probes.Watch(word, cancel);
        }
    }

    private LoadMail Make(long number)
    {
        if (number % perSecond == 0)
        {
            return pool.Make(number, "a@example.org", [Prober.Mailbox], $"probe{Guid.NewGuid():N}");
        }

        var first = (int)(number * 7919 % Mailboxes);
        string[] to = number % 10 == 1 ? [Mailbox(first), Mailbox((first + 1) % Mailboxes), Mailbox((first + 5) % Mailboxes)] : [Mailbox(first)];
        return pool.Make(number, $"a{number % 97}@example.org", to);
    }
}
