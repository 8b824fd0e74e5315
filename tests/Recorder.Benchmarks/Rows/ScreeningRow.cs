using System.Diagnostics;
using Recorder.Benchmarks.Compare;
using Recorder.Benchmarks.Decisions;
using Recorder.Benchmarks.Load;
using Recorder.Benchmarks.Soak;

namespace Recorder.Benchmarks.Rows;

/// <summary>What screening adds to a message where no filter is asked over the network.</summary>
internal sealed class ScreeningRow : IRow
{
    public string Name => "screening";

    public int Order => 130;

    public IReadOnlyList<DebianProgram> Needs => [];

    public async Task<IReadOnlyList<Figure>> RunAsync(RowContext context, CancellationToken cancel)
    {
        var pool = MailPool.EightKilobytes(seed: 1);
        List<(string Name, IReadOnlyList<byte[]> Mail)> kinds =
        [
            ("text of 8 KB", [.. Enumerable.Range(0, 1_000).Select(number => pool.Make(number, "a@example.org", [DecisionCosts.Owner]).Wire)]),
        ];
        if (RealMail.Load() is { Count: > 0 } real) kinds.Add(("the real mail", real));
        var figures = new List<Figure>();
        foreach (var (name, mail) in kinds)
        {
            using var cost = new ScreeningCost(mail);
            var times = context.Pick(20_000, 5_000);
            await cost.RunAsync(times, cancel);
            List<double> rounds = [];
            for (var round = 0; round < context.Rounds; round++)
            {
                var clock = Stopwatch.StartNew();
                await cost.RunAsync(times, cancel);
                rounds.Add(clock.Elapsed.TotalMicroseconds / times);
                context.Say($"{name}: {Number.Text(rounds[^1])} us");
            }

            figures.Add(new Figure(
                $"screening a message without a remote filter, {name}", "-", "us", [], rounds, Target.Plain(null, null),
                "one thread; built-in test, trusted headers, Authentication-Results, and the decision for one recipient with 100 entries and a site with 1,000"));
        }

        return figures;
    }
}
