using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Recorder.Accounts;
using Recorder.Archive;
using Recorder.Archive.Disk;
using Recorder.Archive.Segments;
using Recorder.Benchmarks.Finding;
using Recorder.Ledger;
using Recorder.Retention;
using Recorder.Search;

namespace Recorder.Benchmarks.Purging;

/// <summary>What the purge of the oldest day costs, by how many days the archive holds: in process, on made mail, with archive, ledger and index.</summary>
internal sealed class PurgeBench(int messagesADay, int times, Action<string> say)
{
    private const string Owner = "u@example.edu";
    private static readonly Actor Bench = Actor.System("bench");
    private readonly MailShape shape = new(3);

    public async Task<int> RunAsync(IReadOnlyList<int> days, CancellationToken cancel)
    {
        foreach (var held in days) await MeasureAsync(held, cancel);
        return 0;
    }

    private async Task MeasureAsync(int days, CancellationToken cancel)
    {
        var folder = Directory.CreateTempSubdirectory("recorder-purging-").FullName;
        try
        {
            var clock = new DayClock(new DateTimeOffset(2027, 1, 1, 12, 0, 0, TimeSpan.Zero));
            await using var archive = await MailArchive.OpenAsync(new ArchiveOptions(), new RealDisk(Directory.CreateDirectory(Path.Combine(folder, "archive")).FullName), clock, cancel);
            await using var ledger = await Ledger.Ledger.OpenAsync(archive, null, clock, cancel: cancel);
            using var index = MailIndex.Open(Path.Combine(folder, "index"), new MailIndexOptions(), clock);
            var life = new PurgeLife(archive, ledger, index, clock, new RetentionOptions { Days = days, AllowShorter = true });
            // Two more days pass before a day's mail may leave.
            for (var day = 0; day < days + 2; day++) await DayAsync(archive, ledger, index, clock, day, cancel);
            var took = new List<(double Milliseconds, PurgeOutcome Outcome)>();
            for (var time = 0; time < times; time++)
            {
                var began = Stopwatch.GetTimestamp();
                var outcome = await life.Purge.ExecuteAsync(Bench, null, cancel);
                took.Add((Stopwatch.GetElapsedTime(began).TotalMilliseconds, outcome));
                await DayAsync(archive, ledger, index, clock, days + 2 + time, cancel);
            }

            Tell(days, archive, life, took);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private void Tell(int days, MailArchive archive, PurgeLife life, List<(double Milliseconds, PurgeOutcome Outcome)> took)
    {
        var mail = archive.Segments.Where(segment => segment.Kind == SegmentKind.Mail).ToList();
        say($"{days} days of {messagesADay} messages ({mail.Count} segments, {mail.Sum(segment => segment.StoredBytes) / 1e6:F0} MB): "
            + $"{string.Join(", ", took.Select(one => $"{one.Milliseconds:F0} ms for {one.Outcome.Records} messages, {one.Outcome.Documents} documents"))}; "
            + $"{life.Planner.SegmentsRead} segments read in {took.Count} purges");
    }

    private async Task DayAsync(MailArchive archive, Ledger.Ledger ledger, MailIndex index, DayClock clock, int day, CancellationToken cancel)
    {
        await Parallel.ForEachAsync(Enumerable.Range(day * messagesADay, messagesADay), new ParallelOptions { MaxDegreeOfParallelism = 64, CancellationToken = cancel },
            async (number, stop) => await RecordAsync(archive, ledger, clock, number, stop));
        await archive.SealAsync(cancel);
        var last = index.Checkpoint.GetValueOrDefault(archive.Lane);
        await foreach (var entry in archive.ReadAsync(last, EntryKinds.Mail, cancel)) index.Add([Document(entry)]);
        var through = new Dictionary<string, long> { [archive.Lane] = archive.DurableSequence };
        index.Refresh(through);
        index.Commit(through);
        clock.Advance(TimeSpan.FromDays(1));
        await ledger.AppendAsync(new ClockConfirmed { Actor = Bench, At = clock.GetUtcNow() }, cancel);
    }

    private async Task RecordAsync(MailArchive archive, Ledger.Ledger ledger, DayClock clock, int number, CancellationToken cancel)
    {
        await using var writer = archive.BeginContent();
        await writer.WriteAsync(new(new MadeMail(shape, int.MaxValue, 1, 0).Bytes(number)), cancel);
        await using var content = await writer.CompleteAsync(cancel);
        var mail = new RecordedMail(
            "a@outside.example", [new RecordedRecipient(Owner, [Owner], Dispositions.Journal)], Smtp.MailParameters.None, clock.GetUtcNow(), "default", RecordedMail.JournalMode,
            "127.0.0.1", "mail.example.org", "ESMTP", null, null, null, new Smtp.WireShape(content.LengthBytes, false, false, false, false, 78));
        await ledger.RecordAsync(mail, content, "", cancel);
    }

    private SearchDocument Document(LogEntry entry)
    {
        var number = (int)entry.Position.Sequence;
        return new MadeMail(shape, int.MaxValue, 1, 0).Document(number) with
        {
            Id = entry.Id.ToString(), Lane = entry.Position.Lane, Sequence = entry.Position.Sequence, ReceivedAt = entry.ReceivedAt, Owners = [Owner],
            Dispositions = new Dictionary<string, string> { [Owner] = Dispositions.Journal },
        };
    }

    /// <summary>The purge with what stands around it.</summary>
    private sealed class PurgeLife
    {
        public PurgeLife(MailArchive archive, Ledger.Ledger ledger, MailIndex index, TimeProvider time, RetentionOptions values)
        {
            var (options, gate, clock) = (Options.Create(values), new RetentionGate(), new ClockWatch(ledger, time));
            Planner = new PurgePlanner(archive, ledger, options, time);
            var names = new PurgeNames(archive, ledger);
            var holds = new Holds(archive, ledger, index, _ => Task.CompletedTask, new AddressBook([], "bench", new AccountsOptions()), gate, names, time);
            Purge = new Purge(
                archive, archive, ledger, index, _ => Task.CompletedTask, holds, Planner, new RecordTraces(ledger, time), names, gate, clock,
                new DefaultTerm(ledger, options, time, NullLogger<DefaultTerm>.Instance), new Approvals(ledger, Planner, options, time), options, time, NullLogger<Purge>.Instance);
        }

        public PurgePlanner Planner { get; }

        public Purge Purge { get; }
    }
}
