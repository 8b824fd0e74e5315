using System.Diagnostics;
using Recorder.Benchmarks.Compare;
using Recorder.Benchmarks.Load;
using Recorder.Search;
using Recorder.SystemTests.Peers;

namespace Recorder.Benchmarks.Searches;

/// <summary>What one search costs in processor time and garbage, in process, on a made index of many segments.</summary>
internal sealed class SearchCosts(int documents, int segments, Action<string> say)
{
    private const int Seed = 20261125, Owners = 40, WordsOfAText = 150, WarmUp = 30, Times = 150;
    private const string Often = "user1@example.edu", Seldom = "seldom@example.edu", Everywhere = "probe@example.edu";

    private readonly MailPool pool = new(Seed, _ => 100);
    private readonly DateTimeOffset start = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);

    public int Run()
    {
        using var scratch = new Scratch();
        // Each closed partition is one segment.
        using var index = MailIndex.Open(scratch.File("index"), new MailIndexOptions { PartitionDocuments = documents / segments }, TimeProvider.System);
        var clock = Stopwatch.StartNew();
        Fill(index);
        say($"{documents} documents in about {segments} segments, made in {Number.Text(clock.Elapsed.TotalSeconds)} s; each figure over {Times} searches");
        foreach (var owner in (string[])[Seldom, Everywhere, Often])
        {
            foreach (var (name, query) in Queries())
            {
                Measure(index, owner, name, query);
            }
        }

        return 0;
    }

    private static IEnumerable<(string Name, string Query)> Queries() =>
    [
        ("everything", ""), ("a word", Word(3)), ("two words", $"{Word(3)} {Word(40)}"), ("a phrase", $"\"{Word(3)} {Word(7)}\""),
        ("a Chinese phrase", Chinese(2) + Chinese(5)), ("no such word", "probe0123456789abcdef"), ("a field", $"subject:{Word(3)}"),
        ("a beginning", Word(3)[..2] + "*"), ("a long beginning", Word(3) + Word(7)[..2] + "*"), ("a word and a date", $"{Word(3)} after:2026-11-01"),
    ];

    private void Measure(MailIndex index, string owner, string name, string query)
    {
        var request = new SearchRequest([new OwnerScope(owner)], query);
        var page = index.Search(request);
        for (var i = 0; i < WarmUp; i++) index.Search(request);
        using var process = Process.GetCurrentProcess();
        var (cpu, bytes) = (process.TotalProcessorTime, GC.GetAllocatedBytesForCurrentThread());
        for (var i = 0; i < Times; i++) index.Search(request);
        process.Refresh();
        say($"{owner.Split('@')[0],-8} {name,-18} {(process.TotalProcessorTime - cpu).TotalMicroseconds / Times,8:F0} us {(GC.GetAllocatedBytesForCurrentThread() - bytes) / Times / 1024,7} KB {page.Total,7} found");
    }

    private void Fill(MailIndex index)
    {
        var random = new Random(Seed);
        List<SearchDocument> batch = [];
        for (var number = 1L; number <= documents; number++)
        {
            batch.Add(Mail(random, number));
            if (batch.Count == 100 || number == documents)
            {
                index.Add(batch);
                batch.Clear();
            }
        }

        var through = new Dictionary<string, long> { ["a"] = documents };
        index.Refresh(through);
        index.Commit(through);
    }

    private SearchDocument Mail(Random random, long number)
    {
        var owner = number * 3 % documents < 3 ? Seldom : number % 100 == 0 ? Everywhere : $"user{number % Owners}@example.edu";
        var text = string.Join(' ', Enumerable.Range(0, WordsOfAText).Select(_ => Common(random)));
        var subject = string.Join(' ', Enumerable.Range(0, 6).Select(_ => Common(random)));
        return new SearchDocument(
            Guid.CreateVersion7(start.AddSeconds(number)).ToString(), "a", number, start.AddSeconds(number), [owner],
            new Dictionary<string, string> { [owner] = "deliver" }, "bounce@sender.example", subject, $"{Common(random)} <{pool.SomeWord(random)}@sender.example>", owner, "",
            $"<{number}@sender.example>", "", text, text[..60], number % 10 == 0 ? [$"{Common(random)}.pdf"] : [], 3_000);
    }

    // Half of a text is common words, in two scripts; the rest is as uneven as in real text.
    private string Common(Random random) => random.Next(8) switch
    {
        0 => Chinese(random.Next(10)) + Chinese(random.Next(10)),
        < 4 => Word(random.Next(100)),
        _ => pool.SomeWord(random),
    };

    private static string Word(int number) => $"w{(char)('a' + number % 26)}{(char)('a' + number / 26)}or";

    private static string Chinese(int number) => "會議通知課程學生報名系統公告時間"[number..(number + 2)];
}
