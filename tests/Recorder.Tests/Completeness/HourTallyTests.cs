using CsCheck;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Recorder.Archive;
using Recorder.Archive.Disk;
using Recorder.Completeness.Hours;
using Recorder.Ledger;
using Recorder.Smtp;
using Recorder.Tests.Fakes;

namespace Recorder.Tests.Completeness;

public sealed class HourTallyTests
{
    private static readonly Actor Hook = Actor.System("hook");
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 1, 5, 9, 30, 0, TimeSpan.Zero));
    private readonly InMemoryLog log;

    public HourTallyTests() => log = new InMemoryLog(time);

    [Fact]
    public async Task A_recipient_moves_from_waiting_to_where_it_ends_and_stays_in_the_hour_it_came()
    {
        var id = await RecordAsync(Mails.To("a@example.edu"), Mails.To("b@example.edu", Dispositions.HeldSpam), Mails.To("c@example.edu"));
        Assert.Equal("recorded 3 handed 0 delivered 0 held 1 outbox 0 returned 0 refused 0 waiting 2 unsettled 0", Words(Single()));
        time.Advance(TimeSpan.FromHours(2));
        await RelayedAsync(id, ("a@example.edu", DeliveryOutcome.Accepted), ("c@example.edu", DeliveryOutcome.PermanentFailure));
        Assert.Equal("recorded 3 handed 0 delivered 1 held 1 outbox 0 returned 0 refused 1 waiting 0 unsettled 0", Words(Single()));
        await AppendAsync(new DispatchRequested(id, DispatchKind.Leftover, "c@example.edu", "c@example.edu", "s@example.org", 0) { Actor = Hook, At = time.GetUtcNow() });
        await ConfirmAsync(id, "a@example.edu", "b@example.edu", "c@example.edu");
        Assert.Equal("recorded 3 handed 3 delivered 1 held 1 outbox 1 returned 0 refused 0 waiting 0 unsettled 0", Words(Single()));
        await EndedAsync(id, "c@example.edu", DeliveryOutcome.TransientFailure, time.GetUtcNow().AddMinutes(1));
        Assert.Equal(1, Single().Outbox);
        await EndedAsync(id, "c@example.edu", DeliveryOutcome.PermanentFailure, null);
        Assert.Equal("recorded 3 handed 3 delivered 1 held 1 outbox 0 returned 1 refused 0 waiting 0 unsettled 0", Words(Single()));
        // What was released later, or comes by again, was counted once.
        await RelayedAsync(id, ("b@example.edu", DeliveryOutcome.Accepted), ("a@example.edu", DeliveryOutcome.TransientFailure));
        await ConfirmAsync(id, "a@example.edu");
        Assert.Equal("recorded 3 handed 3 delivered 1 held 1 outbox 0 returned 1 refused 0 waiting 0 unsettled 0", Words(Single()));
        Assert.Equal(new DateTimeOffset(2026, 1, 5, 9, 0, 0, TimeSpan.Zero), Single().Hour);
    }

    [Fact]
    public async Task A_recipient_that_we_said_yes_to_and_that_nobody_owes_is_unsettled()
    {
        var id = await RecordAsync(Mails.To("a@example.edu"), Mails.To("j@example.edu", Dispositions.Journal));
        await RelayedAsync(id, ("a@example.edu", DeliveryOutcome.TransientFailure));
        Assert.Equal(0, Single().Unsettled);
        await ConfirmAsync(id, "a@example.edu", "j@example.edu");
        Assert.Equal((1, 1), (Single().Unsettled, Single().Journaled));
        await RelayedAsync(id, ("a@example.edu", DeliveryOutcome.Accepted));
        Assert.Equal((0, 1), (Single().Unsettled, Single().Delivered));
    }

    [Fact]
    public async Task An_import_is_a_record_of_its_hour_and_nobodys_hand_over()
    {
        await RecordAsync(Mails.To("a@example.edu"));
        await log.AppendAsync(Mails.Envelope(time.GetUtcNow(), Mails.To("a@example.edu", Dispositions.Import)) with { Mode = RecordedMail.ImportMode });
        Assert.Equal((2, 1), (Single().Records, Single().Recorded));
    }

    /// <summary>Wherever it is stopped, and with or without its file, the same log gives the same hours, and they always add up.</summary>
    [Fact]
    public async Task The_same_log_gives_the_same_hours_however_it_is_read() => await Gen.Int[1, int.MaxValue].SampleAsync(
        async seed =>
        {
            var (random, disk) = (new Random(seed), new MemoryDisk());
            var world = new HourTallyTests();
            await world.LiveAsync(random);
            var whole = world.Count(world.log.DurableSequence);
            Assert.All(whole, hour => Assert.Equal(hour.Recorded, hour.Delivered + hour.Held + hour.Journaled + hour.Outbox + hour.Returned + hour.Refused + hour.Waiting));
            for (var stop = 0L; stop < world.log.DurableSequence; stop += random.Next(1, 20))
            {
                var ledger = world.Follower(disk);
                ledger.Load();
                foreach (var entry in world.log.Entries.Where(entry => entry.Position.Sequence > ledger.Through && entry.Position.Sequence <= stop)) ledger.Add(entry);
                if (random.Next(3) > 0) ledger.Save();
            }

            var last = world.Follower(disk);
            last.Load();
            foreach (var entry in world.log.Entries.Where(entry => entry.Position.Sequence > last.Through)) last.Add(entry);
            Assert.Equal(whole, last.Hours);
        },
        iter: 30, threads: 1);

    [Theory]
    [InlineData("{ torn")]
    [InlineData("{}")]
    [InlineData("""{"Lane":"other","Through":1,"Hours":[],"Open":{}}""")]
    [InlineData("""{"Lane":"a","Through":9999,"Hours":[],"Open":{}}""")]
    public async Task A_file_that_does_not_belong_to_this_log_is_not_believed(string content)
    {
        var disk = new MemoryDisk();
        await RecordAsync(Mails.To("a@example.edu"));
        DurableFile.Write(disk, HourlyLedger.FileName, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(content)));
        var ledger = Follower(disk);
        ledger.Load();
        Assert.Equal((0, 0), (ledger.Through, ledger.Hours.Count));
    }

    private async Task LiveAsync(Random random)
    {
        var ids = new List<string>();
        string[] people = ["a@example.edu", "b@example.edu", "c@example.edu"], codes = [Dispositions.Deliver, Dispositions.Deliver, Dispositions.HeldSpam, Dispositions.Journal];
        for (var act = 0; act < 120; act++)
        {
            time.Advance(TimeSpan.FromMinutes(random.Next(400)));
            if (ids.Count == 0 || random.Next(4) == 0)
            {
                ids.Add(await RecordAsync([.. people.Take(random.Next(1, 4)).Select(name => Mails.To(name, codes[random.Next(codes.Length)]))]));
                continue;
            }

            var (id, one, outcome) = (ids[random.Next(ids.Count)], people[random.Next(people.Length)], (DeliveryOutcome)random.Next(4));
            switch (random.Next(4))
            {
                case 0: await RelayedAsync(id, (one, outcome)); break;
                case 1: await ConfirmAsync(id, one); break;
                case 2: await AppendAsync(new DispatchRequested(id, DispatchKind.Leftover, one, one, "", 0) { Actor = Hook, At = time.GetUtcNow() }); break;
                default: await EndedAsync(id, one, outcome, outcome == DeliveryOutcome.TransientFailure ? time.GetUtcNow() : null); break;
            }
        }
    }

    private HourlyLedger Follower(IDisk disk) => new(log, disk, time, NullLogger<HourlyLedger>.Instance);

    private IReadOnlyList<HourCount> Count(long through)
    {
        var tally = new HourTally();
        foreach (var entry in log.Entries.Where(entry => entry.Position.Sequence <= through)) tally.Add(entry);
        return [.. tally.Hours];
    }

    private HourCount Single() => Assert.Single(Count(log.DurableSequence));

    private static string Words(HourCount hour) =>
        $"recorded {hour.Recorded} handed {hour.HandedOver} delivered {hour.Delivered} held {hour.Held} outbox {hour.Outbox} returned {hour.Returned} refused {hour.Refused} waiting {hour.Waiting} unsettled {hour.Unsettled}";

    private async Task<string> RecordAsync(params RecordedRecipient[] recipients) => (await log.AppendAsync(Mails.Envelope(time.GetUtcNow(), recipients))).Id.ToString();

    private Task AppendAsync(LedgerEvent fact) => log.AppendAsync(new NewEvent(LedgerJson.Encode(fact)), CancellationToken.None);

    private Task ConfirmAsync(string id, params string[] recipients) => AppendAsync(new AnswersConfirmed([new ConfirmedAnswer(id, recipients)]) { Actor = Hook, At = time.GetUtcNow() });

    private Task RelayedAsync(string id, params (string Name, DeliveryOutcome Outcome)[] outcomes) => AppendAsync(
        new MessageRelayed(id, [.. outcomes.Select(one => new RecipientOutcome(one.Name, one.Name, one.Outcome, "hop", "words"))]) { Actor = Hook, At = time.GetUtcNow() });

    private Task EndedAsync(string id, string name, DeliveryOutcome outcome, DateTimeOffset? next) => AppendAsync(
        new DispatchEnded(id, DispatchKind.Leftover, 0, 1, new RecipientOutcome(name, name, outcome, "hop", "words"), next) { Actor = Hook, At = time.GetUtcNow() });
}
