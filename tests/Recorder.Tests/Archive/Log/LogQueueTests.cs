using Recorder.Archive;
using Recorder.Archive.Log;

namespace Recorder.Tests.Archive.Log;

public sealed class LogQueueTests
{
    private const int NeverMs = 600_000;

    [Fact]
    public async Task While_more_mail_is_arriving_what_is_there_waits_for_it()
    {
        var arrivals = new Arrivals();
        var queue = new AppendQueue(maxEntries: 100, maxBytes: 100_000, arrivals, gatherStepMs: NeverMs);
        var (second, third) = (arrivals.Begin(), arrivals.Begin());
        await queue.EnterAsync(Entry(10), default);
        var batch = new List<PendingAppend>();
        var taking = Task.Run(() => queue.Take(batch, 100_000));
        second.End();
        await queue.EnterAsync(Entry(10), default);
        Assert.False(taking.IsCompleted);
        third.End();
        await queue.EnterAsync(Entry(10), default);

        Assert.True(await taking);
        Assert.Equal(3, batch.Count);
    }

    [Fact]
    public async Task A_sender_that_stops_in_the_middle_holds_up_nobody()
    {
        var arrivals = new Arrivals();
        var queue = new AppendQueue(maxEntries: 100, maxBytes: 100_000, arrivals, gatherStepMs: 1);
        _ = arrivals.Begin();
        await queue.EnterAsync(Entry(10), default);
        var batch = new List<PendingAppend>();

        Assert.True(queue.Take(batch, 100_000));
        Assert.Single(batch);
    }

    [Fact]
    public async Task A_full_queue_makes_callers_wait_in_their_order()
    {
        var queue = new AppendQueue(maxEntries: 2, maxBytes: 1000, new Arrivals());
        var entries = Enumerable.Range(0, 5).Select(_ => Entry(10)).ToList();
        var entering = entries.Select(entry => queue.EnterAsync(entry, default)).ToList();
        Assert.Equal([true, true, false, false, false], entering.Select(task => task.IsCompleted));
        var batch = new List<PendingAppend>();
        Assert.True(queue.Take(batch, 100_000));
        Assert.Equal(entries[..2], batch);
        await Task.WhenAll(entering[2], entering[3]);
        Assert.False(entering[4].IsCompleted);
        Assert.True(queue.Take(batch, 100_000));
        await entering[4];
        Assert.True(queue.Take(batch, 100_000));
        Assert.Equal(entries, batch);
    }

    [Fact]
    public async Task Bytes_bound_the_queue_and_one_entry_alone_may_exceed_them()
    {
        var queue = new AppendQueue(maxEntries: 100, maxBytes: 1000, new Arrivals());
        await queue.EnterAsync(Entry(5000), default);
        var second = queue.EnterAsync(Entry(10), default);
        Assert.False(second.IsCompleted);
        queue.Take([], 100_000);
        await second;
    }

    [Fact]
    public async Task A_batch_takes_no_more_bytes_than_it_may()
    {
        var queue = new AppendQueue(maxEntries: 100, maxBytes: 100_000, new Arrivals());
        for (var i = 0; i < 10; i++) await queue.EnterAsync(Entry(1000), default);
        var batch = new List<PendingAppend>();
        queue.Take(batch, 5000);
        Assert.Equal(4, batch.Count);
        Assert.Equal(6, queue.Count);
    }

    [Fact]
    public async Task A_caller_that_gives_up_while_waiting_leaves_no_trace()
    {
        var queue = new AppendQueue(maxEntries: 1, maxBytes: 1000, new Arrivals());
        await queue.EnterAsync(Entry(10), default);
        using var cancel = new CancellationTokenSource();
        var leaving = queue.EnterAsync(Entry(10), cancel.Token);
        var staying = Entry(10);
        var behind = queue.EnterAsync(staying, default);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaving);
        queue.Take([], 1000);
        await behind;
        var batch = new List<PendingAppend>();
        queue.Take(batch, 1000);
        Assert.Equal([staying], batch);
    }

    [Fact]
    public async Task What_is_cancelled_in_the_queue_is_not_written_and_what_is_taken_cannot_be_cancelled()
    {
        var queue = new AppendQueue(maxEntries: 10, maxBytes: 1000, new Arrivals());
        var (first, second) = (Entry(1), Entry(2));
        await queue.EnterAsync(first, default);
        await queue.EnterAsync(second, default);
        Assert.True(first.TryCancel(default));
        var batch = new List<PendingAppend>();
        queue.Take(batch, 1000);
        Assert.Equal([second], batch);
        Assert.False(second.TryCancel(default));
        Assert.True(first.Outcome.IsCanceled);
        Assert.False(second.Outcome.IsCompleted);
    }

    [Fact]
    public async Task Closing_refuses_those_who_wait_and_still_gives_out_what_was_admitted()
    {
        var queue = new AppendQueue(maxEntries: 1, maxBytes: 1000, new Arrivals());
        var admitted = Entry(1);
        await queue.EnterAsync(admitted, default);
        var waiting = queue.EnterAsync(Entry(1), default);
        queue.Close();
        Assert.Equal(ArchiveFault.Unavailable, (await Assert.ThrowsAsync<ArchiveException>(() => waiting)).Fault);
        Assert.Equal(ArchiveFault.Unavailable, (await Assert.ThrowsAsync<ArchiveException>(() => queue.EnterAsync(Entry(1), default))).Fault);
        var batch = new List<PendingAppend>();
        Assert.True(queue.Take(batch, 1000));
        Assert.Equal([admitted], batch);
        Assert.False(queue.Take(batch, 1000));
    }

    [Fact]
    public void The_newest_entries_are_bounded_in_number_and_bytes()
    {
        var recent = new RecentEntries(maxEntries: 4, maxBytes: 100);
        Assert.Null(recent.After(0, 10));
        for (var sequence = 1; sequence <= 6; sequence++) recent.Add(LogEntryOf(sequence, 10));
        Assert.Null(recent.After(1, 10));
        Assert.Equal([3L, 4L, 5L, 6L], recent.After(2, 10)!.Select(entry => entry.Position.Sequence));
        Assert.Equal([4L, 5L], recent.After(3, 2)!.Select(entry => entry.Position.Sequence));
        Assert.Empty(recent.After(6, 10)!);
        recent.Add(LogEntryOf(7, 95));
        Assert.Equal([7L], recent.After(6, 10)!.Select(entry => entry.Position.Sequence));
        Assert.Null(recent.After(5, 10));
        recent.Add(LogEntryOf(8, 200));
        Assert.Null(recent.After(7, 10));
    }

    [Fact]
    public void The_counter_of_an_id_borrows_from_the_clock_when_it_runs_over()
    {
        var clock = new IdClock(null);
        var ids = Enumerable.Range(0, 10_000).Select(i => clock.Next(LogBench.Start, LogBench.Bytes(IdClock.RandomBytes, i))).ToList();
        Assert.Equal(ids.Distinct(), ids.Order());
        var later = new IdClock(ids[^1]);
        Assert.True(later.Next(LogBench.Start.AddYears(-20), new byte[IdClock.RandomBytes]).CompareTo(ids[^1]) > 0);
    }

    private static PendingAppend Entry(int payloadBytes) => new(EntryKind.Event, new byte[payloadBytes], null, default, []);

    private static LogEntry LogEntryOf(long sequence, int payloadBytes) => new(
        default, new Position("main", sequence), EntryKind.Event, default, default, new byte[payloadBytes], 0, default);
}
