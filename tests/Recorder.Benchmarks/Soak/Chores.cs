using System.Diagnostics;
using Recorder.Benchmarks.Compare;
using Recorder.SystemTests.Peers;

namespace Recorder.Benchmarks.Soak;

/// <summary>What an installation goes through: restarts, crashes, lost indexes, lost state.</summary>
internal sealed class Chores(RecorderProcess recorder, Action<string> say)
{
    private volatile bool isDown;

    /// <summary>Whether the process is meant to be away.</summary>
    public bool IsDown => isDown;

    /// <summary>All of them, spread evenly over the time.</summary>
    public async Task RunAsync(TimeSpan time, CancellationToken cancel)
    {
        (string What, Func<Task> Away)[] all =
        [
            ("SIGTERM", recorder.StopAsync), ("kill -9", recorder.KillAsync), ("recorder rebuild", RebuildAsync),
            ("the index is deleted", () => LoseAsync("index")), ("kill -9", recorder.KillAsync), ("the state is deleted", () => LoseAsync("state")),
        ];
        foreach (var (what, away) in all)
        {
            await Task.Delay(time / (all.Length + 1), cancel);
            await AwayAsync(what, away);
        }
    }

    public async Task AwayAsync(string what, Func<Task> away)
    {
        isDown = true;
        var clock = Stopwatch.StartNew();
        await away();
        var gone = clock.Elapsed.TotalSeconds;
        await recorder.StartAsync();
        isDown = false;
        say($"{what}: {Number.Text(gone)} s, and ready {Number.Text(clock.Elapsed.TotalSeconds - gone)} s after the start");
    }

    private async Task LoseAsync(string folder)
    {
        await recorder.StopAsync();
        Directory.Delete(Path.Combine(recorder.DataPath, folder), recursive: true);
    }

    private async Task RebuildAsync()
    {
        await recorder.StopAsync();
        var (code, output) = await recorder.RunAsync("", "rebuild");
        Assert.True(code == 0, output);
    }
}
