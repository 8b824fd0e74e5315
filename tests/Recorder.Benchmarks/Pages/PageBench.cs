using System.Diagnostics;
using Recorder.Benchmarks.Compare;
using Recorder.Benchmarks.Finding;
using Recorder.Benchmarks.Load;
using Recorder.SystemTests.Peers;

namespace Recorder.Benchmarks.Pages;

/// <param name="Rows">users, searches, weight.</param>
/// <param name="Program">Folder of a published program; null publishes one.</param>
internal sealed record PageWish(IReadOnlyList<string> Rows, int Seconds, int Messages, int Users, string? Program);

/// <summary>
/// What people at their browsers wait for while mail comes in: the installed program as a relay, real pages with cookies, forms
/// and their tokens. Everything leaves when it is meant to, so a stall counts for all whom it delays.
/// </summary>
internal sealed class PageBench : IAsyncDisposable
{
    private const int Connections = 16, FillPerSecond = 800, WarmUpSeconds = 20, SecondsOfThought = 5, Seed = 20261130;
    private const int UsersIntake = 100, SearchesIntake = 200;
    private const string Password = "correct horse battery", Admin = "user0@example.edu";

    private readonly PageWish wish;
    private readonly SmtpSink sink;
    private readonly MailShape shape = new(Seed);
    private readonly PostBag bag;
    private readonly CpuMeter cpu = new("pages");
    private readonly RecorderProcess recorder;
    private readonly Meters meters;
    private readonly List<Visitor> visitors = [];
    private long sent;

    private PageBench(PageWish wish, string folder, SmtpSink sink)
    {
        (this.wish, this.sink) = (wish, sink);
        bag = new PostBag(shape, wish.Users);
        recorder = Sides.Relay(Path.Combine(folder, "data"), sink.Port, cpu.Under, "Recovery:MaxTakenPerDay=1000000");
        meters = new Meters(recorder);
    }

    /// <returns>0; 1 when a page failed or mail was not taken; 2 when a peer is missing.</returns>
    public static async Task<int> RunAsync(PageWish wish, CancellationToken cancel)
    {
        if (await DebianPackages.BringAsync([DebianProgram.Postfix], Say) is { } missing)
        {
            Say(missing);
            return 2;
        }

        using var scratch = new Scratch();
        Say($"machine: {MachineFacts.Look(scratch.Path).Text}");
        if (wish.Program is null) await InstalledRecorder.BringAsync(scratch.File("program"));
        else RecorderProcess.Executable = Path.Combine(wish.Program, "recorder.dll");
        await using var bench = new PageBench(wish, scratch.Path, await SmtpSink.StartAsync());
        await bench.PrepareAsync(cancel);
        var isWell = true;
        if (wish.Rows.Contains("users")) isWell &= await bench.UsersAsync(cancel);
        if (wish.Rows.Contains("searches")) isWell &= await bench.SearchesAsync(cancel);
        if (wish.Rows.Contains("weight")) foreach (var line in await PageWeights.LinesAsync(bench.recorder.Web, bench.visitors[0], cancel)) Say(line);
        Say(bench.recorder.Complaints.Length == 0 ? "the log has no warning" : $"the log's last warnings:\n{string.Join('\n', bench.recorder.Complaints.Split('\n').TakeLast(10))}");
        return isWell ? 0 : 1;
    }

    public async ValueTask DisposeAsync()
    {
        visitors.ForEach(visitor => visitor.Dispose());
        meters.Dispose();
        await recorder.DisposeAsync();
        await sink.DisposeAsync();
        cpu.Dispose();
    }

    private static void Say(string line) => Console.WriteLine(line);

    private async Task PrepareAsync(CancellationToken cancel)
    {
        await recorder.StartAsync();
        await recorder.AddAccountAsync(Admin, Password, admin: true);
        await recorder.AddAccountsAsync(Password, Enumerable.Range(1, wish.Users - 1).Select(number => PostBag.Mailbox(number)));
        var clock = Stopwatch.StartNew();
        await IntakeAsync(FillPerSecond, TimeSpan.FromSeconds(wish.Messages / (double)FillPerSecond), [], cancel);
        await meters.UntilIndexedAsync(cancel);
        Say($"{wish.Messages} messages of {wish.Users} mailboxes recorded, delivered and findable after {Number.Text(clock.Elapsed.TotalSeconds)} s; {bag.Source}");
        foreach (var number in Enumerable.Range(0, wish.Users))
        {
            visitors.Add(new Visitor(recorder.Web, PostBag.Mailbox(number)));
            await visitors[^1].SignInAsync(Password, cancel);
        }
    }

    private async Task<bool> UsersAsync(CancellationToken cancel)
    {
        var times = new PageTimes();
        return await MeasureAsync($"{wish.Users} signed-in people with {SecondsOfThought} s of thought", UsersIntake, times, 100, async duration =>
        {
            var walks = visitors.Select((visitor, number) => new Walk(visitor, shape, times, number)).ToList();
            await Pacer.RunAsync(walks.Count / (double)SecondsOfThought, duration, (number, meant) => walks[(int)(number % walks.Count)].StepAsync(number / walks.Count, meant, cancel), cancel);
        }, cancel);
    }

    private async Task<bool> SearchesAsync(CancellationToken cancel)
    {
        var times = new PageTimes();
        var searching = new Searching(visitors, shape, times);
        await searching.LookAsync(cancel);
        return await MeasureAsync($"{Searching.SearchesPerSecond} searches and {Searching.ViewsPerSecond} views a second", SearchesIntake, times, 100,
            duration => Pacer.RunAsync(Searching.PerSecond, duration, (number, meant) => searching.AskAsync(number, meant, cancel), cancel), cancel);
    }

    private async Task<bool> MeasureAsync(string what, int perSecond, PageTimes times, double reachMilliseconds, Func<TimeSpan, Task> load, CancellationToken cancel)
    {
        var warmUp = TimeSpan.FromSeconds(WarmUpSeconds);
        await Task.WhenAll(IntakeAsync(perSecond, warmUp, [], cancel), load(warmUp));
        times.Clear();
        var (time, answers, before) = (TimeSpan.FromSeconds(wish.Seconds), new List<Answer>(), cpu.Seconds(recorder.Id));
        await Task.WhenAll(IntakeAsync(perSecond, time, answers, cancel), load(time));
        var busy = (cpu.Seconds(recorder.Id) - before) / wish.Seconds;
        IReadOnlyList<double> replies = [.. answers.Where(answer => answer.Fate == Fate.Acknowledged).Select(answer => answer.Milliseconds).Order()];
        Say($"{what}, beside {perSecond} messages/s, {wish.Seconds} s:");
        foreach (var line in times.Lines(reachMilliseconds)) Say(line);
        Say($"final reply to a message: p50 {Number.Text(Number.Percentile(replies, 50))} ms, p99 {Number.Text(Number.Percentile(replies, 99))} ms of {replies.Count}, {answers.Count - replies.Count} NOT TAKEN; "
            + $"{Number.Text(busy)} cores used by the program ({cpu.How})");
        return !times.HasTroubles && answers.Count == replies.Count;
    }

    private async Task IntakeAsync(double perSecond, TimeSpan time, List<Answer> answers, CancellationToken cancel)
    {
        var first = sent;
        await new OpenLoop(recorder.SmtpPort, perSecond, Connections, number => bag.Mail(first + number), answer =>
        {
            lock (answers) answers.Add(answer with { Mail = answer.Mail with { Wire = [] } });
        }).RunAsync(time, cancel);
        sent = first + (long)(time.TotalSeconds * perSecond);
    }
}
