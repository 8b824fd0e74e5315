using Recorder.Benchmarks.Compare;
using Recorder.Benchmarks.Load;

namespace Recorder.Benchmarks.Rows;

/// <summary>What a relayed message costs, its index entry included.</summary>
internal sealed class CpuRow : IRow
{
    public string Name => "cpu";

    public int Order => 40;

    public IReadOnlyList<DebianProgram> Needs => [DebianProgram.Postfix];

    public async Task<IReadOnlyList<Figure>> RunAsync(RowContext context, CancellationToken cancel)
    {
        var messages = context.Pick(5_000, 2_000);
        await using var pair = await RelayPair.StartAsync(context);
        context.Say("warming up");
        await pair.TheirsAsync(messages, cancel);
        await pair.OursAsync(messages, cancel);
        var (theirs, ours) = await context.TakeTurnsAsync(
            "us", async _ => (await pair.TheirsAsync(messages, cancel)).CpuMicrosecondsPerMessage, async _ => (await pair.OursAsync(messages, cancel)).CpuMicrosecondsPerMessage, cancel);
        return
        [
            new Figure("CPU time a message, whole process tree, relay with index", "Postfix's process tree relaying", "us", theirs, ours, Target.RatioAtMost(1, 0.7),
                $"user and system time counted by {pair.CpuCountedBy}, until Postfix's queue was empty and our messages were findable"),
        ];
    }
}
