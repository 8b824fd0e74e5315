using System.Diagnostics;
using Recorder.Benchmarks.Compare;
using Recorder.Benchmarks.Load;
using Recorder.Mail;
using Recorder.Search;
using Recorder.SystemTests.Peers;

namespace Recorder.Benchmarks.Following;

/// <summary>
/// What the index takes while it follows mail that comes steadily: the mail of <c>sustained</c>, already read, shown every so many
/// messages and made durable every ten times as many, as under load every second and every ten do. In process.
/// </summary>
internal sealed class FollowingCosts(int documents, int shown, Action<string> say)
{
    private const int Seed = 20261123, Texts = 2_000, Owners = 200, Piece = 15;

    private static readonly DateTimeOffset Start = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly List<SearchDocument> texts = Read(MailPool.EightKilobytes(Seed));

    public int Run()
    {
        using var scratch = new Scratch();
        var folder = scratch.File("index");
        using var index = MailIndex.Open(folder, new MailIndexOptions(), TimeProvider.System);
        var warmUp = shown * 10;
        Follow(index, warmUp, from: 0);
        var (collected, paused, allocated) = (Collections(), GC.GetTotalPauseDuration(), GC.GetTotalAllocatedBytes());
        var spent = Follow(index, documents, from: warmUp);
        say($"{documents} messages, shown every {shown}: {Number.Text(spent.TotalMicroseconds / documents)} us of processor time and {Number.Text((GC.GetTotalAllocatedBytes() - allocated) / 1024.0 / documents)} KB of garbage a message");
        say($"collections {string.Join(", ", Collections().Zip(collected, (now, before) => now - before))} of generations 0, 1, 2, {Number.Text((GC.GetTotalPauseDuration() - paused).TotalMilliseconds)} ms of pauses; "
            + $"index {Number.Text(new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length) / 1e6)} MB");
        return 0;
    }

    private static int[] Collections() => [GC.CollectionCount(0), GC.CollectionCount(1), GC.CollectionCount(2)];

    /// <returns>The processor time of the whole process, merges beside it included.</returns>
    private TimeSpan Follow(MailIndex index, int count, int from)
    {
        using var process = Process.GetCurrentProcess();
        var began = process.TotalProcessorTime;
        for (var done = Piece; done <= count; done += Piece)
        {
            index.Add([.. Enumerable.Range(from + done - Piece, Piece).Select(Mail)]);
            var through = new Dictionary<string, long> { ["a"] = from + done };
            if (done % shown == 0) index.Refresh(through);
            if (done % (shown * 10) == 0) index.Commit(through);
        }
        process.Refresh();
        return process.TotalProcessorTime - began;
    }

    private SearchDocument Mail(int number) => texts[number % Texts] with
    {
        Id = Guid.CreateVersion7(Start.AddSeconds(number)).ToString(), Sequence = number + 1, ReceivedAt = Start.AddSeconds(number),
    };

    private static List<SearchDocument> Read(MailPool pool)
    {
        var reader = new MailReader();
        return [.. Enumerable.Range(0, Texts).Select(number => Read(reader, pool, number))];
    }

    private static SearchDocument Read(MailReader reader, MailPool pool, int number)
    {
        var (from, to) = ("someone@sender.example", $"user{number % Owners}@example.edu");
        var facts = reader.ReadFacts(new MemoryStream(pool.Make(number, from, [to]).Wire), CancellationToken.None);
        return new SearchDocument(
            "", "a", 0, Start, [to], new Dictionary<string, string> { [to] = "deliver" }, from, facts.Subject, from, to, "",
            facts.MessageId ?? "", "", facts.Text, facts.Summary, [], SizeBytes: 8_000);
    }
}
