using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Recorder.Archive;
using Recorder.Indexing;
using Recorder.Tests.Fakes;

namespace Recorder.Tests.Indexing;

public sealed class IndexPumpTests
{
    /// <summary>Like Lucene: when a flush fails, the documents in memory are gone, and the next commit goes well without them.</summary>
    private sealed class Forgetful
    {
        private readonly List<long> buffered = [];
        private long through;

        public HashSet<long> Durable { get; } = [];
        public bool FailNextAdd { get; set; }
        public bool FailNextCommit { get; set; }
        public int Failures { get; private set; }

        public IndexTarget<long> Target => new(() => new Dictionary<string, long> { ["a"] = through }, Add, _ => { }, Commit);

        private void Add(IReadOnlyList<long> documents)
        {
            if (FailNextAdd) Lose();
            buffered.AddRange(documents);
        }

        private void Commit(IReadOnlyDictionary<string, long> position)
        {
            if (FailNextCommit) Lose();
            Durable.UnionWith(buffered);
            buffered.Clear();
            through = position["a"];
        }

        private void Lose()
        {
            (FailNextAdd, FailNextCommit) = (false, false);
            Failures++;
            buffered.Clear();
            throw new IOException("no space left");
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_a_failed_flush_forgot_is_added_again(bool atCommit)
    {
        var time = new FakeTimeProvider();
        var (log, index) = (new InMemoryLog(time), new Forgetful());
        var pump = new IndexPump<long>(
            "test", log, index.Target, (entry, _) => Task.FromResult<IReadOnlyList<long>>([entry.Position.Sequence]), time, NullLogger.Instance);
        using var stop = new CancellationTokenSource();
        var running = pump.RunAsync(stop.Token);
        async Task AppendAsync() => await log.AppendAsync(new NewEvent(new byte[] { 1 }), CancellationToken.None);
        for (var i = 0; i < 20; i++) await AppendAsync();
        await WaitUntil.Async(() => { time.Advance(TimeSpan.FromMilliseconds(200)); return pump.Through == 20 || index.Durable.Count == 20; });

        (index.FailNextAdd, index.FailNextCommit) = (!atCommit, atCommit);
        for (var i = 0; i < 20; i++) await AppendAsync();
        await WaitUntil.Async(() => { time.Advance(TimeSpan.FromSeconds(1)); return index.Failures == 1 && index.Durable.Count == 40; });
        await stop.CancelAsync();
        await running;

        Assert.Equal(Enumerable.Range(1, 40).Select(sequence => (long)sequence), index.Durable.Order());
    }

    [Fact]
    public async Task What_nobody_awaits_is_shown_to_who_asks_and_to_all_after_five_seconds()
    {
        var time = new FakeTimeProvider();
        var (log, added, shown) = (new InMemoryLog(time), 0, 0);
        var target = new IndexTarget<long>(
            () => new Dictionary<string, long>(), documents => Interlocked.Add(ref added, documents.Count), _ => Interlocked.Increment(ref shown), _ => { })
        {
            IsAwaited = static _ => false,
        };
        var pump = new IndexPump<long>(
            "test", log, target, (entry, _) => Task.FromResult<IReadOnlyList<long>>([entry.Position.Sequence]), time, NullLogger.Instance);
        using var stop = new CancellationTokenSource();
        var running = pump.RunAsync(stop.Token);
        async Task AppendAsync(int all)
        {
            while (added < all)
            {
                var before = added;
                await log.AppendAsync(new NewEvent(new byte[] { 1 }), CancellationToken.None);
                await WaitUntil.Async(() => added > before);
            }
        }

        await AppendAsync(5);
        Assert.Equal(0, shown);
        await pump.CatchUpAsync(CancellationToken.None);
        Assert.Equal(1, shown);

        time.Advance(ShowingPace.Longest);
        await AppendAsync(10);
        Assert.Equal((5, 1), (pump.Through, shown));
        await WaitUntil.Async(() => { time.Advance(TimeSpan.FromSeconds(1)); return pump.Through == 10; });
        Assert.Equal(2, shown);
        await stop.CancelAsync();
        await running;
    }
}
