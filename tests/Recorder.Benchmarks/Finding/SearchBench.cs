using System.Diagnostics;
using Recorder.Benchmarks.Compare;
using Recorder.Search;
using Recorder.SystemTests.Peers;

namespace Recorder.Benchmarks.Finding;

/// <param name="Documents">In the index.</param>
/// <param name="Mailboxes">Of about the same size, beside the one with a tenth of all.</param>
/// <param name="ShortTexts">Characters of text at most; 0 for the shape's own.</param>
/// <param name="GrowthMailbox">Messages of a mailbox while their number grows; 0 leaves that part out.</param>
/// <param name="Notmuch">Messages that both index; 0 leaves that part out.</param>
/// <param name="Searches">Of each class.</param>
/// <param name="Class">Of the questions, the only one asked; none: all.</param>
/// <param name="Kept">Folder of an index that outlives the run; none: it goes with it.</param>
internal sealed record SearchWish(int Documents, int Mailboxes, int ShortTexts, int GrowthMailbox, int Notmuch, int Searches, string? Class, string? Kept);

/// <summary>What finding takes, on made mail: the first page and the hundredth of each class of questions, memory, opening, growth, and notmuch beside.</summary>
internal sealed class SearchBench(SearchWish wish, Action<string> say)
{
    private const int Seed = 20261130, PageRows = 50, DeepPage = 100, Batch = 500;
    private static readonly IReadOnlyDictionary<string, (double Must, double Reach)> Asked = new Dictionary<string, (double, double)>
    {
        ["term"] = (15, 8), ["phrase"] = (30, 15), ["two-letter prefix"] = (40, 15), ["big"] = (100, 60),
    };

    private readonly MailShape shape = new(Seed);

    public async Task<int> RunAsync(CancellationToken cancel)
    {
        if (wish.Notmuch > 0 && await DebianPackages.BringAsync(NotmuchLibrary.Needs, say) is { } missing)
        {
            say(missing);
            return 2;
        }

        using var scratch = new Scratch();
        say($"machine: {MachineFacts.Look(scratch.Path).Text}");
        Main(wish.Kept ?? scratch.File("index"), cancel);
        if (wish.GrowthMailbox > 0) Growth(scratch, cancel);
        if (wish.Notmuch > 0) await new BesideNotmuch(shape, wish, say).RunAsync(scratch.Folder("notmuch"), cancel);
        return 0;
    }

    public static SearchPage Page(MailIndex index, string owner, string query, string? cursor = null) =>
        index.Search(new SearchRequest([new OwnerScope(owner)], query, PageRows, cursor));

    public static void Fill(MailIndex index, MadeMail mail, CancellationToken cancel)
    {
        var next = Task.Run(() => Made(mail, 1), cancel);
        for (var first = 1; first <= mail.Messages; first += Batch)
        {
            cancel.ThrowIfCancellationRequested();
            var batch = next.Result;
            var following = first + Batch;
            next = Task.Run(() => Made(mail, following), cancel);
            index.Add(batch);
        }

        var through = new Dictionary<string, long> { ["a"] = mail.Messages };
        index.Refresh(through);
        index.Commit(through);
        index.Settle();
    }

    private static List<SearchDocument> Made(MadeMail mail, int first) =>
        [.. Enumerable.Range(first, Math.Max(0, Math.Min(Batch, mail.Messages - first + 1))).Select(mail.Document)];

    private void Main(string folder, CancellationToken cancel)
    {
        var mail = new MadeMail(shape, wish.Documents, wish.Mailboxes, wish.ShortTexts);
        if (!Directory.Exists(folder) || !Directory.EnumerateDirectories(folder).Any()) Make(folder, mail, cancel);
        var before = MemoryMegabytes();
        var clock = Stopwatch.StartNew();
        using var opened = MailIndex.Open(folder, new MailIndexOptions(), TimeProvider.System);
        Page(opened, mail.Mailbox(7), "first");
        say($"opened and answered once in {Number.Text(clock.Elapsed.TotalMilliseconds)} ms");
        Classes(opened, mail);
        say($"memory: heap {Number.Text(before.Heap)} MB before opening, {Number.Text(MemoryMegabytes().Heap)} after all searches; resident {Number.Text(MemoryMegabytes().Resident)}");
    }

    private void Make(string folder, MadeMail mail, CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        using (var index = MailIndex.Open(folder, new MailIndexOptions(), TimeProvider.System)) Fill(index, mail, cancel);
        say($"{Number.Text(wish.Documents)} messages of {wish.Mailboxes} mailboxes and one with a tenth of them: indexed in {Number.Text(clock.Elapsed.TotalSeconds)} s, "
            + $"{Number.Text(BytesBelow(folder) / 1e6)} MB");
    }

    private void Classes(MailIndex index, MadeMail mail)
    {
        say($"milliseconds, warm; each over {wish.Searches} different searches");
        say($"{"reader",-8} {"class",-20} {Timings.Heads}");
        foreach (var (name, draw) in Questions.All.Where(question => wish.Class is null || question.Class == wish.Class))
        {
            Show("a user", name, FirstPages(index, draw, random => mail.Mailbox(random.Next(wish.Mailboxes))), Asked.GetValueOrDefault(name));
            Show("the big", name, FirstPages(index, draw, _ => MadeMail.Big), Asked["big"]);
        }

        if (wish.Class is not null) return;
        foreach (var query in (string[])["", shape.Word(3), $"subject:{shape.Word(1)}", shape.Word(20)[..2] + "*"]) Deep(index, query);
    }

    private void Show(string reader, string name, Timings timings, (double Must, double Reach) asked) =>
        say($"{reader,-8} {name,-20} {timings.Text}  " + (asked.Must == 0 ? "" : Target.Plain(asked.Must, asked.Reach).Verdict(Number.Percentile(timings.Clock, 99))));

    private Timings FirstPages(MailIndex index, Func<MailShape, Random, Asked> draw, Func<Random, string> reader)
    {
        var random = new Random(Seed);
        var asked = Enumerable.Range(0, wish.Searches).Select(_ => (Owner: reader(random), draw(shape, random).Ours)).ToList();
        return Timings.Of([.. asked.Select(one => (Func<long>)(() => Page(index, one.Owner, one.Ours).Total))]);
    }

    private void Deep(MailIndex index, string query)
    {
        var (cursor, page) = ((string?)null, 1);
        for (; page < DeepPage && Page(index, MadeMail.Big, query, cursor).Next is { } next; page++) cursor = next;
        var timings = Timings.Of([.. Enumerable.Repeat<Func<long>>(() => Page(index, MadeMail.Big, query, cursor).Total, wish.Searches)]);
        say($"the big  page {page,-3} of {(query.Length == 0 ? "everything" : query),-11} {timings.Text}");
    }

    /// <summary>The same mailbox size, fifty times as many mailboxes.</summary>
    private void Growth(Scratch scratch, CancellationToken cancel)
    {
        var few = GrowthTimings(scratch, 100, cancel);
        var many = GrowthTimings(scratch, 5_000, cancel);
        foreach (var (name, before) in few)
        {
            say($"growth from 100 to 5,000 mailboxes of {wish.GrowthMailbox}: {name,-20} p50 {Ratio(before, many[name], 50)}, p99 {Ratio(before, many[name], 99)} (processor time)");
        }
    }

    private static string Ratio(Timings before, Timings after, double percent) =>
        $"{Number.Text(Number.Percentile(before.Processor, percent))} to {Number.Text(Number.Percentile(after.Processor, percent))} ms, {Number.Text(Number.Percentile(after.Processor, percent) / Number.Percentile(before.Processor, percent))} x";

    private Dictionary<string, Timings> GrowthTimings(Scratch scratch, int mailboxes, CancellationToken cancel)
    {
        var mail = new MadeMail(shape, wish.GrowthMailbox * mailboxes, mailboxes, wish.ShortTexts);
        using var index = MailIndex.Open(scratch.File($"growth-{mailboxes}"), new MailIndexOptions(), TimeProvider.System);
        Fill(index, mail, cancel);
        return Questions.All.ToDictionary(question => question.Class, question => FirstPages(index, question.Draw, random => mail.Mailbox(random.Next(mailboxes))));
    }

    private static (double Heap, double Resident) MemoryMegabytes()
    {
        using var process = Process.GetCurrentProcess();
        return (GC.GetTotalMemory(forceFullCollection: true) / 1e6, process.WorkingSet64 / 1e6);
    }

    private static long BytesBelow(string folder) => new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);
}
