using Recorder.Benchmarks.Compare;
using Recorder.Benchmarks.Load;

namespace Recorder.Benchmarks.Rows;

/// <summary>Many messages over each connection, against a peer that only counts them.</summary>
internal sealed class KeptConnectionsRow : IRow
{
    public string Name => "kept";

    public int Order => 20;

    public IReadOnlyList<DebianProgram> Needs => [DebianProgram.Postfix];

    public async Task<IReadOnlyList<Figure>> RunAsync(RowContext context, CancellationToken cancel)
    {
        var messages = context.Pick(20_000, 6_000);
        await using var sink = await SmtpSink.StartAsync();
        await using var recorder = Sides.Journal(context.SubFolder("data"));
        await recorder.StartAsync();
        context.Say("warming up");
        await SmtpSource.SendAsync(sink.Port, messages, keepConnections: true, cancel);
        await SmtpSource.SendAsync(recorder.SmtpPort, messages, keepConnections: true, cancel);
        var (theirs, ours) = await context.TakeTurnsAsync(
            "/s", _ => SmtpSource.SendAsync(sink.Port, messages, keepConnections: true, cancel),
            _ => SmtpSource.SendAsync(recorder.SmtpPort, messages, keepConnections: true, cancel), cancel);
        return [new Figure("the same on kept connections", "smtp-sink, which stores nothing", "/s", theirs, ours, Target.RatioAtLeast(null, 0.8))];
    }
}
