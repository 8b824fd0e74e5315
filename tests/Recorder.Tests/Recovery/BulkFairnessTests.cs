using Recorder.Accounts;
using Recorder.Archive;
using Recorder.Ledger;
using Recorder.Recovery.Bulk;
using Recorder.Tests.Fakes;

namespace Recorder.Tests.Recovery;

/// <summary>One person's jobs keep no other person waiting, and give nobody more than a share.</summary>
public sealed class BulkFairnessTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static IEnumerable<T> Facts<T>(Counter counter) where T : LedgerEvent => counter.Desk.Log.Entries
        .Where(entry => entry.Kind == EntryKind.Event).Select(entry => LedgerJson.Decode(entry.Payload.Span)).OfType<T>();

    private static async Task<Reader> WithMailAsync(Counter counter, string address, int count, string subject = "Minutes")
    {
        var reader = await counter.Desk.ReaderAsync(address);
        for (var number = 0; number < count; number++)
        {
            counter.Desk.Time.Advance(TimeSpan.FromMilliseconds(10));
            await counter.RecordAsync($"{subject} {number}", Mails.To(address));
        }

        await counter.IndexAsync();
        return reader;
    }

    private static Task<BulkStatus> StartAsync(Counter counter, Reader reader, BulkAct act, string query = "Minutes") =>
        counter.Jobs.StartAsync(reader, act, query, null, null, Cancel);

    private static Task EndedAsync(Counter counter, Reader reader, BulkStatus job) =>
        WaitUntil.Async(() => counter.Jobs.Find(reader, job.Id)!.EndedAt is not null);

    [Fact]
    public async Task Paused_jobs_and_jobs_that_wait_for_their_pace_take_no_place_from_anybody()
    {
        await using var counter = await Counter.OpenAsync();
        using var worker = counter.BulkWorker();
        await worker.StartAsync(Cancel);
        // Each has begun, and waits for the minute to pass: half of them are paused there.
        for (var number = 0; number < BulkWorker.MaxConcurrent + 2; number++)
        {
            var slow = await WithMailAsync(counter, $"slow{number}@example.edu", 1);
            counter.Jobs.Pace.Spend(slow.Account.Address, BulkAct.Resend);
            var job = await StartAsync(counter, slow, BulkAct.Resend);
            if (number % 2 == 0) await counter.Jobs.PauseAsync(slow, job.Id, true, Cancel);
        }

        var quick = await WithMailAsync(counter, "quick@example.edu", 3);
        await EndedAsync(counter, quick, await StartAsync(counter, quick, BulkAct.Resend));
        Assert.Equal(3, Facts<DispatchRequested>(counter).Count());
        await worker.StopAsync(Cancel);
    }

    [Fact]
    public async Task A_resumed_job_goes_on_where_it_was()
    {
        await using var counter = await Counter.OpenAsync();
        var reader = await WithMailAsync(counter, "amy@example.edu", BulkWorker.MaxDispatchesPerMinute + 5);
        using var worker = counter.BulkWorker();
        await worker.StartAsync(Cancel);
        var job = await StartAsync(counter, reader, BulkAct.Resend);
        await WaitUntil.Async(() => counter.Jobs.Find(reader, job.Id)!.Done == BulkWorker.MaxDispatchesPerMinute);
        for (var time = 0; time < 10; time++)
        {
            await counter.Jobs.PauseAsync(reader, job.Id, true, Cancel);
            Assert.Equal(BulkWorker.MaxDispatchesPerMinute, counter.Jobs.Find(reader, job.Id)!.Done);
            await counter.Jobs.PauseAsync(reader, job.Id, false, Cancel);
        }

        await WaitUntil.Async(() =>
        {
            counter.Desk.Time.Advance(TimeSpan.FromSeconds(10));
            return counter.Jobs.Find(reader, job.Id)!.EndedAt is not null;
        });
        Assert.Equal((BulkWorker.MaxDispatchesPerMinute + 5, 0), (counter.Jobs.Find(reader, job.Id)!.Done, counter.Jobs.Find(reader, job.Id)!.Refused));
        await worker.StopAsync(Cancel);
    }

    [Fact]
    public async Task The_pace_is_a_persons_over_all_their_jobs()
    {
        await using var counter = await Counter.OpenAsync();
        var reader = await WithMailAsync(counter, "amy@example.edu", BulkWorker.MaxDispatchesPerMinute);
        await WithMailAsync(counter, "amy@example.edu", 1, "Offer");
        using var worker = counter.BulkWorker();
        await worker.StartAsync(Cancel);
        await EndedAsync(counter, reader, await StartAsync(counter, reader, BulkAct.Resend));
        await StartAsync(counter, reader, BulkAct.Resend, "Offer");
        await OthersWorkAsync(counter);
        Assert.Equal(BulkWorker.MaxDispatchesPerMinute, Facts<DispatchRequested>(counter).Count(asked => asked.Mailbox == reader.Account.Address));

        counter.Desk.Time.Advance(TimeSpan.FromMinutes(1));
        await WaitUntil.Async(() => Facts<DispatchRequested>(counter).Count(asked => asked.Mailbox == reader.Account.Address) == BulkWorker.MaxDispatchesPerMinute + 1);
        await worker.StopAsync(Cancel);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_restart_gives_nobody_a_second_share(bool hadEnded)
    {
        await using var counter = await Counter.OpenAsync();
        var reader = await WithMailAsync(counter, "amy@example.edu", 2);
        var job = await StartAsync(counter, reader, BulkAct.Resend);
        if (hadEnded)
        {
            await counter.Jobs.CancelAsync(reader, job.Id, Cancel);
        }

        // The process ends here; the next one knows the log alone.
        counter.Desk.Time.Advance(TimeSpan.FromSeconds(5));
        using var worker = counter.BulkWorker();
        await worker.StartAsync(Cancel);
        if (hadEnded)
        {
            await StartAsync(counter, reader, BulkAct.Resend);
        }

        await OthersWorkAsync(counter);
        Assert.DoesNotContain(Facts<DispatchRequested>(counter), asked => asked.Mailbox == reader.Account.Address);
        counter.Desk.Time.Advance(TimeSpan.FromMinutes(1));
        await WaitUntil.Async(() => Facts<DispatchRequested>(counter).Count(asked => asked.Mailbox == reader.Account.Address) == 2);
        await worker.StopAsync(Cancel);
    }

    [Fact]
    public async Task A_person_sees_the_own_jobs_newest_first_and_nobody_elses()
    {
        await using var counter = await Counter.OpenAsync();
        var (amy, bob) = (await WithMailAsync(counter, "amy@example.edu", 1), await WithMailAsync(counter, "bob@example.edu", 1));
        var first = await StartAsync(counter, amy, BulkAct.Hide);
        await counter.Jobs.CancelAsync(amy, first.Id, Cancel);
        counter.Desk.Time.Advance(TimeSpan.FromSeconds(1));
        var second = await StartAsync(counter, amy, BulkAct.ReportSpam);
        await StartAsync(counter, bob, BulkAct.Hide);

        Assert.Equal([(second.Id, BulkState.Running), (first.Id, BulkState.Cancelled)], counter.Jobs.List(amy).Select(job => (job.Id, job.State)));
        Assert.Single(counter.Jobs.List(bob));
    }

    [Fact]
    public async Task A_query_that_no_search_reads_to_its_end_is_refused()
    {
        await using var counter = await Counter.OpenAsync();
        var reader = await WithMailAsync(counter, "amy@example.edu", 1);
        var refused = await Assert.ThrowsAsync<ActRefusedException>(() => StartAsync(counter, reader, BulkAct.Hide, "Minutes" + new string(' ', BulkJobs.MaxQueryChars)));
        Assert.Equal("query-too-long", refused.Code);
        Assert.Empty(Facts<BulkStarted>(counter));
    }

    [Fact]
    public async Task What_is_open_does_not_keep_ended_jobs_from_being_forgotten()
    {
        await using var counter = await Counter.OpenAsync();
        var (amy, bob) = (await WithMailAsync(counter, "amy@example.edu", 1), await WithMailAsync(counter, "bob@example.edu", 1));
        var open = await StartAsync(counter, amy, BulkAct.Hide);
        await counter.Jobs.PauseAsync(amy, open.Id, true, Cancel);
        counter.Desk.Time.Advance(TimeSpan.FromSeconds(1));
        var ended = await StartAsync(counter, bob, BulkAct.Hide);
        await counter.Jobs.CancelAsync(bob, ended.Id, Cancel);

        counter.Desk.Time.Advance(TimeSpan.FromDays(373));
        await counter.RecordAsync("Much later", Mails.To("amy@example.edu"));
        Assert.Empty(counter.Desk.Ledger.State.Range<BulkJob>(BulkKeys.Jobs));
        Assert.Empty(counter.Desk.Ledger.State.Range<BulkJob>(BulkKeys.AllOpen));
        Assert.Empty(counter.Jobs.List(amy).Concat(counter.Jobs.List(bob)));
    }

    /// <summary>Somebody else's job comes to its end: whatever could go on has had its turn.</summary>
    private static async Task OthersWorkAsync(Counter counter)
    {
        for (var number = 0; number < 3; number++)
        {
            var other = await WithMailAsync(counter, $"other{number}@example.edu", 5);
            await EndedAsync(counter, other, await StartAsync(counter, other, BulkAct.Hide));
        }
    }
}
