using Microsoft.Extensions.Logging.Abstractions;
using Recorder.Archive;
using Recorder.Indexing;
using Recorder.Ledger;
using Recorder.Mail;
using Recorder.Search;
using Recorder.Tests.Fakes;

namespace Recorder.Tests.Indexing;

public sealed class IndexCareTests : IDisposable
{
    private const int Mails = 50, PartitionMails = 20;
    private readonly TestFolder folder = new();
    private readonly InMemoryLog log = new();
    private readonly DateTimeOffset noon = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_lost_partition_is_filled_from_the_log_and_events_between_the_mail_do_no_harm()
    {
        await FillAsync();
        Directory.Delete(folder.File("index/p00000002"), recursive: true);
        using var index = Open();
        Assert.Single(index.Gaps);
        await WithCareAsync(index, care => WaitUntil.Async(() => index.Gaps.Count == 0 && care.Status.RebuiltThrough is null));
        Assert.Equal(Mails, index.DocumentCount);
        Assert.Equal(Mails, index.Search(new SearchRequest(null, "minutes")).Total);
    }

    [Fact]
    public async Task One_that_cannot_be_filled_holds_up_no_other()
    {
        await AppendAllAsync();
        await FillAsync();
        foreach (var lost in (string[])["p00000002", "p00000004"]) Directory.Delete(folder.File($"index/{lost}"), recursive: true);
        using var index = Open();
        Assert.Equal([2, 4], index.Gaps.Select(gap => gap.Partition));
        var unreadable = index.Gaps[1];
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(noon);
        using var stop = new CancellationTokenSource();
        var care = new IndexCare(log, index, (entry, cancel) => unreadable.Covers("a", entry.Position.Sequence) ? throw new IOException("unreadable") : PrepareAsync(entry, cancel), time, NullLogger<IndexCare>.Instance);
        var running = Task.Run(() => care.RunAsync(stop.Token), Cancel);
        await WaitUntil.Async(() =>
        {
            time.Advance(TimeSpan.FromSeconds(5));
            return index.Gaps.Count == 1;
        });
        Assert.Equal(4, Assert.Single(index.Gaps).Partition);
        await stop.CancelAsync();
        await running;
        Assert.Equal(2 * Mails - PartitionMails, index.DocumentCount);
    }

    [Fact]
    public async Task A_comparison_of_log_and_index_finds_what_is_missing_and_indexes_it()
    {
        await AppendAllAsync();
        using var index = Open();
        var entries = await log.ReadAsync(0, EntryKinds.Mail, Cancel).ToListAsync(Cancel);
        foreach (var entry in entries.Where((_, number) => number is not (3 or 17 or 49))) index.Add(await PrepareAsync(entry, Cancel));
        index.Commit(new Dictionary<string, long> { ["a"] = log.DurableSequence });
        await WithCareAsync(index, async care =>
        {
            var report = await care.CheckAsync().WaitAsync(TimeSpan.FromSeconds(60), Cancel);
            Assert.Equal((Mails, 3, 3), (report.Records, report.Missing, report.Repaired));
            Assert.Equal(0, report.DamagedPartitions);
            Assert.Equal(0, care.Status.Missing);
            var again = await care.CheckAsync().WaitAsync(TimeSpan.FromSeconds(60), Cancel);
            Assert.Equal((Mails, 0), (again.Records, again.Missing));
        });
        Assert.Equal(Mails, index.Search(new SearchRequest(null, "minutes")).Total);
    }

    [Fact]
    public async Task What_has_left_the_log_is_taken_out_of_the_index_when_a_stop_was_in_its_way()
    {
        await FillAsync();
        var entries = await log.ReadAsync(0, EntryKinds.Mail, Cancel).ToListAsync(Cancel);
        foreach (var number in (int[])[4, 5, 6, 30, Mails - 1]) log.Remove(entries[number].Id);
        using var index = Open();
        Assert.Equal(Mails, index.DocumentCount);
        await WithCareAsync(index, async care =>
        {
            var report = await care.CheckAsync().WaitAsync(TimeSpan.FromSeconds(60), Cancel);
            Assert.Equal((Mails - 5, 0, 5), (report.Records, report.Missing, report.Strays));
            Assert.Equal(0, (await care.CheckAsync().WaitAsync(TimeSpan.FromSeconds(60), Cancel)).Strays);
        });
        Assert.Equal(Mails - 5, index.Search(new SearchRequest(null, "minutes")).Total);
        Assert.Null(index.Find(entries[5].Id.ToString(), null, null));
        Assert.NotNull(index.Find(entries[7].Id.ToString(), null, null));
    }

    [Fact]
    public async Task What_leaves_the_log_while_it_is_being_added_as_missing_does_not_stay()
    {
        await AppendAllAsync();
        using var index = Open();
        index.Commit(new Dictionary<string, long> { ["a"] = log.DurableSequence });
        var gone = (await log.ReadAsync(0, EntryKinds.Mail, Cancel).ToListAsync(Cancel))[9].Id;
        var check = new CoverageCheck(log, index, async (entry, cancel) =>
        {
            var documents = await PrepareAsync(entry, cancel);
            if (entry.Id == gone) log.Remove(gone);
            return documents;
        }, TimeProvider.System);
        await check.RunAsync(allBytes: false, Cancel);
        Assert.Null(index.Find(gone.ToString(), null, null));
        Assert.Equal(Mails - 1, index.Search(new SearchRequest(null, "minutes")).Total);
    }

    [Fact]
    public async Task What_the_index_has_not_come_to_is_not_missing()
    {
        await AppendAllAsync();
        using var index = Open();
        await WithCareAsync(index, async care =>
        {
            var report = await care.CheckAsync().WaitAsync(TimeSpan.FromSeconds(60), Cancel);
            Assert.Equal((0, 0), (report.Records, report.Missing));
        });
    }

    private async Task FillAsync()
    {
        await AppendAllAsync();
        using var index = Open();
        using var stop = new CancellationTokenSource();
        var follower = new IndexFollower(log, index, ReadFacts, TimeProvider.System, NullLogger<IndexFollower>.Instance);
        var running = Task.Run(() => follower.RunAsync(stop.Token), Cancel);
        await follower.CatchUpAsync(Cancel).WaitAsync(TimeSpan.FromSeconds(60), Cancel);
        await stop.CancelAsync();
        await running; // commits
    }

    private async Task AppendAllAsync()
    {
        for (var i = 0; i < Mails; i++)
        {
            await log.AppendAsync(Fakes.Mails.Envelope(noon.AddMinutes(i), Fakes.Mails.To("alice@example.edu")), System.Text.Encoding.UTF8.GetBytes($"minutes {i}"));
            if (i % 3 == 0) await log.AppendAsync(new NewEvent("{}"u8.ToArray()), Cancel);
        }
    }

    private async Task WithCareAsync(IMailIndex index, Func<IndexCare, Task> act)
    {
        using var stop = new CancellationTokenSource();
        var care = new IndexCare(log, index, PrepareAsync, TimeProvider.System, NullLogger<IndexCare>.Instance);
        var running = Task.Run(() => care.RunAsync(stop.Token), Cancel);
        try
        {
            await act(care);
        }
        finally
        {
            await stop.CancelAsync();
            await running;
        }
    }

    private Task<IReadOnlyList<SearchDocument>> PrepareAsync(LogEntry entry, CancellationToken cancel) =>
        Task.FromResult<IReadOnlyList<SearchDocument>>([MailDocuments.Of(entry, RecordedMail.Decode(entry.Payload.Span), ReadFacts(Stream.Null, cancel))]);

    private static MailFacts ReadFacts(Stream content, CancellationToken cancel) => new("minutes", [], [], [], null, "", "", "minutes", "", [], 0, ReadFlags.None);

    private MailIndex Open() => MailIndex.Open(folder.File("index"), new MailIndexOptions { PartitionDocuments = PartitionMails }, TimeProvider.System);
}
