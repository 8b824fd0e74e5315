using Microsoft.Extensions.Logging.Abstractions;
using Recorder.Archive;
using Recorder.Ledger;
using Recorder.Mail;
using Recorder.Tests.Fakes;

namespace Recorder.Tests.Indexing;

public sealed class IndexFollowerTests : IAsyncDisposable
{
    private readonly InMemoryLog log = new();
    private readonly CancellationTokenSource stop = new();
    private readonly DateTimeOffset noon = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);
    private Task running = Task.CompletedTask;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        stop.Dispose();
    }

    private async Task StopAsync()
    {
        await stop.CancelAsync();
        await running;
    }

    private static MailFacts ReadFacts(Stream content, CancellationToken cancel)
    {
        using var reader = new StreamReader(content, leaveOpen: true);
        var text = reader.ReadToEnd();
        return text.Contains("poison") ? throw new InvalidOperationException("unreadable") : new(text, [], [], [], null, "", "", text, text, [], 0, ReadFlags.None);
    }

    private IndexFollower Start(InMemoryMailIndex index)
    {
        var follower = new IndexFollower(log, index, ReadFacts, TimeProvider.System, NullLogger<IndexFollower>.Instance);
        running = Task.Run(() => follower.RunAsync(stop.Token));
        return follower;
    }

    private Task<Receipt> AppendAsync(string text, params RecordedRecipient[] recipients) =>
        log.AppendAsync(Mails.Envelope(noon, recipients), System.Text.Encoding.UTF8.GetBytes(text));

    [Fact]
    public async Task What_is_recorded_becomes_findable_with_its_owners_and_dispositions()
    {
        using var index = new InMemoryMailIndex();
        var follower = Start(index);
        var receipt = await AppendAsync("minutes", Mails.To("alice+x@example.edu", "deliver", "alice@example.edu"), Mails.To("bob@example.edu", "held.spam"));
        await follower.CatchUpAsync(Cancel);

        var hit = index.Find(receipt.Id.ToString(), [new("bob@example.edu")], null)!;
        Assert.Equal("held.spam", hit.Disposition);
        Assert.Equal(["bob@example.edu"], hit.Addresses);
        Assert.Equal(receipt.Position.Sequence, hit.Sequence);
        Assert.Equal(0, follower.Status.Lag);
    }

    [Fact]
    public async Task Nothing_in_a_record_stops_the_follower()
    {
        using var index = new InMemoryMailIndex();
        var unreadable = await AppendAsync("poison", Mails.To("alice@example.edu"));
        var missing = await AppendAsync("gone", Mails.To("alice@example.edu"));
        var damaged = await AppendAsync("rotten", Mails.To("alice@example.edu"));
        log.RemoveContent(missing.Id);
        log.DamageContent(damaged.Id);
        await log.AppendAsync(new NewMail("no json"u8.ToArray(), new MemoryContent([1, 2]), noon, ""), Cancel);
        await log.AppendAsync(new NewMail("{}"u8.ToArray(), new MemoryContent([1, 2]), noon, ""), Cancel);
        await log.AppendAsync(new NewEvent("no json"u8.ToArray()), Cancel);
        var follower = Start(index);
        var good = await AppendAsync("good", Mails.To("alice@example.edu"));
        await follower.CatchUpAsync(Cancel);

        foreach (var receipt in new[] { unreadable, missing, damaged, good })
        {
            Assert.NotNull(index.Find(receipt.Id.ToString(), [new("alice@example.edu")], null));
        }

        Assert.Equal(6, index.DocumentCount);
        Assert.Equal((3, 2), (follower.Status.Unreadable, follower.Status.MissingContent));
        Assert.Null(follower.Status.LastError);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_message_that_takes_for_ever_to_read_holds_up_nothing(bool stopsWhenAsked)
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        using var index = new InMemoryMailIndex();
        using var forEver = new ManualResetEventSlim();
        using var reading = new ManualResetEventSlim();
        MailFacts Stuck(Stream content, CancellationToken cancel)
        {
            using var reader = new StreamReader(content, leaveOpen: true);
            var text = reader.ReadToEnd();
            if (!text.Contains("loop")) return new(text, [], [], [], null, "", "", text, text, [], 0, ReadFlags.None);
            reading.Set();
            forEver.Wait(stopsWhenAsked ? cancel : Cancel);
            throw new InvalidOperationException("too late to be heard");
        }
        var follower = new IndexFollower(log, index, Stuck, time, NullLogger<IndexFollower>.Instance);
        running = Task.Run(() => follower.RunAsync(stop.Token), Cancel);
        var looping = await AppendAsync("loop", Mails.To("alice@example.edu"));
        var next = await AppendAsync("next", Mails.To("alice@example.edu"));
        reading.Wait(Cancel);
        while (follower.Status.Lag > 0)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(1, Cancel);
        }
        forEver.Set();
        Assert.NotNull(index.Find(looping.Id.ToString(), [new("alice@example.edu")], null));
        Assert.Equal("next", index.Find(next.Id.ToString(), [new("alice@example.edu")], null)!.Subject);
        Assert.Equal(1, follower.Status.Unreadable);
    }

    [Fact]
    public async Task Documents_are_added_in_the_order_of_the_log()
    {
        using var index = new InMemoryMailIndex();
        var follower = Start(index);
        for (var number = 0; number < 200; number++)
        {
            await AppendAsync(new string('x', 1 + (number * 7919 % 5_000)), Mails.To("alice@example.edu"));
        }

        await follower.CatchUpAsync(Cancel);
        Assert.Equal(log.Entries.Select(entry => entry.Id.ToString()), index.AddOrder);
    }

    [Fact]
    public async Task Stopping_commits_and_the_next_one_goes_on_from_there()
    {
        using var index = new InMemoryMailIndex();
        var follower = Start(index);
        await AppendAsync("one", Mails.To("alice@example.edu"));
        await log.AppendAsync(new NewEvent("{}"u8.ToArray()), Cancel);
        await follower.CatchUpAsync(Cancel);
        await StopAsync();

        Assert.Equal(2, index.Checkpoint["a"]);
        Assert.Single(index.Committed);
    }

    [Fact]
    public async Task A_failing_index_is_tried_again_and_loses_nothing()
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider { AutoAdvanceAmount = TimeSpan.FromSeconds(1) };
        using var index = new InMemoryMailIndex { NextAddFails = new IOException("no space") };
        var follower = new IndexFollower(log, index, ReadFacts, time, NullLogger<IndexFollower>.Instance);
        running = Task.Run(() => follower.RunAsync(stop.Token), Cancel);
        await AppendAsync("one", Mails.To("alice@example.edu"));
        await AppendAsync("two", Mails.To("alice@example.edu"));
        while (follower.Status.LastError is null)
        {
            await Task.Yield();
        }

        Assert.Empty(index.Committed);
        var caughtUp = follower.CatchUpAsync(Cancel);
        while (!caughtUp.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.Equal(2, index.DocumentCount);
        Assert.Null(follower.Status.LastError);
    }

    [Fact]
    public async Task An_index_of_another_log_does_not_hide_new_mail()
    {
        using var index = new InMemoryMailIndex();
        index.Commit(new Dictionary<string, long> { ["a"] = 1_000 });
        var receipt = await AppendAsync("one", Mails.To("alice@example.edu"));
        var follower = Start(index);
        await follower.CatchUpAsync(Cancel);

        Assert.NotNull(index.Find(receipt.Id.ToString(), null, null));
    }
}
