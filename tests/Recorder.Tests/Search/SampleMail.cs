using Recorder.Search;

namespace Recorder.Tests.Search;

/// <summary>Generated mail from small vocabularies, so that random queries meet it often.</summary>
internal static class SampleMail
{
    public static readonly string[] Words = ["alpha", "beta", "gamma", "delta", "report", "invoice", "meeting", "exam"];
    public static readonly string[] Runs = ["期末成績", "會議通知", "圖書館", "停車證", "成績公告"];
    public static readonly string[] Owners = ["amy@example.edu", "bob@example.edu", "carol@example.edu", "dan@dept.example.edu"];
    public static readonly string[] Senders = ["news", "office", "teacher", "shop"];
    private static readonly string[] States = ["deliver", "held.spam", "held.phish"];

    public static List<SearchDocument> Many(int count, Random random) =>
        Enumerable.Range(1, count).Select(sequence => Make(sequence, random)).ToList();

    /// <summary>Received times mostly follow the sequence, are shared by several mails now and then, and are sometimes long past (imports).</summary>
    public static SearchDocument Make(int sequence, Random random)
    {
        var owners = Owners.Where(_ => random.Next(3) == 0).DefaultIfEmpty(Pick(Owners, random)).ToList();
        var received = random.Next(8) == 0 ? SearchBed.Now.AddDays(-random.Next(300)) : SearchBed.Now.AddHours(-400).AddMinutes(sequence / 3 * 5);
        return new SearchDocument(
            $"id-{sequence:D6}", random.Next(2) == 0 ? "a" : "b", sequence, received,
            owners, owners.ToDictionary(o => o, _ => Pick(States, random)), $"{Pick(Senders, random)}@bounce.example",
            Phrase(random, 3), $"{Pick(Senders, random)}@sender.example", Pick(Owners, random), "", $"<{sequence}@x>", "",
            Phrase(random, 12), "", random.Next(4) == 0 ? [Pick(Words, random) + ".pdf"] : [], random.Next(1, 10) * 1000);
    }

    public static Dictionary<string, long> Through(IEnumerable<SearchDocument> mails) =>
        mails.GroupBy(m => m.Lane).ToDictionary(lane => lane.Key, lane => lane.Max(m => m.Sequence));

    public static T Pick<T>(IReadOnlyList<T> items, Random random) => items[random.Next(items.Count)];

    private static string Phrase(Random random, int words) =>
        string.Join(' ', Enumerable.Range(0, random.Next(1, words)).Select(_ => random.Next(3) == 0 ? Pick(Runs, random) : Pick(Words, random)));
}
