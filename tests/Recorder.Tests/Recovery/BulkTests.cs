using Recorder.Accounts;
using Recorder.Archive;
using Recorder.Ledger;
using Recorder.Recovery.Bulk;
using Recorder.Tests.Fakes;

namespace Recorder.Tests.Recovery;

public sealed class BulkTests
{
    private const string Alice = "alice@example.edu", Bob = "bob@example.edu";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static IEnumerable<T> Facts<T>(Counter counter) where T : LedgerEvent => counter.Desk.Log.Entries
        .Where(entry => entry.Kind == EntryKind.Event).Select(entry => LedgerJson.Decode(entry.Payload.Span)).OfType<T>();

    private static async Task<List<RecordId>> RecordAsync(Counter counter, int count, string disposition = Dispositions.Deliver)
    {
        var ids = new List<RecordId>();
        for (var number = 0; number < count; number++)
        {
            counter.Desk.Time.Advance(TimeSpan.FromMilliseconds(10));
            ids.Add(await counter.RecordAsync($"Minutes {number}", Mails.To(Alice, disposition), Mails.To(Bob)));
        }

        await counter.IndexAsync();
        return ids;
    }

    private static async Task<BulkStatus> EndedAsync(Counter counter, Reader reader, string job)
    {
        await WaitUntil.Async(() => counter.Jobs.Find(reader, job)!.EndedAt is not null);
        return counter.Jobs.Find(reader, job)!;
    }

    [Fact]
    public async Task A_job_acts_on_everything_the_query_found_when_it_began_and_on_nothing_later()
    {
        await using var counter = await Counter.OpenAsync();
        var reader = await counter.Desk.ReaderAsync(Alice);
        var held = await RecordAsync(counter, 25, Dispositions.HeldSpam);
        var delivered = await RecordAsync(counter, 1);
        var job = await counter.Jobs.StartAsync(reader, BulkAct.Release, "Minutes", null, null, Cancel);
        Assert.Equal((BulkState.Running, 26), (job.State, job.Total));

        using var worker = counter.BulkWorker();
        await worker.StartAsync(Cancel);
        var ended = await EndedAsync(counter, reader, job.Id);
        await worker.StopAsync(Cancel);
        Assert.Equal((BulkState.Done, 25, 1), (ended.State, ended.Done, ended.Refused));
        Assert.Equal(new BulkRefusal(delivered[0].ToString(), "not-held"), Assert.Single(ended.Refusals));
        Assert.Equal(held.Select(id => id.ToString()).Order(), Facts<DispatchRequested>(counter).Select(asked => asked.RecordId).Order());
        Assert.All(Facts<DispatchRequested>(counter), asked => Assert.Equal((Alice, "user"), (asked.Actor.Name, asked.Actor.Kind)));
    }

    [Fact]
    public async Task What_was_open_at_a_stop_is_run_again_and_does_nothing_twice()
    {
        await using var counter = await Counter.OpenAsync();
        var reader = await counter.Desk.ReaderAsync(Alice);
        var ids = await RecordAsync(counter, 5);
        await counter.Recovery.ResendAsync(reader, ids[0], null, false, Cancel);
        await counter.Recovery.ResendAsync(reader, ids[4], null, false, Cancel);
        // No worker ran: this is the ledger of a process that was killed.
        var job = await counter.Jobs.StartAsync(reader, BulkAct.Resend, "Minutes", null, null, Cancel);
        Assert.Equal("job-running", (await Assert.ThrowsAsync<ActRefusedException>(
            () => counter.Jobs.StartAsync(reader, BulkAct.Hide, "Minutes", null, null, Cancel))).Code);

        using var worker = counter.BulkWorker();
        await worker.StartAsync(Cancel);
        Assert.Equal((5, 0), ((await EndedAsync(counter, reader, job.Id)).Done, counter.Jobs.Find(reader, job.Id)!.Refused));
        await worker.StopAsync(Cancel);
        Assert.Equal(5, Facts<DispatchRequested>(counter).Count());
    }

    [Fact]
    public async Task Named_records_are_marked_and_foreign_ones_are_told_apart_from_none()
    {
        await using var counter = await Counter.OpenAsync();
        var reader = await counter.Desk.ReaderAsync(Alice);
        var ids = await RecordAsync(counter, 2);
        var foreign = await counter.RecordAsync("Secret", Mails.To(Bob));
        using var worker = counter.BulkWorker();
        await worker.StartAsync(Cancel);
        var job = await counter.Jobs.StartAsync(reader, BulkAct.Hide, "", [ids[0].ToString(), foreign.ToString(), "nonsense"], null, Cancel);
        var ended = await EndedAsync(counter, reader, job.Id);
        await worker.StopAsync(Cancel);
        Assert.Equal((1, 2, "gone gone"), (ended.Done, ended.Refused, string.Join(' ', ended.Refusals.Select(one => one.Code))));
        Assert.Equal(ids[0].ToString(), Assert.Single(Facts<MessageHidden>(counter)).RecordId);
    }

    [Fact]
    public async Task No_more_than_so_many_messages_leave_in_a_minute()
    {
        await using var counter = await Counter.OpenAsync();
        var reader = await counter.Desk.ReaderAsync(Alice);
        await RecordAsync(counter, BulkWorker.MaxDispatchesPerMinute + 3);
        var job = await counter.Jobs.StartAsync(reader, BulkAct.Resend, "Minutes", null, null, Cancel);
        using var worker = counter.BulkWorker();
        await worker.StartAsync(Cancel);
        await WaitUntil.Async(() => counter.Jobs.Find(reader, job.Id)!.Done == BulkWorker.MaxDispatchesPerMinute);
        Assert.Equal(BulkWorker.MaxDispatchesPerMinute, Facts<DispatchRequested>(counter).Count());
        await WaitUntil.Async(() =>
        {
            counter.Desk.Time.Advance(TimeSpan.FromSeconds(10));
            return counter.Jobs.Find(reader, job.Id)!.EndedAt is not null;
        });
        await worker.StopAsync(Cancel);
        Assert.Equal(BulkWorker.MaxDispatchesPerMinute + 3, Facts<DispatchRequested>(counter).Count());
    }

    [Fact]
    public async Task A_job_is_paused_resumed_and_cancelled_by_its_owner_alone()
    {
        await using var counter = await Counter.OpenAsync();
        var (reader, other) = (await counter.Desk.ReaderAsync(Alice), await counter.Desk.ReaderAsync(Bob));
        await RecordAsync(counter, 3);
        var job = await counter.Jobs.StartAsync(reader, BulkAct.Hide, "Minutes", null, null, Cancel);
        Assert.Null(counter.Jobs.Find(other, job.Id));
        Assert.Null(await counter.Jobs.PauseAsync(other, job.Id, true, Cancel));
        Assert.Null(await counter.Jobs.CancelAsync(other, job.Id, Cancel));

        Assert.Equal(BulkState.Paused, (await counter.Jobs.PauseAsync(reader, job.Id, true, Cancel))!.State);
        using var worker = counter.BulkWorker();
        await worker.StartAsync(Cancel);
        Assert.Empty(Facts<MessageHidden>(counter));
        await counter.Jobs.PauseAsync(reader, job.Id, false, Cancel);
        Assert.Equal(BulkState.Done, (await EndedAsync(counter, reader, job.Id)).State);
        Assert.Equal(3, Facts<MessageHidden>(counter).Count());

        var second = await counter.Jobs.StartAsync(reader, BulkAct.Unhide, "Minutes is:hidden", null, null, Cancel);
        await counter.Jobs.CancelAsync(reader, second.Id, Cancel);
        Assert.Contains((await EndedAsync(counter, reader, second.Id)).State, new[] { BulkState.Cancelled, BulkState.Done });
        await worker.StopAsync(Cancel);
    }
}
