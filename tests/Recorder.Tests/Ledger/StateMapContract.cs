using CsCheck;
using Microsoft.Extensions.Logging.Abstractions;
using Recorder.Archive;
using Recorder.Ledger;
using Recorder.Ledger.State;
using Recorder.Tests.Fakes;

namespace Recorder.Tests.Ledger;

/// <summary>What every ordered map must do; once for each implementation.</summary>
public abstract class StateMapContract
{
    private protected abstract IStateMap Open();

    private protected static StatePosition At(long sequence) => new("a", sequence, new RecordId(new Guid((int)sequence, 0, 0, new byte[8])));

    private protected static StateBatch Batch(long sequence, params (string Key, string? Value)[] changes) =>
        new([.. changes.Select(change => new StateChange(change.Key, change.Value is null ? null : Value(change.Value)))], At(sequence));

    private protected static AddressHistory Value(string text) => new([text]);

    private protected static string? Read(IStateSnapshot snapshot, string key) => snapshot.Get<AddressHistory>(key)?.Accounts[0];

    [Fact]
    public async Task What_was_applied_is_read_at_once()
    {
        await using var map = Open();
        map.Apply(Batch(7, ("address/b", "1"), ("address/a", "2")));

        Assert.Equal("1", Read(map.Snapshot, "address/b"));
        Assert.Null(Read(map.Snapshot, "address/c"));
        Assert.Equal(7, map.Snapshot.Position["a"]);
    }

    [Fact]
    public async Task A_snapshot_does_not_change()
    {
        await using var map = Open();
        map.Apply(Batch(1, ("address/a", "old")));
        var before = map.Snapshot;
        map.Apply(Batch(2, ("address/a", "new"), ("address/b", "new")));

        Assert.Equal("old", Read(before, "address/a"));
        Assert.Null(Read(before, "address/b"));
        Assert.Equal("new", Read(map.Snapshot, "address/a"));
    }

    [Fact]
    public async Task A_range_holds_the_prefix_in_ordinal_order_after_a_key_up_to_a_limit()
    {
        await using var map = Open();
        map.Apply(Batch(1, ("a/B", "x"), ("a/a", "x"), ("a/c", "x"), ("a/é", "x"), ("b/a", "x"), ("a", "x"), ("a0", "x")));
        string[] Keys(string prefix, string? after = null, int limit = 100) =>
            [.. map.Snapshot.Range<AddressHistory>(prefix, after, limit).Select(pair => pair.Key)];

        Assert.Equal(["a/B", "a/a", "a/c", "a/é"], Keys("a/"));
        Assert.Equal(["a/c", "a/é"], Keys("a/", "a/a"));
        Assert.Equal(["a/c"], Keys("a/", "a/b", 1));
        Assert.Equal(["a/B", "a/a", "a/c", "a/é"], Keys("a/", "A"));
        Assert.Empty(Keys("a/", "a/é"));
        Assert.Empty(Keys("c/"));
    }

    [Fact]
    public async Task Four_writers_at_once_lose_nothing()
    {
        const int Each = 300;
        await using var map = Open();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(writer => Task.Run(async () =>
        {
            for (var number = 0; number < Each; number++)
            {
                map.Apply(Batch((writer * Each) + number + 1, ($"address/{writer}/{number}", "kept"), ($"retry/{writer}", number % 2 == 0 ? "x" : null)));
                if (number % 50 == 0)
                {
                    await map.FlushAsync(TestContext.Current.CancellationToken);
                }
            }
        })));
        await map.FlushAsync(TestContext.Current.CancellationToken);

        Assert.Null(map.LastError);
        Assert.Equal(4 * Each, map.Snapshot.Range<AddressHistory>("address/").Count());
        Assert.Empty(map.Snapshot.Range<AddressHistory>("retry/"));
        await AfterFourWriters(map, 4 * Each);
    }

    private protected virtual Task AfterFourWriters(IStateMap map, int values) => Task.CompletedTask;

    [Fact]
    public async Task Any_changes_leave_what_a_sorted_dictionary_would_hold()
    {
        var key = Gen.Select(Gen.Char["ab/é"], Gen.Char["ab/é"], (first, second) => $"{first}{second}");
        var change = Gen.Select(key, Gen.Int[0, 3], (name, value) => (Key: name, Value: value == 0 ? null : value.ToString()));
        await change.List[0, 12].Array[1, 6].SampleAsync(async batches =>
        {
            await using var map = Open();
            var model = new SortedDictionary<string, string>(StringComparer.Ordinal);
            for (var index = 0; index < batches.Length; index++)
            {
                var distinct = batches[index].DistinctBy(item => item.Key).ToArray();
                map.Apply(Batch(index + 1, distinct));
                foreach (var item in distinct)
                {
                    model.Remove(item.Key);
                    if (item.Value is not null)
                    {
                        model[item.Key] = item.Value;
                    }
                }
            }

            Assert.Equal(model, map.Snapshot.Range<AddressHistory>("").Select(pair => KeyValuePair.Create(pair.Key, pair.Value.Accounts[0])));
            await AfterChanges(map, model);
        }, iter: Iterations, threads: 1, print: batches => string.Join(" | ", batches.Select(batch => string.Join(",", batch))));
    }

    private protected virtual int Iterations => 200;

    private protected virtual Task AfterChanges(IStateMap map, SortedDictionary<string, string> model) => Task.CompletedTask;
}

public sealed class MemoryStateMapTests : StateMapContract
{
    private protected override IStateMap Open() => new MemoryStateMap();
}

public sealed class LiteStateMapTests : StateMapContract, IDisposable
{
    private readonly TestFolder folder = new();
    private int files;

    private protected override int Iterations => 8;

    private protected override IStateMap Open() => Open(folder.File($"state-{++files}.db"));

    private static LiteStateMap Open(string path) => LiteStateMap.Open(path, TimeProvider.System, NullLogger.Instance);

    public void Dispose() => folder.Dispose();

    private protected override async Task AfterFourWriters(IStateMap map, int values)
    {
        await map.DisposeAsync();
        await using var again = Open(folder.File($"state-{files}.db"));
        Assert.Equal(values, again.Snapshot.Count);
        Assert.Empty(Directory.GetFiles(folder.Path, "*damaged*"));
    }

    private protected override async Task AfterChanges(IStateMap map, SortedDictionary<string, string> model)
    {
        await map.DisposeAsync();
        await using var again = Open(folder.File($"state-{files}.db"));
        Assert.Equal(model, again.Snapshot.Range<AddressHistory>("").Select(pair => KeyValuePair.Create(pair.Key, pair.Value.Accounts[0])));
    }

    [Fact]
    public async Task Reopened_it_stands_where_it_stood()
    {
        var path = folder.File("state.db");
        await using (var map = Open(path))
        {
            map.Apply(Batch(1, ("address/Bob", "upper"), ("address/bob", "lower"), ("address/gone", "x")));
            await map.FlushAsync(TestContext.Current.CancellationToken);
            map.Apply(Batch(2, ("address/gone", null), ("address/" + new string('ß', 2_000), "long")));
        }

        await using var again = Open(path);
        Assert.Equal(At(2), again.Snapshot.At);
        Assert.Equal("upper", Read(again.Snapshot, "address/Bob"));
        Assert.Equal("lower", Read(again.Snapshot, "address/bob"));
        Assert.Equal("long", Read(again.Snapshot, "address/" + new string('ß', 2_000)));
        Assert.Equal(3, again.Snapshot.Count);
    }

    [Theory]
    [InlineData("no database at all")]
    [InlineData("")]
    public async Task A_file_that_is_no_database_is_set_aside(string content)
    {
        var path = folder.File("state.db");
        await File.WriteAllTextAsync(path, content + (content.Length == 0 ? "" : new string('x', 20_000)), TestContext.Current.CancellationToken);
        await using var map = Open(path);

        Assert.Null(map.Snapshot.At);
        Assert.Equal(content.Length == 0 ? 0 : 1, Directory.GetFiles(folder.Path, "state.db.damaged-*").Length);
        map.Apply(Batch(1, ("address/a", "x")));
        await map.FlushAsync(TestContext.Current.CancellationToken);
        Assert.Null(map.LastError);
    }

    [Fact]
    public async Task A_file_with_overwritten_pages_is_set_aside_or_read_whole()
    {
        var path = folder.File("state.db");
        await using (var map = Open(path))
        {
            map.Apply(new StateBatch([.. Enumerable.Range(0, 2_000).Select(n => new StateChange($"address/{n}", Value("x")))], At(1)));
        }

        await using (var stream = File.OpenWrite(path))
        {
            for (var page = 3; page < stream.Length / 8192; page += 4)
            {
                stream.Position = (page * 8192) + 100;
                stream.Write(new byte[4_000]);
            }
        }

        await using var again = Open(path);
        Assert.Null(again.Snapshot.At);
        Assert.NotEmpty(Directory.GetFiles(folder.Path, "state.db.damaged-*"));
    }

    [Fact]
    public async Task When_the_file_cannot_be_written_the_map_goes_on_and_is_written_later()
    {
        var path = Path.Combine(folder.Path, "state", "state.db");
        await using var map = Open(path);
        map.Apply(Batch(1, ("address/a", "1")));
        await map.FlushAsync(TestContext.Current.CancellationToken);
        // A folder in the file's place: neither renaming it over nor opening helps.
        map.Reset("made to write anew");
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        await File.WriteAllTextAsync(Path.GetDirectoryName(path)!, "in the way", TestContext.Current.CancellationToken);
        map.Apply(Batch(2, ("address/a", "2")));

        await Assert.ThrowsAsync<IOException>(() => map.FlushAsync(TestContext.Current.CancellationToken));
        Assert.NotNull(map.LastError);
        Assert.Equal("2", Read(map.Snapshot, "address/a"));

        File.Delete(Path.GetDirectoryName(path)!);
        await map.FlushAsync(TestContext.Current.CancellationToken);
        Assert.Null(map.LastError);
        await map.DisposeAsync();
        await using var again = Open(path);
        Assert.Equal("2", Read(again.Snapshot, "address/a"));
    }
}
