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
