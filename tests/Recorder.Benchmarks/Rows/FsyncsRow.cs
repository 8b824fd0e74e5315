using Recorder.Benchmarks.Compare;
using Recorder.Benchmarks.Load;

namespace Recorder.Benchmarks.Rows;

/// <summary>
/// How many fsyncs a message costs. The log's own are counted by Recorder while nothing watches (strace slows an fsync, and
/// slower ones are shared by more messages); those of every other file come from a second run under strace.
/// </summary>
internal sealed class FsyncsRow : IRow
{
    private const string Counter = "recorder_archive_fsyncs_total";

    public string Name => "fsyncs";

    public int Order => 70;

    public IReadOnlyList<DebianProgram> Needs => [DebianProgram.Postfix, DebianProgram.Strace];

    public async Task<IReadOnlyList<Figure>> RunAsync(RowContext context, CancellationToken cancel)
    {
        var messages = context.Pick(10_000, 4_000);
        var log = await CountAsync(context, messages, cancel);
        var traced = await TraceAsync(context, messages, cancel);
        context.Say($"under strace: log {Number.Text(traced.Log)}, other files {Number.Text(traced.Others)}, own counter {Number.Text(traced.OwnCount)} a message");
        return
        [
            new Figure("fsyncs a message at 16 connections", "one", "", [], [.. log.Select(own => own + traced.Others)], Target.Plain(0.4, 0.15),
                $"the log {Number.Text(Number.Median(log))} by its own counter, all other files {Number.Text(traced.Others)} by strace; "
                + $"in the run under strace the counter said {Number.Text(traced.OwnCount)} and strace saw {Number.Text(traced.Log)} for the log"),
        ];
    }

    private static async Task<IReadOnlyList<double>> CountAsync(RowContext context, int messages, CancellationToken cancel)
    {
        await using var recorder = Sides.Journal(context.SubFolder("counted"));
        await recorder.StartAsync();
        using var meters = new Meters(recorder);
        await SmtpSource.SendAsync(recorder.SmtpPort, messages, keepConnections: false, cancel);
        List<double> rounds = [];
        for (var round = 1; round <= context.Rounds; round++)
        {
            var before = await meters.ReadAsync(Counter, cancel);
            await SmtpSource.SendAsync(recorder.SmtpPort, messages, keepConnections: false, cancel);
            rounds.Add((await meters.ReadAsync(Counter, cancel) - before) / messages);
            context.Say($"round {round} of {context.Rounds}: {Number.Text(rounds[^1])} a message by the log's own counter");
        }

        return rounds;
    }

    private static async Task<Traced> TraceAsync(RowContext context, int messages, CancellationToken cancel)
    {
        var trace = new SyncTrace(context.Folder);
        await using var recorder = Sides.Journal(context.SubFolder("traced"), under: trace.Under);
        await recorder.StartAsync();
        using var meters = new Meters(recorder);
        await SmtpSource.SendAsync(recorder.SmtpPort, messages, keepConnections: false, cancel);
        var before = await meters.ReadAsync(Counter, cancel);
        var from = DateTimeOffset.UtcNow;
        await SmtpSource.SendAsync(recorder.SmtpPort, messages, keepConnections: false, cancel);
        await meters.UntilIndexedAsync(cancel);
        var until = DateTimeOffset.UtcNow;
        var own = await meters.ReadAsync(Counter, cancel) - before;
        await recorder.StopAsync();
        var files = await trace.FilesAsync(from, until);
        var kinds = files.GroupBy(file => Path.GetRelativePath(recorder.DataPath, file).Split('/') is var parts ? $"{string.Join('/', parts[..^1])}/*{Path.GetExtension(parts[^1])}" : "").OrderByDescending(kind => kind.Count());
        context.Say($"{(until - from).TotalSeconds:F1} s under strace: " + string.Join(", ", kinds.Select(kind => $"{kind.Key} {kind.Count()}")));
        var log = files.Count(SyncTrace.IsLog);
        return new Traced(log / (double)messages, (files.Count - log) / (double)messages, own / messages);
    }

    private sealed record Traced(double Log, double Others, double OwnCount);
}
