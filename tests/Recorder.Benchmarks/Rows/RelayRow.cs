using Recorder.Benchmarks.Compare;
using Recorder.Benchmarks.Load;

namespace Recorder.Benchmarks.Rows;

/// <summary>How fast messages go through, until the next hop has them all.</summary>
internal sealed class RelayRow : IRow
{
    public string Name => "relay";

    public int Order => 30;

    public IReadOnlyList<DebianProgram> Needs => [DebianProgram.Postfix];

    public async Task<IReadOnlyList<Figure>> RunAsync(RowContext context, CancellationToken cancel)
    {
        var messages = context.Pick(5_000, 2_000);
        await using var pair = await RelayPair.StartAsync(context);
        context.Say("warming up");
        await pair.TheirsAsync(messages, cancel);
        await pair.OursAsync(messages, cancel);
        var (theirs, ours) = await context.TakeTurnsAsync(
            "/s", async _ => (await pair.TheirsAsync(messages, cancel)).MessagesPerSecond, async _ => (await pair.OursAsync(messages, cancel)).MessagesPerSecond, cancel);
        return [new Figure("relay to smtp-sink, one message a connection, until the sink has them all", "Postfix relaying to smtp-sink", "/s", theirs, ours, Target.RatioAtLeast(1, 2))];
    }
}
