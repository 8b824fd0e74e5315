namespace Recorder.Tests.Retention;

/// <summary>Nothing leaves early, nothing stays late (docs/testing.md): a sample here; the long run is the same with variables set.</summary>
public sealed class KeepingSimulationTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Nothing_leaves_early_and_nothing_stays_late(int seed)
    {
        await using var run = new KeepingRun(seed, days: 120);
        await run.GoAsync();
    }

    [Fact]
    public async Task Nor_with_seeds_that_were_never_tried_before()
    {
        var (seed, runs) = (Variable("SEED") ?? Environment.TickCount & 0xFFFFFF, Variable("RUNS") ?? 1);
        for (var i = 0; i < runs; i++)
        {
            Say($"seed {seed + i}");
            await using var run = new KeepingRun(seed + i, Variable("DAYS") ?? 60);
            await run.GoAsync();
            Say(run.Summary);
        }
    }

    private static int? Variable(string name) => int.TryParse(Environment.GetEnvironmentVariable($"RECORDER_KEEP_{name}"), out var value) ? value : null;

    private static void Say(string text)
    {
        TestContext.Current.TestOutputHelper?.WriteLine(text);
        if (Variable("RUNS") is not null) Console.Error.WriteLine(text);
    }
}
