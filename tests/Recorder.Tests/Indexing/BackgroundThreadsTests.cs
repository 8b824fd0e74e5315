using System.Globalization;
using Microsoft.Extensions.Time.Testing;
using Recorder.Indexing;

namespace Recorder.Tests.Indexing;

public sealed class BackgroundThreadsTests
{
    [Fact]
    public async Task Indexing_gives_way_to_the_sessions_and_so_does_what_it_awaits()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "niceness is read from /proc");
        var ours = Niceness($"self/task/{Environment.ProcessId}"); // the first thread's: tests beside this one may have lowered a thread of the pool

        var theirs = await BackgroundThreads.Shared.RunAsync(async () =>
        {
            await Task.Yield();
            return Niceness("thread-self");
        });

        Assert.True(theirs > ours, $"index threads have niceness {theirs}, the process {ours}");
    }

    [Fact]
    public async Task Readers_that_never_come_back_stop_nothing_that_follows()
    {
        var time = new FakeTimeProvider();
        var budget = new ReadBudget(TimeSpan.FromSeconds(30), time);
        using var released = new ManualResetEventSlim();
        var stuck = Enumerable.Range(0, 2 * Environment.ProcessorCount).Select(_ => budget.RunAsync(
            _ =>
            {
                released.Wait(CancellationToken.None);
                return Task.FromResult(0);
            },
            CancellationToken.None)).ToList();

        while (stuck.Exists(one => !one.IsCompleted))
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }

        Assert.All(stuck, one => Assert.IsType<TimeoutException>(one.Exception?.InnerException));
        Assert.Equal(7, await budget.RunAsync(_ => Task.FromResult(7), CancellationToken.None));
        released.Set();
    }

    // Field 19 of proc(5) stat; the name in brackets may hold anything.
    private static int Niceness(string thread) =>
        int.Parse(File.ReadAllText($"/proc/{thread}/stat").Split(") ")[^1].Split(' ')[16], CultureInfo.InvariantCulture);
}
