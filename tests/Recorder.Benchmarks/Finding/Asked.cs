using System.Globalization;

namespace Recorder.Benchmarks.Finding;

/// <summary>One question, in our words and in notmuch's.</summary>
internal sealed record Asked(string Ours, string Theirs)
{
    public Asked(string both) : this(both, both) { }
}

/// <summary>The classes of questions. Words are drawn from those that people would search: neither the commonest nor one of a kind.</summary>
internal static class Questions
{
    private const int CommonRank = 30, RareRank = 3_000;

    public static IReadOnlyList<(string Class, Func<MailShape, Random, Asked> Draw)> All { get; } =
    [
        ("term", (shape, random) => new Asked(Word(shape, random))),
        ("two terms", (shape, random) => new Asked($"{Word(shape, random)} {Word(shape, random)}")),
        ("phrase", (shape, random) => new Asked($"\"{Common(shape, random)} {Common(shape, random)}\"")),
        ("Chinese", (shape, random) => new Asked(shape.ChineseWord(random.Next(2, 500)))),
        ("Chinese phrase", (shape, random) => Quoted(shape.ChineseWord(random.Next(2, 60)) + shape.ChineseWord(random.Next(2, 60)))),
        ("fielded", (shape, random) => new Asked($"subject:{Common(shape, random)}")),
        ("date-bounded", Dated),
        ("two-letter prefix", (shape, random) => new Asked($"{Word(shape, random)[..2]}*")),
        ("three-letter prefix", (shape, random) => new Asked($"{(Word(shape, random) + "xa")[..3]}*")),
        ("five-letter prefix", (shape, random) => new Asked($"{(Word(shape, random) + "xaxa")[..5]}*")),
        ("no hit", (_, random) => new Asked($"zq{random.Next(1_000_000).ToString(CultureInfo.InvariantCulture)}x")),
    ];

    private static string Word(MailShape shape, Random random) => shape.Word(random.Next(CommonRank, RareRank));

    private static string Common(MailShape shape, Random random) => shape.Word(random.Next(1, 100));

    private static Asked Quoted(string words) => new($"\"{words}\"");

    private static Asked Dated(MailShape shape, Random random)
    {
        var (word, month) = (Word(shape, random), random.Next(1, 10));
        return new Asked($"{word} after:2026-{month:00}-01 before:2026-{month + 1:00}-01", $"{word} date:2026-{month:00}-01..2026-{month + 1:00}-01");
    }
}
