using System.Globalization;
using Recorder.Benchmarks.Compare;
using Recorder.Search;

namespace Recorder.Benchmarks.Finding;

/// <summary>The same mail, one mailbox, the same questions: ours in process, notmuch as a library in a process that stays.</summary>
internal sealed class BesideNotmuch(MailShape shape, SearchWish wish, Action<string> say)
{
    private const int Seed = 7;
    private const double MustMilliseconds = 10, MustRatio = 2;

    public async Task RunAsync(string folder, CancellationToken cancel)
    {
        var mail = new MadeMail(shape, wish.Notmuch, 1, wish.ShortTexts);
        var maildir = WriteMaildir(Path.Combine(folder, "mail"), mail);
        using var notmuch = await NotmuchLibrary.IndexAsync(maildir, Path.Combine(folder, "notmuch.cfg"), cancel);
        using var index = MailIndex.Open(Path.Combine(folder, "index"), new MailIndexOptions(), TimeProvider.System);
        SearchBench.Fill(index, new MadeMail(shape, wish.Notmuch, 1, wish.ShortTexts), cancel);
        say($"beside notmuch, {Number.Text(wish.Notmuch)} messages: milliseconds (p50 p95 p99), hits; must: p95 at most the larger of {MustMilliseconds} ms and {MustRatio} x notmuch");
        foreach (var (name, draw) in Questions.All) Compare(index, notmuch, name, draw);
    }

    private void Compare(MailIndex index, NotmuchLibrary notmuch, string name, Func<MailShape, Random, Asked> draw)
    {
        var random = new Random(Seed);
        var asked = Enumerable.Range(0, wish.Searches).Select(_ => draw(shape, random)).ToList();
        foreach (var one in asked) notmuch.Ask(one.Theirs);
        var theirs = asked.Select(one => notmuch.Ask(one.Theirs)).ToList();
        var ours = Timings.Of([.. asked.Select(one => (Func<long>)(() => index.Search(new SearchRequest(null, one.Ours)).Total))]);
        List<double> their = [.. theirs.Select(one => one.Milliseconds).Order()];
        var (mine, must) = (Number.Percentile(ours.Clock, 95), Math.Max(MustMilliseconds, MustRatio * Number.Percentile(their, 95)));
        say($"{name,-20} notmuch {Timings.Three(their)} {Number.Text(theirs.Average(one => one.Hits)),7}   ours {Timings.Three(ours.Clock)} {Number.Text(ours.MeanHits),7}   "
            + Target.Plain(must, Number.Percentile(their, 95)).Verdict(mine));
    }

    private static string WriteMaildir(string path, MadeMail mail)
    {
        foreach (var below in (string[])["cur", "new", "tmp"]) Directory.CreateDirectory(Path.Combine(path, below));
        for (var number = 1; number <= mail.Messages; number++)
            File.WriteAllBytes(Path.Combine(path, "cur", string.Create(CultureInfo.InvariantCulture, $"{number}.made:2,S")), mail.Bytes(number));
        return path;
    }
}
