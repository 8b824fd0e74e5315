using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Recorder.Archive;
using Recorder.Attachments;
using Recorder.Indexing;
using Recorder.Ledger;
using Recorder.Mail;
using Recorder.Search;
using Recorder.Tests.Fakes;
using Recorder.Tests.Mail.Files;

namespace Recorder.Tests.Attachments;

/// <summary>Both followers over a log, with the real index and the real reading process.</summary>
public sealed class FollowerTests : IAsyncDisposable
{
    private static readonly OwnerScope Alice = new("alice@example.edu");
    private readonly DateTimeOffset noon = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);
    private readonly TestFolder folder = new();
    private readonly InMemoryLog log = new();
    private readonly AttachmentOptions options = new() { MaxProcessorSeconds = 3 };
    private CancellationTokenSource stop = new();
    private MailIndex? index;
    private IndexFollower? mail;
    private AttachmentFollower? follower;
    private Task running = Task.CompletedTask;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        stop.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task Words_of_the_message_and_of_its_attachments_find_it_together()
    {
        Start();
        await AppendAsync("minutes", "agenda", ("plan.docx", SampleFiles.Docx("光合作用實驗")), ("bill.pdf", SampleFiles.Pdf("Invoice 2026-117")));
        await UntilFoundAsync("agenda 光合作用 invoice");
        Assert.Equal(AttachmentGaps.None, Hit("agenda").Gaps);
        Assert.Equal(["agenda", "minutes", "attachment:光合作用", "invoice -missing"], new[] { "agenda", "minutes", "attachment:光合作用", "invoice -missing" }.Where(Finds));
        Assert.False(Finds("attachment:agenda"));
        Assert.Equal(1, index!.DocumentCount);
    }

    [Fact]
    public async Task What_cannot_be_read_is_said_and_holds_up_nobody()
    {
        Start();
        var parts = Enumerable.Range(0, 3).Select(i => ($"endless{i}.pdf", SampleFiles.EndlessPdf(12 + i))).ToArray();
        await AppendAsync("hostile", "one", parts);
        await AppendAsync("many", "two", [.. Enumerable.Range(0, 60).Select(i => ($"{i}.docx", SampleFiles.Docx($"number{i}")))]);
        await AppendAsync("locked", "three", ("a.odt", SampleFiles.OpenDocument("x", "<manifest:encryption-data/>")));
        await AppendAsync("broken", "four", ("a.pdf", "%PDF-1.4 no"u8.ToArray()));
        await AppendAsync("plain", "five", ("photo.jpg", [0xFF, 0xD8, 0xFF]));
        await AppendAsync("good", "six", ("a.docx", SampleFiles.Docx("chlorophyll")));
        await mail!.CatchUpAsync(Cancel).WaitAsync(TimeSpan.FromSeconds(60), Cancel);
        Assert.True(Finds("six")); // while the first is still being read
        await UntilFoundAsync("chlorophyll");
        Assert.Equal(
            [AttachmentGaps.TooCostly, AttachmentGaps.Cut, AttachmentGaps.Encrypted, AttachmentGaps.Unreadable, AttachmentGaps.None, AttachmentGaps.None],
            new[] { "one", "two", "three", "four", "five", "six" }.Select(word => Hit(word).Gaps));
        var status = follower!.Status;
        Assert.Equal((1, 1, 1, 1), (status.TooCostly, status.Cut, status.Encrypted, status.Unreadable));
        Assert.Null(status.LastError);
        Assert.True(Finds("number49") && !Finds("number50"));
    }

    [Fact]
    public async Task After_a_stop_it_goes_on_where_the_index_stands()
    {
        Start();
        await AppendAsync("first", "one", ("a.docx", SampleFiles.Docx("chlorophyll")));
        await UntilFoundAsync("chlorophyll");
        await StopAsync();
        await AppendAsync("second", "two", ("a.docx", SampleFiles.Docx("xylem")));
        Start();
        await UntilFoundAsync("xylem");
        Assert.True(Finds("chlorophyll"));
        Assert.Equal(2, index!.DocumentCount);
    }

    [Fact]
    public async Task An_index_from_before_is_looked_through()
    {
        Start(withAttachments: false);
        await AppendAsync("first", "one", ("a.docx", SampleFiles.Docx("chlorophyll")));
        await AppendAsync("second", "two");
        await mail!.CatchUpAsync(Cancel).WaitAsync(TimeSpan.FromSeconds(60), Cancel);
        await StopAsync();
        Start();
        await UntilFoundAsync("chlorophyll");
        await Recorder.Tests.Fakes.WaitUntil.Async(() => index!.AttachedThrough(log.Lane) == 2);
    }

    [Fact]
    public async Task Bytes_that_are_gone_are_counted_and_passed_over()
    {
        Start(withAttachments: false);
        var gone = await AppendAsync("first", "one", ("a.docx", SampleFiles.Docx("chlorophyll")));
        await AppendAsync("second", "two", ("a.docx", SampleFiles.Docx("xylem")));
        await mail!.CatchUpAsync(Cancel).WaitAsync(TimeSpan.FromSeconds(60), Cancel);
        await StopAsync();
        log.RemoveContent(gone.Id);
        Start();
        await UntilFoundAsync("xylem");
        Assert.Equal(1, follower!.Status.Unreadable);
        Assert.True(Finds("one"));
    }

    [Fact]
    public void The_queue_begins_anew_when_records_are_added_again()
    {
        var queue = new AttachmentQueue();
        Assert.Equal((null, 5), (queue.Next(2, 5)!.Records, queue.Next(2, 5)!.Through));
        Assert.Null(queue.Next(5, 5));
        queue.Added([Document(6, true), Document(7, false), Document(8, true)]);
        Assert.Null(queue.Next(2, 5)!.Records);
        Assert.Equal([6L, 8], queue.Next(5, 5)!.Records!.Select(record => record.Sequence));
        Assert.Equal([8L], queue.Next(6, 5)!.Records!.Select(record => record.Sequence));
        Assert.Null(queue.Next(8, 5));
        Assert.Null(queue.Next(6, 5)); // lowered, and not added again yet
        queue.Added([Document(7, true)]);
        Assert.Equal([7L], queue.Next(6, 5)!.Records!.Select(record => record.Sequence));
    }

    [Fact]
    public void The_queue_has_records_looked_at_again_that_a_rebuild_brought_back()
    {
        var queue = new AttachmentQueue();
        queue.Added([Document(6, true), Document(7, true), Document(8, true)]);
        Assert.Equal([7L, 8], queue.Next(6, 8)!.Records!.Select(record => record.Sequence));
        Assert.Null(queue.Next(8, 8));
        Assert.Equal((null, 8), (queue.Next(5, 8)!.Records, queue.Next(5, 8)!.Through));
        Assert.Null(queue.Next(8, 8));
    }

    private static SearchDocument Document(long sequence, bool waits) => new(
        new RecordId(new Guid((int)sequence, 0, 0, new byte[8])).ToString(), "a", sequence, DateTimeOffset.UnixEpoch, [], new Dictionary<string, string>(),
        "", "", "", "", "", "", "", "", "", [], 0) { Gaps = waits ? AttachmentGaps.Waiting : AttachmentGaps.None };

    private void Start(bool withAttachments = true)
    {
        stop.Dispose();
        stop = new CancellationTokenSource();
        index = MailIndex.Open(folder.File("index"), new MailIndexOptions { AwaitsAttachments = true }, new FakeTimeProvider(noon));
        var queue = new AttachmentQueue();
        mail = new IndexFollower(log, index, new MailReader().ReadFacts, TimeProvider.System, NullLogger<IndexFollower>.Instance, queue);
        follower = new AttachmentFollower(log, index, index, queue, new MailReader(), options, TimeProvider.System, NullLogger<AttachmentFollower>.Instance);
        var threads = BackgroundThreads.Shared;
        running = Task.WhenAll(threads.RunAsync(() => mail.RunAsync(stop.Token)), withAttachments ? threads.RunAsync(() => follower.RunAsync(stop.Token)) : Task.CompletedTask);
    }

    private async Task StopAsync()
    {
        await stop.CancelAsync();
        await running.WaitAsync(TimeSpan.FromSeconds(60), CancellationToken.None);
        follower?.Dispose();
        index?.Dispose();
    }

    private Task<Receipt> AppendAsync(string subject, string body, params (string Name, byte[] Content)[] files) =>
        log.AppendAsync(Mails.Envelope(noon, Mails.To("alice@example.edu")), SampleFiles.Mail(subject, body, files));

    private async Task UntilFoundAsync(string query)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        while (!Finds(query) && !limit.IsCancellationRequested) await Task.Delay(20, CancellationToken.None);
        Assert.True(Finds(query), $"{query}: {follower!.Status} {mail!.Status}");
    }

    private bool Finds(string query) => index!.Search(new SearchRequest([Alice], query)).Items.Count > 0;

    private SearchHit Hit(string query) => index!.Search(new SearchRequest([Alice], query)).Items.Single();
}
