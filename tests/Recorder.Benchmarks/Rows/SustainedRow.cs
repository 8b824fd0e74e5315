using System.Collections.Concurrent;
using Recorder.Benchmarks.Compare;
using Recorder.Benchmarks.Load;
using Recorder.SystemTests.Peers;

namespace Recorder.Benchmarks.Rows;

/// <summary>
/// A day's peak, held: how long the final reply takes when messages come at their own pace, and how soon they are found.
/// Postfix gets a part of its time before ours and a part after.
/// </summary>
internal sealed class SustainedRow : IRow
{
    private const int PerSecond = 300, Connections = 32, Seed = 20261123;
    private const string Prober = "probe@example.edu", Password = "correct horse battery";

    private readonly Lazy<MailPool> pool = new(() => MailPool.EightKilobytes(Seed));

    public string Name => "sustained";

    public int Order => 50;

    public IReadOnlyList<DebianProgram> Needs => [DebianProgram.Postfix];

    public async Task<IReadOnlyList<Figure>> RunAsync(RowContext context, CancellationToken cancel)
    {
        var (ourTime, theirTime) = (context.Pick(TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(1)), context.Pick(TimeSpan.FromMinutes(2.5), TimeSpan.FromSeconds(30)));
        await using var postfix = await Sides.PostfixAcceptingAsync();
        await using var recorder = Sides.Journal(context.SubFolder("data"));
        await recorder.StartAsync();
        await recorder.AddAccountAsync(Prober, Password);
        using var api = await Api.SignInAsync(recorder, Prober, Password);

        context.Say("warming up");
        var warmUp = context.Pick(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(15));
        await TurnAsync(postfix.Port, warmUp, null, cancel);
        await TurnAsync(recorder.SmtpPort, warmUp, LagProbes.Through(api), cancel);

        var before = await TheirsAsync();
        var probes = LagProbes.Through(api);
        var ours = await TurnAsync(recorder.SmtpPort, ourTime, probes, cancel);
        var lags = probes.Seconds.Order().ToList();
        context.Say($"ours: {ours.Text}; index lag p50 {Number.Text(Number.Percentile(lags, 50))} s, p99 {Number.Text(Number.Percentile(lags, 99))} s of {lags.Count} probes{NotBegun(probes)}");
        var after = await TheirsAsync();

        var work = $"sustained {PerSecond}/s for {Number.Text(ourTime.TotalMinutes)} min, index on";
        return
        [
            new Figure($"{work}: p99 of the final reply", "Postfix accepting to its queue", "ms", [before.P99, after.P99], [ours.P99], Target.RatioAtMost(1, 0.5),
                $"{Connections} kept connections, each renewed after 100 messages; timed from when a message was meant to leave. Postfix: {before.Text}; {after.Text}. Ours: {ours.Text}"),
            new Figure("the same: p99 index lag", "-", "s", [], [Number.Percentile(lags, 99)], Target.Plain(2, 1),
                $"{lags.Count} messages, one a second, each searched for through the API every 20 ms from its reply on, after 2 s less often{NotBegun(probes)}; median {Number.Text(Number.Percentile(lags, 50))} s, longest {Number.Text(lags[^1])} s"),
        ];

        async Task<Turn> TheirsAsync()
        {
            var turn = await TurnAsync(postfix.Port, theirTime, null, cancel);
            context.Say($"Postfix: {turn.Text}");
            return turn;
        }
    }

    private static string NotBegun(LagProbes probes) => probes.NotBegun > 0 ? $"; {probes.NotBegun} NOT SEARCHED FOR, since eight were still open" : "";

    private async Task<Turn> TurnAsync(int port, TimeSpan time, LagProbes? probes, CancellationToken cancel)
    {
        var answers = new ConcurrentQueue<Answer>();
        var loop = new OpenLoop(port, PerSecond, Connections, Make, answer =>
        {
            answers.Enqueue(answer with { Mail = answer.Mail with { Wire = [] } });
            if (answer is { Fate: Fate.Acknowledged, Mail.Probe: { } word })
            {
                probes?.Watch(word, cancel);
            }
        });
        await loop.RunAsync(time, cancel);
        await (probes?.AllFoundAsync() ?? Task.CompletedTask);
        return new Turn([.. answers.Where(answer => answer.Fate == Fate.Acknowledged).Select(answer => answer.Milliseconds).Order()], answers.Count(answer => answer.Fate != Fate.Acknowledged));
    }

    // Every second one message goes to somebody who searches for it.
    private LoadMail Make(long number) => number % PerSecond == 0
        ? pool.Value.Make(number, "a@example.org", [Prober], $"probe{Guid.NewGuid():N}")
        : pool.Value.Make(number, "a@example.org", [$"user{number % 500}@example.edu"]);

    private sealed record Turn(IReadOnlyList<double> Milliseconds, int Failed)
    {
        public double P99 => Number.Percentile(Milliseconds, 99);

        public string Text => $"p50 {Number.Text(Number.Percentile(Milliseconds, 50))} ms, p99 {Number.Text(P99)} ms, longest {Number.Text(Number.Percentile(Milliseconds, 100))} ms of {Milliseconds.Count}"
            + (Failed > 0 ? $", {Failed} NOT TAKEN" : "");
    }
}
