using Microsoft.Extensions.Options;
using Recorder.Ledger;
using Recorder.Recovery;
using Recorder.Recovery.Bulk;
using Recorder.Recovery.Campaigns;
using Recorder.Retention;
using Recorder.Screening;
using Recorder.Search;
using Recorder.Tests.Fakes;

namespace Recorder.Tests.Recovery;

/// <summary>Everything that searches for a person does so on the desk's threads.</summary>
public sealed class SearchPlaceTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Jobs_previews_and_campaigns_search_on_the_desk()
    {
        await using var counter = await Counter.OpenAsync();
        using var desk = new SearchDesk(new SearchDeskOptions(), TimeProvider.System);
        var index = new Watched(counter.Index);
        var reader = await counter.Desk.ReaderAsync("amy@example.edu");
        await counter.RecordAsync("Minutes", Mails.To("amy@example.edu"));
        await counter.RecordAsync("Minutes", Mails.To("amy@example.edu"));
        await counter.IndexAsync();
        var retention = Options.Create(new RetentionOptions());

        var jobs = new BulkJobs(counter.Desk.Ledger, index, retention, counter.Desk.Time, desk);
        await jobs.StartAsync(reader, BulkAct.Hide, "Minutes", null, null, Cancel);
        using var worker = new BulkWorker(
            jobs, counter.Desk.Ledger, index, counter.Recovery, counter.Acts, counter.Desk.Time, Microsoft.Extensions.Logging.Abstractions.NullLogger<BulkWorker>.Instance);
        await worker.StartAsync(Cancel);
        await WaitUntil.Async(() => jobs.List(reader)[0].EndedAt is not null);
        await worker.StopAsync(Cancel);
        Assert.Equal(2, index.Threads.Count);

        var wish = new ListEntry(ListScopes.User("amy@example.edu"), ListKind.Block, "sender@example.org", null, counter.Desk.Time.GetUtcNow(), "amy@example.edu", null, false);
        await new ListPreviews(counter.Desk.Log, index, counter.Desk.Ledger, new ScreeningPolicy(), retention, counter.Desk.Time, desk).OfAsync(reader, wish, Cancel);
        var campaigns = new Campaigns(counter.Desk.Log, index, counter.Desk.Ledger, new Recorder.Mail.MailReader(), retention, counter.Desk.Time, desk);
        await campaigns.PreviewAsync(reader, new CampaignTarget(MessageId: "7@example.org"), Cancel);

        Assert.Equal(4, index.Threads.Count);
        Assert.All(index.Threads, name => Assert.Equal("search", name));
    }

    /// <summary>Notes on which thread each search runs.</summary>
    private sealed class Watched(IMailIndex inner) : IMailIndex
    {
        public List<string?> Threads { get; } = [];

        public IReadOnlyDictionary<string, long> Checkpoint => inner.Checkpoint;

        public long DocumentCount => inner.DocumentCount;

        public SearchPage Search(SearchRequest request, CancellationToken cancel = default)
        {
            Threads.Add(Thread.CurrentThread.Name);
            return inner.Search(request, cancel);
        }

        public SearchHit? Find(string id, IReadOnlyList<OwnerScope>? scope, DateTimeOffset? notBefore) => inner.Find(id, scope, notBefore);

        public void Add(IReadOnlyList<SearchDocument> documents) => inner.Add(documents);

        public void Refresh(IReadOnlyDictionary<string, long> through) => inner.Refresh(through);

        public void Commit(IReadOnlyDictionary<string, long> through) => inner.Commit(through);

        public void AddMissing(IReadOnlyList<SearchDocument> documents) => inner.AddMissing(documents);

        public void CommitMissing() => inner.CommitMissing();

        public long Remove(string lane, long firstSequence, long lastSequence, Func<string, bool> isGone) => inner.Remove(lane, firstSequence, lastSequence, isGone);

        public void Expunge(CancellationToken cancel = default) => inner.Expunge(cancel);

        public void Dispose()
        {
        }
    }
}
