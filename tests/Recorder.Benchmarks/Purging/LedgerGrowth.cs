using System.Diagnostics;
using Recorder.Archive;
using Recorder.Archive.Disk;
using Recorder.Archive.Segments;
using Recorder.Ledger;
using Recorder.Smtp;

namespace Recorder.Benchmarks.Purging;

/// <summary>What the ledger takes on the disk for each message, and how long making the state from it takes: in process, with the facts that a delivery leaves.</summary>
internal sealed class LedgerGrowth(int messages, Action<string> say)
{
    private const int ConfirmedTogether = 20, ViewedEvery = 10;

    public async Task<int> RunAsync(CancellationToken cancel)
    {
        var folder = Directory.CreateTempSubdirectory("recorder-ledger-").FullName;
        try
        {
            await using var archive = await MailArchive.OpenAsync(new ArchiveOptions(), new RealDisk(folder), TimeProvider.System, cancel);
            await Parallel.ForEachAsync(Enumerable.Range(0, messages / ConfirmedTogether), new ParallelOptions { MaxDegreeOfParallelism = 64, CancellationToken = cancel },
                async (group, stop) => await GroupAsync(archive, group, stop));
            await archive.SealAsync(cancel);
            var ledger = archive.Segments.Where(segment => segment.Kind == SegmentKind.Ledger).ToList();
            var (entries, bytes) = (ledger.Sum(segment => (long)segment.EntryCount), ledger.Sum(segment => segment.StoredBytes));
            say($"{messages} messages: {entries} facts, {bytes / 1e6:F1} MB sealed, {(double)bytes / messages:F1} bytes a message");
            var began = Stopwatch.GetTimestamp();
            await using var state = await Ledger.Ledger.OpenAsync(archive, null, TimeProvider.System, cancel: cancel);
            say($"state made from it: {entries / Stopwatch.GetElapsedTime(began).TotalSeconds:F0} facts/s");
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task GroupAsync(MailArchive archive, int group, CancellationToken cancel)
    {
        var (now, random) = (TimeProvider.System.GetUtcNow(), new Random(group));
        var confirmed = new List<ConfirmedAnswer>();
        for (var number = 0; number < ConfirmedTogether; number++)
        {
            var (id, to) = (Guid.CreateVersion7(now).ToString("D"), $"user{random.Next(30_000)}@example.edu");
            var reply = $"250 2.0.0 <{to}> {Convert.ToBase64String(Guid.NewGuid().ToByteArray())} Saved";
            await AppendAsync(archive, new MessageRelayed(id, [new RecipientOutcome(to, to, DeliveryOutcome.Accepted, "lmtp.example.edu:24", reply)]) { Actor = Actor.System("flow"), At = now }, cancel);
            if (number % ViewedEvery == 0) await AppendAsync(archive, new MessageViewed(id, to, "message") { Actor = new Actor("user", to, $"192.0.2.{random.Next(256)}"), At = now }, cancel);
            confirmed.Add(new ConfirmedAnswer(id, [to]));
        }

        await AppendAsync(archive, new AnswersConfirmed(confirmed) { Actor = Actor.System("flow"), At = now }, cancel);
    }

    private static Task AppendAsync(MailArchive archive, LedgerEvent fact, CancellationToken cancel) => archive.AppendAsync(new NewEvent(LedgerJson.Encode(fact)), cancel);
}
