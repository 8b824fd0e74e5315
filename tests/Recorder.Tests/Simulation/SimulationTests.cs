namespace Recorder.Tests.Simulation;

/// <summary>The seeded simulation (docs/testing.md): a sample here; the long run is the same with variables set.</summary>
public sealed class SimulationTests
{
    private const int SampleSteps = 100, CampaignRunSteps = 400;

    [Theory]
    [InlineData(1001)]
    [InlineData(1003)]
    [InlineData(1005)]
    public async Task Whatever_goes_wrong_no_promise_is_broken(int seed)
    {
        await using var run = new Run(seed, SampleSteps);
        await run.GoAsync();
    }

    [Fact]
    public async Task Nor_where_everything_is_encrypted()
    {
        await using var run = new Run(1003, SampleSteps, isEncrypted: true);
        await run.GoAsync();
    }

    [Fact]
    public async Task Nor_with_seeds_that_were_never_tried_before()
    {
        var (seed, steps) = (Variable("SEED") ?? Environment.TickCount & 0xFFFFFF, Variable("STEPS") ?? SampleSteps);
        var runSteps = Variable("RUN") ?? (Variable("SEED") is null ? Math.Min(steps, CampaignRunSteps) : steps);
        Say($"seed {seed}, {steps} steps in runs of {runSteps}");
        for (var done = 0L; done < steps; done += runSteps, seed++)
        {
            await using var run = new Run(seed, runSteps);
            await run.GoAsync();
            if (steps > CampaignRunSteps) Say($"{done + runSteps} steps, seed {seed}: {run.World.Summary}");
        }
    }

    private static int? Variable(string name) => int.TryParse(Environment.GetEnvironmentVariable($"RECORDER_SIMULATE_{name}"), out var value) ? value : null;

    private static void Say(string text)
    {
        TestContext.Current.TestOutputHelper?.WriteLine(text);
        if (Variable("STEPS") is not null) Console.Error.WriteLine(text);
    }
}
