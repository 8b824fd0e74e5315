using CsCheck;
using Recorder.Archive;
using Recorder.Completeness.Reconciling;
using Recorder.Ledger;
using Recorder.Tests.Fakes;
using Recorder.Tests.Retention;
using static Recorder.Tests.Completeness.LoggedWorld;

namespace Recorder.Tests.Completeness;

public sealed class ReconciliationTests
{
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly Random random = new(1);

    [Fact]
    public async Task A_log_and_the_archive_that_it_filled_agree()
    {
        await using var logged = await FilledAsync(3);
        var (summary, gaps) = await logged.ReconcileAsync();
        Assert.Empty(gaps);
        Assert.True(summary.IsComplete);
        Assert.Equal((6, 0, 6, 3), (summary.Deliveries, summary.Attempts, summary.Complete, summary.RecordsJudged));
    }

    /// <summary>The promise: whatever is lost on either side is listed, and nothing else.</summary>
    [Fact]
    public async Task Exactly_the_injected_losses_are_listed() => await Gen.Int[1, int.MaxValue].SampleAsync(
        async seed =>
        {
            var random = new Random(seed);
            await using var logged = await LoggedWorld.OpenAsync();
            logged.LogOther();
            logged.World.Time.Advance(TimeSpan.FromSeconds(5));
            var mails = new List<KeptMail>();
            for (var number = random.Next(1, 60); number > 0; number--)
            {
                mails.Add(await logged.HandOverAsync(random, [.. Enumerable.Range(0, random.Next(1, 5)).Select(name => $"u{name}@example.edu")]));
                if (random.Next(15) == 0) await logged.World.Archive.SealAsync(None);
            }

            logged.World.Time.Advance(TimeSpan.FromSeconds(5));
            logged.LogOther();
            await logged.World.CatchUpAsync(None);
            var expected = Lose(logged, mails, random);
            var (summary, gaps) = await logged.CompareAsync();
            Assert.Equal(expected.Order(StringComparer.Ordinal), gaps.Order(StringComparer.Ordinal));
            Assert.Equal(expected.Count, summary.GapCount);
            Assert.Equal(mails.Count, summary.RecordsJudged);
        },
        iter: 40, threads: 1);

    private static HashSet<string> Lose(LoggedWorld logged, List<KeptMail> mails, Random random)
    {
        var gaps = new HashSet<string>(StringComparer.Ordinal);
        var lines = logged.Lines.Where(line => line.Record.Length > 0).OrderBy(_ => random.Next()).ToList();
        foreach (var line in lines.Take(random.Next(4)))
        {
            logged.Lines.Remove(line);
            gaps.Add(Name(GapKind.NotInLog, line.Record, line.Recipient));
        }

        foreach (var mail in mails.OrderBy(_ => random.Next()).Take(random.Next(3)))
        {
            logged.World.Index.Remove(logged.World.Archive.Lane, mail.Sequence, mail.Sequence, _ => true);
            foreach (var line in logged.Lines.Where(line => line.Record == mail.Id)) gaps.Add(Name(GapKind.NotIndexed, line.Record, line.Recipient));
        }

        for (var number = random.Next(3); number > 0; number--)
        {
            var at = logged.Lines[random.Next(logged.Lines.Count)].Line[..15];
            var (record, stranger) = (Guid.CreateVersion7(logged.World.Now.AddSeconds(-random.Next(20))).ToString(), mails[random.Next(mails.Count)].Id);
            logged.Lines.Insert(random.Next(1, logged.Lines.Count - 1), Invented(at, record, "u0@example.edu"));
            gaps.Add(Name(GapKind.Missing, record, "u0@example.edu"));
            if (gaps.Add(Name(GapKind.OtherRecipients, stranger, "stranger@example.edu"))) logged.Lines.Insert(random.Next(1, logged.Lines.Count - 1), Invented(at, stranger, "stranger@example.edu"));
        }

        return gaps;
    }

    private static (string, string, string) Invented(string at, string record, string recipient) => (
        $"{at} mx postfix/lmtp[7]: 4XyZ1k2Lm3z1Abc: to=<{recipient}>, relay=127.0.0.1[127.0.0.1]:2525, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 2.0.0 {record} recorded)", "", "");

    [Fact]
    public async Task What_left_after_its_term_or_was_erased_is_not_missing()
    {
        await using var logged = await LoggedWorld.OpenAsync();
        var world = logged.World;
        await world.SetRuleAsync(new RetentionRule("ben", 100, [], ["ben@example.edu"], []));
        var erased = await logged.HandOverAsync(random, "amy@example.edu");
        await world.CatchUpAsync(None);
        Assert.True(RecordId.TryParse(erased.Id, out var id));
        await world.Erasures.EraseAsync(KeepingWorld.Admin, id, "asked for", None);
        await logged.HandOverAsync(random, "amy@example.edu", "cyd@example.edu"); // leaves a day that is written again
        await logged.HandOverAsync(random, "ben@example.edu");
        await NextDayAsync(world);
        await logged.HandOverAsync(random, "amy@example.edu"); // leaves with its whole day
        await NextDayAsync(world, 62);
        await world.Clock.ConfirmAsync(KeepingWorld.Admin, None); // the moments between the mails were leaps to it
        await world.Purge.ExecuteAsync(KeepingWorld.Admin, null, None);
        var (summary, gaps) = await logged.ReconcileAsync();
        Assert.Empty(gaps);
        Assert.Equal((5, 1, 3, 1), (summary.Deliveries, summary.Complete, summary.Purged, summary.Erased));

        logged.Log(Guid.CreateVersion7(world.Now.AddDays(-30)).ToString(), "amy@example.edu");
        Assert.Equal(1, (await logged.ReconcileAsync()).Summary.Gaps[GapKind.Missing]);
    }

    [Fact]
    public async Task A_record_that_went_missing_beside_purged_ones_is_missing()
    {
        await using var logged = await LoggedWorld.OpenAsync();
        var world = logged.World;
        var lost = await logged.HandOverAsync(random, "amy@example.edu");
        await world.Archive.SealAsync(None);
        // Nobody said so: the first file of the day is gone.
        world.Archive.Remove(world.Archive.Segments.Single(segment => segment.Kind == Recorder.Archive.Segments.SegmentKind.Mail));
        await logged.HandOverAsync(random, "amy@example.edu");
        await NextDayAsync(world, 62);
        await world.Clock.ConfirmAsync(KeepingWorld.Admin, None);
        Assert.Equal(1, (await world.Purge.ExecuteAsync(KeepingWorld.Admin, null, None)).Records);
        var (summary, gaps) = await logged.ReconcileAsync();
        Assert.Equal([Name(GapKind.Missing, lost.Id, "amy@example.edu")], gaps);
        Assert.Equal(1, summary.Purged);
    }

    [Fact]
    public async Task Near_the_ends_of_the_log_and_outside_the_span_nothing_is_missed_in_it()
    {
        await using var logged = await FilledAsync(8);
        var lost = logged.Lines.FindIndex(line => line.Record.Length > 0);
        var (record, recipient) = (logged.Lines[lost].Record, logged.Lines[lost].Recipient);
        logged.Lines.RemoveAt(lost);
        var name = Name(GapKind.NotInLog, record, recipient);
        Assert.Equal([name], (await logged.ReconcileAsync()).Gaps);
        var (edged, _) = await logged.ReconcileAsync(new ReconcileWish(null, null, ReconcileWish.DefaultEdge));
        Assert.Equal((true, 0, null), (edged.IsComplete, edged.RecordsJudged, edged.JudgedFrom));
        var half = logged.World.Now.AddSeconds(-30);
        var (late, _) = await logged.ReconcileAsync(new ReconcileWish(half, null, TimeSpan.Zero));
        var (early, gaps) = await logged.ReconcileAsync(new ReconcileWish(null, half, TimeSpan.Zero));
        Assert.True(late.IsComplete);
        Assert.Equal([name], gaps);
        Assert.Equal(15, late.Deliveries + early.Deliveries);
        Assert.Equal(8, late.RecordsJudged + early.RecordsJudged);
    }

    [Fact]
    public async Task An_answer_that_was_no_acceptance_names_its_record_all_the_same()
    {
        await using var logged = await FilledAsync(1);
        var mail = await logged.World.ReceiveAsync(random, new Dictionary<string, string> { ["u@example.edu"] = "deliver" }, "alpha");
        logged.Log(mail.Id, "u@example.edu", "deferred", $"(host 127.0.0.1[127.0.0.1] said: 451 4.4.1 {mail.Id} recorded; later (in reply to end of DATA command))");
        logged.World.Time.Advance(TimeSpan.FromSeconds(5));
        logged.LogOther();
        var (summary, gaps) = await logged.ReconcileAsync();
        Assert.Empty(gaps);
        Assert.Equal((2, 1, 3, 2), (summary.Deliveries, summary.Attempts, summary.Complete, summary.RecordsJudged));
    }

    [Fact]
    public async Task What_went_to_the_hook_and_came_back_without_an_id_is_counted_or_reported()
    {
        await using var logged = await FilledAsync(1);
        logged.Log("", "out@example.net", "sent", "(250 2.0.0 ok)");
        logged.Lines.Add((logged.Lines[^1].Line.Replace(":2525", ":24", StringComparison.Ordinal), "", "")); // another relay
        Assert.Equal((true, 1), await LookAsync(null));
        Assert.Equal((false, 0), await LookAsync("127.0.0.1[127.0.0.1]:2525"));

        async Task<(bool, long)> LookAsync(string? hook)
        {
            var (summary, _) = await logged.ReconcileAsync(new ReconcileWish(null, null, TimeSpan.Zero, Hook: hook));
            return (summary.IsComplete, summary.WithoutId);
        }
    }

    [Fact]
    public async Task A_record_that_the_index_has_not_come_to_is_looked_for_again_at_the_end()
    {
        await using var logged = await FilledAsync(2);
        var (summary, gaps) = await logged.CompareAsync(); // nothing is indexed when it begins
        Assert.Empty(gaps);
        Assert.Equal((4, 4), (summary.Deliveries, summary.Complete));
    }

    [Fact]
    public async Task A_recipient_is_known_by_the_name_it_was_handed_over_with()
    {
        await using var logged = await FilledAsync(1);
        var journal = await logged.RecordAsync(RecordedMail.JournalMode, Mails.To("\"b. c\"@example.edu", Dispositions.Journal));
        logged.Log(journal, "\"b. c#example.edu\"@journal.invalid");
        var resent = await logged.RecordAsync(RecordedMail.RelayMode, Mails.To("ann+list@Example.edu", Dispositions.Deliver, "ann@example.edu"), Mails.To("ben@example.edu"));
        logged.Log(resent, "ANN+list@example.edu"); // case is nobody's business
        logged.Log(resent, "ann@example.edu"); // resent: by the mailbox's own name, under the old id
        logged.Log(resent, "ben@example.edu");
        await logged.World.Ledger.AppendAsync(new DispatchRequested(resent, DispatchKind.Resend, "ann@elsewhere.example", "ann@example.edu", "", 1) { Actor = KeepingWorld.Admin, At = logged.World.Now }, None);
        logged.Log(resent, "ann@elsewhere.example");
        logged.World.Time.Advance(TimeSpan.FromSeconds(5));
        logged.LogOther();
        var (summary, gaps) = await logged.ReconcileAsync();
        Assert.Empty(gaps);
        Assert.Equal((7, 3), (summary.Deliveries, summary.RecordsJudged));
    }

    [Fact]
    public async Task An_imported_record_is_nobodys_to_log_and_another_servers_is_left_out_on_wish()
    {
        await using var logged = await FilledAsync(1);
        var copies = new Dictionary<string, string> { ["u@example.edu"] = "import" };
        await logged.World.ReceiveAsync(random, copies, "alpha", import: new ImportedFrom("/old", "maildir"));
        await logged.World.ReceiveAsync(random, copies, "alpha");
        logged.World.Time.Advance(TimeSpan.FromSeconds(5));
        logged.LogOther();
        Assert.Single((await logged.ReconcileAsync()).Gaps);
        Assert.Equal(1, (await logged.ReconcileAsync(new ReconcileWish(null, null, TimeSpan.Zero, Peer: "127.0.0.1"))).Summary.GapCount);
        Assert.Equal(0, (await logged.ReconcileAsync(new ReconcileWish(null, null, TimeSpan.Zero, Peer: "192.0.2.1"))).Summary.GapCount);
    }

    private async Task<LoggedWorld> FilledAsync(int mails)
    {
        var logged = await LoggedWorld.OpenAsync();
        logged.LogOther();
        logged.World.Time.Advance(TimeSpan.FromSeconds(5));
        for (var number = 0; number < mails; number++)
        {
            await logged.HandOverAsync(random, "amy@example.edu", "ben@example.edu");
            logged.World.Time.Advance(TimeSpan.FromSeconds(10));
        }

        logged.LogOther();
        return logged;
    }

    private static async Task NextDayAsync(KeepingWorld world, int days = 1)
    {
        for (var day = 0; day < days; day++)
        {
            world.Time.Advance(TimeSpan.FromDays(1));
            await world.Clock.LookAsync(None);
        }

        await world.Archive.SealAsync(None);
    }
}
