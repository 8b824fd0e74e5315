using Recorder.Benchmarks.Compare;
using Recorder.Benchmarks.Load;

namespace Recorder.Benchmarks.Rows;

/// <summary>How fast messages are taken durably, one message a connection.</summary>
internal sealed class JournalBurstRow : IRow
{
    public string Name => "burst";

    public int Order => 10;

    public IReadOnlyList<DebianProgram> Needs => [DebianProgram.Postfix];

    public async Task<IReadOnlyList<Figure>> RunAsync(RowContext context, CancellationToken cancel)
    {
        var messages = context.Pick(10_000, 4_000);
        await using var postfix = await Sides.PostfixAcceptingAsync();
        await using var recorder = Sides.Journal(context.SubFolder("data"));
        await recorder.StartAsync();
        context.Say("warming up");
        await SmtpSource.SendAsync(postfix.Port, messages, keepConnections: false, cancel);
        await SmtpSource.SendAsync(recorder.SmtpPort, messages, keepConnections: false, cancel);
        var (theirs, ours) = await context.TakeTurnsAsync(
            "/s", _ => SmtpSource.SendAsync(postfix.Port, messages, keepConnections: false, cancel),
            _ => SmtpSource.SendAsync(recorder.SmtpPort, messages, keepConnections: false, cancel), cancel);
        return [new Figure("journal burst, 8 KB, 16 connections, one message a connection, index following", "Postfix accepting to its queue", "/s", theirs, ours, Target.RatioAtLeast(2, 4))];
    }
}
