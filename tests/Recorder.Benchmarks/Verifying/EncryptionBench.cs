using System.Diagnostics;
using Recorder.Archive;
using Recorder.Archive.Disk;
using Recorder.Archive.Encryption;
using Recorder.Archive.Log;
using Recorder.Benchmarks.Load;

namespace Recorder.Benchmarks.Verifying;

/// <summary>What encryption costs: two archives on the same disk, one of them encrypted, the same mail, turn about.</summary>
internal sealed class EncryptionBench(int messages, int rounds, Action<string> say)
{
    private const int Reads = 2_000;
    private readonly string folder = Directory.CreateTempSubdirectory("recorder-encryption-").FullName;
    private readonly Dictionary<string, List<(double Plain, double Encrypted)>> figures = [];

    public async Task<int> RunAsync(CancellationToken cancel)
    {
        try
        {
            var (mails, source) = FilledArchive.Mails();
            var mail = FilledArchive.Mixed(mails, messages / mails.Count + 1).Take(messages).ToList();
            say($"{messages} messages a turn ({source}), {mail.Sum(one => one.Length) / 1e6:F0} MB of mail");
            // The first turns are for whoever compiles as it goes.
            for (var round = -1; round < rounds; round++) await RoundAsync(round, mail, cancel);

            foreach (var (name, pairs) in figures)
                say($"{name}: {Median(pairs.Select(pair => pair.Plain)):F1} plain, {Median(pairs.Select(pair => pair.Encrypted)):F1} encrypted, ratio {Median(pairs.Select(pair => pair.Encrypted / pair.Plain)):F2}");
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // Who begins changes, so that neither has the machine warmer or the disk emptier.
    private async Task RoundAsync(int round, List<byte[]> mail, CancellationToken cancel)
    {
        using var keys = OpenKeys(round);
        var begins = round % 2 == 0 ? await SideAsync($"plain-{round}", mail, null, cancel) : null;
        var encrypted = await SideAsync($"encrypted-{round}", mail, keys, cancel);
        var plain = begins ?? await SideAsync($"plain-{round}", mail, null, cancel);
        if (round < 0) return;
        foreach (var (name, value) in plain) Add(name, value, encrypted[name]);
    }

    private FileKeys OpenKeys(int round) =>
        FileKeys.Open(new RealDisk(Path.Combine(folder, $"keys-{round}")), [MasterKey.Parse(MasterKey.NewText())!], encrypts: true);

    private async Task<Dictionary<string, double>> SideAsync(string name, List<byte[]> mail, FileKeys? keys, CancellationToken cancel)
    {
        await using var archive = await FilledArchive.OpenAsync(Path.Combine(folder, name), cancel, keys: keys);
        var ids = new List<RecordId>();
        var found = new Dictionary<string, double>
        {
            ["taking, messages/s"] = mail.Count / await TimeAsync(() => FilledArchive.AppendAsync(archive, mail, (id, _) => ids.Add(id), cancel)),
            ["reading one, not sealed, us"] = await ReadSomeAsync(archive, ids, cancel),
            ["sealing, s"] = await TimeAsync(() => archive.SealAsync(cancel)),
            ["reading one, sealed, us"] = await ReadSomeAsync(archive, ids, cancel),
            ["verify, MB of mail/s"] = mail.Sum(one => (long)one.Length) / 1e6 / await TimeAsync(() => VerifyAsync(archive, cancel)),
        };
        Directory.Delete(Path.Combine(folder, name, "segments"), recursive: true);
        return found;
    }

    private static async Task<double> ReadSomeAsync(MailArchive archive, List<RecordId> ids, CancellationToken cancel)
    {
        var random = new Random(7);
        return await TimeAsync(async () =>
        {
            for (var i = 0; i < Reads; i++)
            {
                await using var content = await archive.OpenContentAsync(ids[random.Next(ids.Count)], cancel);
                await content.CopyToAsync(Stream.Null, cancel);
            }
        }) / Reads * 1e6;
    }

    private static async Task VerifyAsync(MailArchive archive, CancellationToken cancel)
    {
        await foreach (var finding in archive.VerifyAsync(new VerifyWish(), cancel)) throw new InvalidOperationException(finding.Problem);
    }

    private static async Task<double> TimeAsync(Func<Task> act)
    {
        var clock = Stopwatch.StartNew();
        await act();
        return clock.Elapsed.TotalSeconds;
    }

    private void Add(string name, double plain, double encrypted)
    {
        if (!figures.TryGetValue(name, out var pairs)) figures[name] = pairs = [];
        pairs.Add((plain, encrypted));
        say($"{name}: {plain:F1} plain, {encrypted:F1} encrypted");
    }

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(values.Count() / 2);
}
