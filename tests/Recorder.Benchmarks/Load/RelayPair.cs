using System.Diagnostics;
using Recorder.Benchmarks.Compare;
using Recorder.SystemTests.Peers;

namespace Recorder.Benchmarks.Load;

/// <summary>Postfix and Recorder as relays, each in front of a sink of its own.</summary>
internal sealed class RelayPair : IAsyncDisposable
{
    private readonly CpuMeter theirCpu, ourCpu;
    private readonly SmtpSink theirSink, ourSink;
    private readonly Postfix postfix;
    private readonly RecorderProcess recorder;
    private readonly Meters meters;
    private int theirMaster;

    private RelayPair(CpuMeter theirCpu, CpuMeter ourCpu, SmtpSink theirSink, SmtpSink ourSink, Postfix postfix, RecorderProcess recorder)
    {
        (this.theirCpu, this.ourCpu, this.theirSink, this.ourSink, this.postfix, this.recorder) = (theirCpu, ourCpu, theirSink, ourSink, postfix, recorder);
        meters = new Meters(recorder);
    }

    public string CpuCountedBy => ourCpu.How;

    /// <param name="theirs">Further main.cf lines.</param>
    /// <param name="ours">Further settings.</param>
    public static async Task<RelayPair> StartAsync(RowContext context, string theirs = "", params string[] ours)
    {
        var (theirCpu, ourCpu) = (new CpuMeter("theirs"), new CpuMeter("ours"));
        var (theirSink, ourSink) = (await SmtpSink.StartAsync(), await SmtpSink.StartAsync());
        var postfix = await Sides.PostfixRelayingAsync(theirSink.Port, theirCpu.Under, theirs);
        var recorder = Sides.Relay(context.SubFolder("data"), ourSink.Port, ourCpu.Under, ours);
        var pair = new RelayPair(theirCpu, ourCpu, theirSink, ourSink, postfix, recorder);
        try
        {
            pair.theirMaster = await postfix.MasterIdAsync();
            await recorder.StartAsync();
            return pair;
        }
        catch
        {
            await pair.DisposeAsync();
            throw;
        }
    }

    /// <summary>Sends through Postfix; the clock stops when its sink has them all, the CPU meter when its queue is empty.</summary>
    public Task<RelayTurn> TheirsAsync(int messages, CancellationToken cancel) => TurnAsync(
        messages, postfix.Port, theirSink, () => theirCpu.Seconds(theirMaster),
        () => Machine.UntilAsync("Postfix's queue to be empty", () => Task.FromResult(postfix.QueueLength() == 0)), cancel);

    /// <summary>Sends through Recorder; the clock stops when its sink has them all, the CPU meter when all are findable.</summary>
    public Task<RelayTurn> OursAsync(int messages, CancellationToken cancel) => TurnAsync(
        messages, recorder.SmtpPort, ourSink, () => ourCpu.Seconds(recorder.Id), () => meters.UntilIndexedAsync(cancel), cancel);

    public async ValueTask DisposeAsync()
    {
        meters.Dispose();
        await recorder.DisposeAsync();
        await postfix.DisposeAsync();
        await ourSink.DisposeAsync();
        await theirSink.DisposeAsync();
        ourCpu.Dispose();
        theirCpu.Dispose();
    }

    private static async Task<RelayTurn> TurnAsync(int messages, int port, SmtpSink sink, Func<double> cpu, Func<Task> rest, CancellationToken cancel)
    {
        var (cpuBefore, before) = (cpu(), sink.Messages);
        var clock = Stopwatch.StartNew();
        await SmtpSource.SendAsync(port, messages, keepConnections: false, cancel);
        await sink.UntilAsync(before + messages, cancel);
        var seconds = clock.Elapsed.TotalSeconds;
        await rest();
        Assert.True(sink.Messages == before + messages, $"{messages} messages were sent, the sink has {sink.Messages - before}");
        return new RelayTurn(messages / seconds, (cpu() - cpuBefore) / messages * 1e6);
    }
}

internal sealed record RelayTurn(double MessagesPerSecond, double CpuMicrosecondsPerMessage);
