using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Recorder.Accounts;
using Recorder.Archive;
using Recorder.Ledger;
using Recorder.Mail;
using Recorder.Recovery;
using Recorder.Retention;
using Recorder.Search;
using Recorder.Tests.Fakes;

namespace Recorder.Tests.Recovery;

/// <summary>Searches over the real index and the real state: what one recipient does with the shared record is nobody else's to find.</summary>
public sealed class SearchPrivacyTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_became_of_a_copy_is_found_counted_and_shown_to_its_reader_alone()
    {
        await using var counter = await Counter.OpenAsync();
        using var folder = new TestFolder();
        using var index = MailIndex.Open(folder.File("mail"), new MailIndexOptions(), TimeProvider.System);
        var (follower, recovery) = Over(counter, index);
        var (ann, ben) = (await counter.Desk.ReaderAsync("ann@example.edu"), await counter.Desk.ReaderAsync("ben@example.edu"));
        var shared = await counter.RecordAsync("Minutes", Mails.To("ann@example.edu", "held.spam"), Mails.To("ben@example.edu", "held.spam"));
        var second = await counter.RecordAsync("Minutes", Mails.To("ann@example.edu"), Mails.To("ben@example.edu"));
        await counter.EndAsync((await recovery.ReleaseAsync(ann, shared, Cancel))!, accepted: true, "ann@example.edu");
        await counter.EndAsync((await recovery.ResendAsync(ann, second, null, false, Cancel))!, accepted: true, "ann@example.edu");
        await counter.Acts.ReportAsync(ann, second, ReportKind.Spam, Cancel);
        await counter.Acts.HideAsync(ben, second, true, Cancel);
        await IndexAsync(follower, counter);

        Assert.Equal(["is:released 1", "is:resent 1", "is:reported 1", "is:hidden 0", "is:held 1", "-is:released 1", " 2"], Totals(recovery, ann));
        Assert.Equal(["is:released 0", "is:resent 0", "is:reported 0", "is:hidden 1", "is:held 1", "-is:released 1", " 1"], Totals(recovery, ben));
        var facets = (await recovery.FindAsync(ben, new SearchWish("", 10, WithFacets: true), Cancel)).Facets;
        Assert.Equal(["held", "spam"], facets.Where(facet => facet.Kind == "state").Select(facet => facet.Value));
    }

    [Fact]
    public async Task A_wish_counts_when_the_next_hop_has_accepted_it_and_a_denied_request_no_longer()
    {
        await using var counter = await Counter.OpenAsync();
        using var folder = new TestFolder();
        using var index = MailIndex.Open(folder.File("mail"), new MailIndexOptions(), TimeProvider.System);
        var (follower, recovery) = Over(counter, index);
        var ann = await counter.Desk.ReaderAsync("ann@example.edu");
        var id = await counter.RecordAsync("Minutes", Mails.To("ann@example.edu", "held.spam"));
        var closed = await counter.RecordAsync("Minutes", Mails.To("ann@example.edu", "held.malware"));
        await IndexAsync(follower, counter);
        var wish = (await recovery.ReleaseAsync(ann, id, Cancel))!;
        await counter.Acts.AskAsync(ann, closed, null, Cancel);
        Assert.Equal((0, 1), (Total(recovery, ann, "is:released"), Total(recovery, ann, "is:requested")));

        await counter.EndAsync(wish, accepted: false, "ann@example.edu");
        Assert.Equal(0, Total(recovery, ann, "is:released"));
        await counter.EndAsync(wish, accepted: true, "ann@example.edu");
        await counter.Desk.Ledger.AppendAsync(
            new ReleaseDecided(closed.ToString(), "ann@example.edu", "ann@example.edu", false, "no") { Actor = Actor.System("t"), At = counter.Desk.Time.GetUtcNow() }, Cancel);
        Assert.Equal((1, 0), (Total(recovery, ann, "is:released"), Total(recovery, ann, "is:requested")));
    }

    [Fact]
    public async Task Words_deep_in_a_message_are_shown_and_marked_but_not_of_a_message_held_by_an_administrator()
    {
        await using var counter = await Counter.OpenAsync();
        using var folder = new TestFolder();
        using var index = MailIndex.Open(folder.File("mail"), new MailIndexOptions(), TimeProvider.System);
        var (follower, recovery) = Over(counter, index);
        var ann = await counter.Desk.ReaderAsync("ann@example.edu");
        var text = string.Concat(Enumerable.Repeat("Nothing of use stands here.\r\n", 40)) + "The needle is in the 乾草堆.\r\n";
        var mail = Mails.Envelope(counter.Desk.Time.GetUtcNow(), Mails.To("ann@example.edu"));
        var open = (await counter.Desk.Ledger.RecordAsync(mail, Mails.Message("Open", text))).Id;
        var held = (await counter.Desk.Ledger.RecordAsync(mail, Mails.Message("Held", text))).Id;
        await counter.Desk.Ledger.AppendAsync(
            new CampaignActed("c", CampaignAct.Hold, false, "why", [held.ToString()]) { Actor = Actor.System("t"), At = counter.Desk.Time.GetUtcNow() }, Cancel);
        await IndexAsync(follower, counter);

        var rows = (await recovery.FindAsync(ann, new SearchWish("needle 乾草", 10, WithHits: true), Cancel)).Items.ToDictionary(row => row.Hit.Id);
        var snippet = rows[open.ToString()].Hits.Text!;
        Assert.Equal(["needle", "乾草"], snippet.Hits.Select(hit => snippet.Text.Substring(hit.Start, hit.Length)));
        Assert.Null(rows[held.ToString()].Hits.Text);
    }

    private static (IndexFollower Follower, IRecovery Recovery) Over(Counter counter, MailIndex index)
    {
        var follower = new IndexFollower(counter.Desk.Log, index, new MailReader().ReadFacts, TimeProvider.System, NullLogger<IndexFollower>.Instance);
        return (follower, new Recorder.Recovery.Recovery(
            counter.Desk.Log, index, counter.EventIndex, counter.Desk.Ledger, counter.Desk.Book, new MailReader(), follower, counter.Events,
            Options.Create(new RetentionOptions()), counter.Desk.Time));
    }

    private static async Task IndexAsync(IndexFollower follower, Counter counter)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var running = Task.Run(() => follower.RunAsync(stop.Token), Cancel);
        await follower.CatchUpAsync(Cancel).WaitAsync(TimeSpan.FromSeconds(60), Cancel);
        await stop.CancelAsync();
        await running.ContinueWith(_ => { }, TaskScheduler.Default);
        await counter.Desk.Ledger.CatchUpAsync(Cancel);
    }

    private static IEnumerable<string> Totals(IRecovery recovery, Reader reader) =>
        ((string[])["is:released", "is:resent", "is:reported", "is:hidden", "is:held", "-is:released", ""]).Select(query => $"{query} {Total(recovery, reader, query)}");

    private static long Total(IRecovery recovery, Reader reader, string query) => recovery.Find(reader, query, 10, null).Total;
}
