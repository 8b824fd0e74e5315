using Recorder.Search;

namespace Recorder.Tests.Search;

/// <summary>A query as text together with what it means, evaluated by looking at every mail: shares no code with the index.</summary>
internal sealed record SlowQuery(string Text, Func<SearchDocument, IReadOnlyList<OwnerScope>?, bool> Matches)
{
    public static SlowQuery Random(Random random, int depth = 2)
    {
        if (depth == 0) return Leaf(random);
        return random.Next(6) switch
        {
            0 => Both(Random(random, depth - 1), Random(random, depth - 1)),
            1 => Either(Random(random, depth - 1), Random(random, depth - 1)),
            2 => Not(Random(random, depth - 1)),
            _ => Leaf(random),
        };
    }

    /// <summary>By received time, then lane, then sequence, newest first.</summary>
    public static List<string> Ids(IEnumerable<SearchDocument> mails, IReadOnlyList<OwnerScope>? scope, SlowQuery query) => mails
        .Where(m => scope is null || Own(m, scope).Any()).Where(m => query.Matches(m, scope))
        .OrderByDescending(m => m.ReceivedAt).ThenByDescending(m => m.Lane, StringComparer.Ordinal).ThenByDescending(m => m.Sequence)
        .Select(m => m.Id).ToList();

    public static IEnumerable<string> Own(SearchDocument mail, IReadOnlyList<OwnerScope>? scope) => mail.Owners.Where(owner =>
        scope is null || scope.Any(s => s.Address == owner && !(mail.ReceivedAt < s.From) && !(mail.ReceivedAt >= s.Until)));

    private static SlowQuery Leaf(Random random) => random.Next(20) switch
    {
        0 or 1 => Word(SampleMail.Pick(SampleMail.Words, random)),
        2 or 3 => Piece(SampleMail.Pick(SampleMail.Runs, random), random),
        4 => Subject(SampleMail.Pick(SampleMail.Words, random)),
        5 => From(SampleMail.Pick(SampleMail.Senders, random)),
        6 => new("has:attachment", (m, _) => m.AttachmentNames.Count > 0),
        7 => Larger(random.Next(1, 10)),
        8 => After(SearchBed.Now.UtcDateTime.Date.AddDays(-random.Next(20))),
        10 => new("subject:(report OR 成績)", (m, _) => HasWord(m.Subject, "report") || m.Subject.Contains("成績", StringComparison.Ordinal)),
        11 => Body(SampleMail.Pick(SampleMail.Words, random)),
        12 => On(SearchBed.Now.UtcDateTime.Date.AddDays(-random.Next(20))),
        13 => new("on:2026-11", (m, _) => m.ReceivedAt is { Year: 2026, Month: 11 }),
        14 => new("is:delivered", (m, scope) => Own(m, scope).Any(o => m.Dispositions[o] == "deliver")),
        15 => new("has:pdf", (m, _) => m.AttachmentNames.Count > 0),
        16 => new("from:@sender.example", (m, _) => m.From.EndsWith("@sender.example", StringComparison.Ordinal)),
        17 => new("older_than:5d", (m, _) => m.ReceivedAt < SearchBed.Now.AddDays(-5)),
        18 => Smaller(random.Next(1, 10)),
        9 => new("is:held", (m, scope) => Own(m, scope).Any(o => m.Dispositions[o].StartsWith("held", StringComparison.Ordinal))),
        _ => To(SampleMail.Pick(SampleMail.Owners, random)),
    };

    private static SlowQuery Both(SlowQuery a, SlowQuery b) => new($"({a.Text} {b.Text})", (m, s) => a.Matches(m, s) && b.Matches(m, s));

    private static SlowQuery Either(SlowQuery a, SlowQuery b) => new($"({a.Text} OR {b.Text})", (m, s) => a.Matches(m, s) || b.Matches(m, s));

    private static SlowQuery Not(SlowQuery a) => new($"-({a.Text})", (m, s) => !a.Matches(m, s));

    private static SlowQuery Word(string word) => new(word, (m, _) => HasWord($"{m.Subject} {m.Text} {string.Join(' ', m.AttachmentNames)}", word));

    private static SlowQuery Subject(string word) => new($"subject:{word}", (m, _) => HasWord(m.Subject, word));

    private static SlowQuery Body(string word) => new($"內文：{word}", (m, _) => HasWord(m.Text, word));

    private static SlowQuery On(DateTime day) => new($"on:{day:yyyy-MM-dd}", (m, _) => m.ReceivedAt >= day && m.ReceivedAt < day.AddDays(1));

    private static SlowQuery Smaller(int thousand) => new($"smaller:{thousand * 1000}", (m, _) => m.SizeBytes < thousand * 1000);

    private static SlowQuery From(string name) => new($"from:{name}", (m, _) => m.From.StartsWith(name, StringComparison.Ordinal) || m.ReversePath.StartsWith(name, StringComparison.Ordinal));

    private static SlowQuery Larger(int thousand) => new($"larger:{thousand * 1000}", (m, _) => m.SizeBytes > thousand * 1000);

    private static SlowQuery After(DateTime day) => new($"after:{day:yyyy-MM-dd}", (m, _) => m.ReceivedAt >= day);

    private static SlowQuery To(string owner) => new($"to:{owner}", (m, scope) => m.To == owner || Own(m, scope).Contains(owner));

    private static SlowQuery Piece(string run, Random random)
    {
        var start = random.Next(run.Length);
        var piece = run.Substring(start, random.Next(1, run.Length - start + 1));
        return new(piece, (m, _) => m.Subject.Contains(piece, StringComparison.Ordinal) || m.Text.Contains(piece, StringComparison.Ordinal));
    }

    private static bool HasWord(string text, string word) => text.Split(' ', '.').Contains(word);
}
