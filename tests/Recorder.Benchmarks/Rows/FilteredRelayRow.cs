using Recorder.Benchmarks.Compare;
using Recorder.Benchmarks.Load;

namespace Recorder.Benchmarks.Rows;

/// <summary>The same relay with a spam filter in it: ours asks Rspamd over HTTP, Postfix has it as a milter.</summary>
internal sealed class FilteredRelayRow : IRow
{
    public string Name => "rspamd";

    public int Order => 35;

    public IReadOnlyList<DebianProgram> Needs => [DebianProgram.Postfix, .. RspamdServer.Needs];

    public async Task<IReadOnlyList<Figure>> RunAsync(RowContext context, CancellationToken cancel)
    {
        var messages = context.Pick(2_000, 500);
        await using var rspamd = await RspamdServer.StartAsync();
        await using var pair = await RelayPair.StartAsync(
            context,
            $"smtpd_milters = inet:127.0.0.1:{rspamd.MilterPort}\nmilter_default_action = tempfail\nmilter_protocol = 6",
            // Nothing may pass unscanned, and nothing be held: the sinks count both sides' messages.
            $"Screening:Rspamd:Url=http://127.0.0.1:{rspamd.HttpPort}", "Screening:Rspamd:SpamScore=1000", "Screening:WhenDown=Defer");
        context.Say("warming up");
        await ScannedAsync(pair.TheirsAsync);
        await ScannedAsync(pair.OursAsync);
        var (theirs, ours) = await context.TakeTurnsAsync("/s", _ => ScannedAsync(pair.TheirsAsync), _ => ScannedAsync(pair.OursAsync), cancel);
        return
        [
            new Figure("relay with Rspamd as the only filter, until the sink has them all", "Postfix with Rspamd as its milter", "/s", theirs, ours, Target.RatioAtLeast(null, null),
                "one Rspamd for both, two processes for HTTP and two for the milter, Debian's rules, no name server"),
        ];

        async Task<double> ScannedAsync(Func<int, CancellationToken, Task<RelayTurn>> turn)
        {
            var before = await rspamd.ScannedAsync();
            var figure = (await turn(messages, cancel)).MessagesPerSecond;
            var scanned = await rspamd.ScannedAsync() - before;
            Assert.True(scanned >= messages, $"of {messages} messages Rspamd scanned {scanned}");
            return figure;
        }
    }
}
