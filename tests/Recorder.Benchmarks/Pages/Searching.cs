using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;
using Recorder.Benchmarks.Finding;

namespace Recorder.Benchmarks.Pages;

/// <summary>People who search in every way there is, and open what they find.</summary>
internal sealed partial class Searching(IReadOnlyList<Visitor> visitors, MailShape shape, PageTimes times)
{
    public const int SearchesPerSecond = 50, ViewsPerSecond = 20, PerSecond = SearchesPerSecond + ViewsPerSecond;

    private static readonly (string Kind, Func<MailShape, Random, string> Draw)[] Kinds =
    [
        .. Questions.All.Where(question => question.Class is not "date-bounded").Select(question => (question.Class, (Func<MailShape, Random, string>)((shape, random) => question.Draw(shape, random).Ours))),
        ("sender", (_, random) => string.Create(CultureInfo.InvariantCulture, $"from:sender{random.Next(900)}@outside.example")),
        ("date-bounded", (shape, random) => $"{shape.Word(random.Next(3, 300))} after:{TimeProvider.System.GetUtcNow().AddDays(-7):yyyy-MM-dd}"),
        ("all mail", (_, _) => ""),
    ];

    private readonly ConcurrentDictionary<Visitor, string[]> found = [];

    /// <summary>Every person looks at the list once, so that there is something to open.</summary>
    public async Task LookAsync(CancellationToken cancel)
    {
        foreach (var visitor in visitors) Remember(visitor, await visitor.GetAsync("/mail", cancel));
    }

    public Task AskAsync(long number, long meant, CancellationToken cancel)
    {
        var random = new Random((int)(number * 7919 % int.MaxValue));
        var visitor = visitors[random.Next(visitors.Count)];
        return number % (PerSecond / 10) < ViewsPerSecond / 10
            ? ViewAsync(visitor, random, meant, cancel)
            : SearchAsync(visitor, random, meant, cancel);
    }

    private Task SearchAsync(Visitor visitor, Random random, long meant, CancellationToken cancel)
    {
        var (kind, draw) = Kinds[random.Next(Kinds.Length)];
        return times.TakeAsync($"search: {kind}", meant, async () => Remember(visitor, await visitor.GetAsync($"/mail?q={Uri.EscapeDataString(draw(shape, random))}", cancel)), cancel);
    }

    private Task ViewAsync(Visitor visitor, Random random, long meant, CancellationToken cancel)
    {
        var ids = found[visitor];
        return times.TakeAsync("view", meant, () => visitor.OpenAsync($"/mail/{ids[random.Next(ids.Length)]}", cancel), cancel);
    }

    private void Remember(Visitor visitor, string page)
    {
        if (Row().Matches(page) is { Count: > 0 } rows) found[visitor] = [.. rows.Select(row => row.Groups[1].Value)];
    }

    [GeneratedRegex("class=\"row\" href=\"/mail/([0-9a-f-]{36})\"")]
    private static partial Regex Row();
}
