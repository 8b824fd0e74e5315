using Microsoft.Extensions.Time.Testing;
using Recorder.Ledger;
using Recorder.Recovery;

namespace Recorder.Tests.Recovery;

public sealed class SearchDeskTests : IDisposable
{
    private readonly FakeTimeProvider time = new();
    private readonly SearchDesk desk;
    private readonly ManualResetEventSlim released = new();

    public SearchDeskTests() => desk = new SearchDesk(new SearchDeskOptions { Threads = 2, MaxWaiting = 3, MaxWaitingOfOne = 2 }, time);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        released.Set();
        desk.Dispose();
        released.Dispose();
    }

    [Fact]
    public async Task One_reader_leaves_a_thread_for_others()
    {
        await BeginAsync("amy");
        _ = Stuck("amy", new TaskCompletionSource());

        Assert.Equal(7, await desk.RunAsync("bob", _ => 7, Cancel));
    }

    [Fact]
    public async Task What_one_reader_asked_for_later_comes_in_its_turn()
    {
        var first = await BeginAsync("amy");
        var second = desk.RunAsync("amy", _ => 2, Cancel);
        await BeginAsync("bob");
        var third = desk.RunAsync("amy", _ => 3, Cancel);
        released.Set();

        int[] answers = [await first, await second, await third];
        Assert.Equal([1, 2, 3], answers);
    }

    [Fact]
    public async Task Who_finds_no_place_to_wait_is_told_at_once()
    {
        await BeginAsync("amy");
        await BeginAsync("bob");
        _ = Enumerable.Range(0, 2).Select(_ => Stuck("amy", new TaskCompletionSource())).ToList();

        Assert.Equal(SearchDesk.BusyCode, (await Assert.ThrowsAsync<ActRefusedException>(() => desk.RunAsync("amy", _ => 0, Cancel))).Code);
        _ = Stuck("bob", new TaskCompletionSource());
        Assert.Equal(SearchDesk.BusyCode, (await Assert.ThrowsAsync<ActRefusedException>(() => desk.RunAsync("cid", _ => 0, Cancel))).Code);
    }

    [Fact]
    public async Task Who_waited_in_vain_is_told_and_waits_no_more()
    {
        await BeginAsync("amy");
        await BeginAsync("bob");
        var waiting = desk.RunAsync("cid", _ => 0, Cancel);
        time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(SearchDesk.BusyCode, (await Assert.ThrowsAsync<ActRefusedException>(() => waiting)).Code);
        // Its place is free again: all three are taken.
        _ = Enumerable.Range(0, 3).Select(number => Stuck($"d{number}", new TaskCompletionSource())).ToList();
    }

    [Fact]
    public async Task A_search_whose_client_has_gone_is_stopped()
    {
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var (begun, stopped) = (new TaskCompletionSource(), new TaskCompletionSource());
        var search = desk.RunAsync(
            "amy",
            stop =>
            {
                begun.SetResult();
                stop.WaitHandle.WaitOne();
                stopped.SetResult();
                return 0;
            },
            gone.Token);
        await begun.Task.WaitAsync(Cancel);
        await gone.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => search);
        await stopped.Task.WaitAsync(Cancel);
    }

    [Fact]
    public async Task A_search_that_never_ends_is_given_up()
    {
        var search = await BeginAsync("amy");
        while (!search.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(30));
            await Task.Yield();
        }

        Assert.Equal(SearchDesk.BusyCode, (await Assert.ThrowsAsync<ActRefusedException>(() => search)).Code);
    }

    [Fact]
    public async Task What_breaks_in_a_search_reaches_who_asked_and_nobody_else()
    {
        await Assert.ThrowsAsync<IOException>(() => desk.RunAsync<int>("amy", _ => throw new IOException(), Cancel));

        Assert.Equal(1, await desk.RunAsync("amy", _ => 1, Cancel));
    }

    private async Task<Task<int>> BeginAsync(string reader)
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var search = Stuck(reader, begun);
        await begun.Task.WaitAsync(Cancel);
        return search;
    }

    private Task<int> Stuck(string reader, TaskCompletionSource begun) => desk.RunAsync(
        reader,
        _ =>
        {
            begun.TrySetResult();
            released.Wait(CancellationToken.None);
            return 1;
        },
        Cancel);
}
