using System.Security.Cryptography;
using Recorder.Archive;
using Recorder.Ledger;
using Recorder.Smtp;
using Recorder.Tests.Archive.Disk;
using Recorder.Tests.Archive.Log;
using Recorder.Tests.Fakes;

namespace Recorder.Tests.Flow;

/// <summary>The flow over the real archive on a disk that forgets, at a crash, whatever was not synced.</summary>
public sealed class CrashTests
{
    private const string Alice = "alice@example.edu";

    private sealed record Kept(string Id, string Sha256, string ReversePath, RecordedMail Mail);

    private static async Task<FlowWorld> OverAsync(MailArchive archive, FakeHop? hop = null)
    {
        var world = new FlowWorld { Archive = archive };
        if (hop is not null) return await world.StartAsync(hop);
        return await world.StartAsync();
    }

    private static async Task<List<Kept>> RecordsAsync(MailArchive archive)
    {
        List<Kept> records = [];
        await foreach (var entry in archive.ReadAsync(0, EntryKinds.Mail, CancellationToken.None))
        {
            var mail = RecordedMail.Decode(entry.Payload.Span);
            await using var stream = await archive.OpenContentAsync(entry.Id, CancellationToken.None);
            var sha = Convert.ToHexString(await SHA256.HashDataAsync(stream));
            records.Add(new Kept(entry.Id.ToString(), sha, mail.ReversePath, mail));
        }
        return records;
    }

    private static byte[] Message(int number) => Mails.Message($"Number {number}", new string((char)('a' + number % 26), number % 3 == 0 ? 20_000 : 200));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public async Task Whatever_was_answered_250_is_there_after_the_power_went_and_retries_make_no_second_record(int seed)
    {
        var disk = new FaultyDisk(seed);
        await using var bench = await LogBench.OpenAsync(disk);
        var random = new Random(seed);
        var before = await OverAsync(bench.Log);
        before.Hop.Answer = _ => random.Next(4) switch { 0 => FakeHop.Deferred, 1 => FakeHop.Lost, _ => FakeHop.Said(DeliveryOutcome.Accepted, 250, "2.0.0", "kept") };
        disk.LosePowerAfter(random.Next(20, 120));

        List<(int Number, SmtpReply Reply)> answers = [];
        for (var number = 0; number < 25; number++)
        {
            answers.Add((number, await AnswerAsync(before, number)));
        }
        Assert.True(disk.PowerLost);
        await before.Ledger.DisposeAsync();
        var archive = await bench.CrashAndOpenAsync();

        await using var after = await OverAsync(archive);
        var kept = (await RecordsAsync(archive)).ToDictionary(record => record.Id);
        Assert.All(answers.Where(one => one.Reply.IsPositive), one =>
            Assert.Equal(Convert.ToHexString(SHA256.HashData(Message(one.Number))), kept[one.Reply.Text[..36]].Sha256));
        Assert.All(answers.Where(one => !one.Reply.IsPositive), one => Assert.True(one.Reply.IsTransient, one.Reply.ToString()));

        foreach (var (number, earlier) in answers)
        {
            var again = Assert.Single(await after.SendAsync(Message(number), [Alice], confirm: false));
            Assert.Equal(250, again.Code);
            if (earlier.IsPositive) Assert.Equal(earlier.ToString(), again.ToString());
        }
        Assert.Equal(answers.Count, (await RecordsAsync(archive)).Select(record => record.Sha256).Distinct().Count());
        Assert.Equal(answers.Count, (await RecordsAsync(archive)).Count);
        Assert.DoesNotContain(after.Hop.Tried, taken => answers.Any(one => one.Reply.IsPositive && taken.Content.AsSpan().SequenceEqual(Message(one.Number))));
    }

    private static async Task<SmtpReply> AnswerAsync(FlowWorld world, int number)
    {
        try
        {
            return Assert.Single(await world.SendAsync(Message(number), [Alice], confirm: false));
        }
        catch (SmtpRefusedException refused)
        {
            return refused.Reply;
        }
        catch (IOException)
        {
            // Power went while a spooled message was being read: the session's guard answers so.
            return new SmtpReply(451, "4.3.0", "Internal error");
        }
    }

    [Fact]
    public async Task A_large_message_goes_through_a_spool_file_and_comes_out_as_it_went_in()
    {
        var disk = new FaultyDisk(seed: 9);
        await using var bench = await LogBench.OpenAsync(disk, new ArchiveOptions { MailReserveBytes = 0, EventReserveBytes = 0 });
        var message = Mails.Message("Large", string.Concat(Enumerable.Repeat("0123456789abcdef 繁體中文\r\n", 120_000)));
        var world = await OverAsync(bench.Log);

        var reply = Assert.Single(await world.SendAsync(message, [Alice], confirm: false));
        await world.Ledger.DisposeAsync();
        var archive = await bench.CrashAndOpenAsync();

        Assert.True(message.Length > 3 << 20);
        Assert.Equal(message, Assert.Single(world.Hop.Tried).Content);
        var record = Assert.Single(await RecordsAsync(archive));
        Assert.Equal((reply.Text[..36], Convert.ToHexString(SHA256.HashData(message))), (record.Id, record.Sha256));
    }

    [Fact]
    public async Task Begun_without_an_end_survives_the_power_and_is_sent_again()
    {
        var disk = new FaultyDisk(seed: 10);
        await using var bench = await LogBench.OpenAsync(disk);
        var world = await OverAsync(bench.Log);
        var id = Assert.Single(await world.SendAsync(Message(1), [Alice], confirm: false)).Text[..36];
        await world.Ledger.AppendAsync(
            new DispatchRequested(id, DispatchKind.Resend, Alice, Alice, "", 1) { Actor = new Actor("user", Alice), At = world.Time.GetUtcNow() }, CancellationToken.None);
        world.Hop.During = _ => { disk.LosePowerAfter(0); return Task.CompletedTask; };
        await Assert.ThrowsAsync<ArchiveException>(() => world.Attempts.RunAsync(Assert.Single(world.Owed), CancellationToken.None));
        Assert.Equal(2, world.Hop.Tried.Count);
        await world.Ledger.DisposeAsync();

        await using var after = await OverAsync(await bench.CrashAndOpenAsync());
        Assert.Equal(DispatchState.Begun, Assert.Single(after.Owed).State);
        await after.Attempts.RunAsync(Assert.Single(after.Owed), CancellationToken.None);

        Assert.Equal(TraceOf(world.Hop.Tried.Last()), TraceOf(Assert.Single(after.Hop.Tried)));
        Assert.Empty(after.Owed);

        static string TraceOf(Taken taken) => taken.Fields[taken.Fields.IndexOf("X-Recorder-Trace", StringComparison.Ordinal)..];
    }
}
