using System.Collections.Concurrent;
using Recorder.Smtp;
using Recorder.Smtp.Client;
using Recorder.SystemTests.Peers;

namespace Recorder.SystemTests;

/// <summary>kill -9 under load: what was acknowledged is there, once, as it was.</summary>
public sealed class KillTests(ITestOutputHelper output)
{
    private const string Password = "correct horse battery";
    private const int Kills = 20, Workers = 8, LargeBytes = 1_500_000;
    private static readonly string[] Mailboxes = [.. Enumerable.Range(1, 4).Select(number => $"user{number}@example.edu")];

    private readonly ConcurrentDictionary<string, Sent> acknowledged = [];
    private readonly ConcurrentDictionary<int, string> waiting = [];
    private readonly int seed = Environment.GetEnvironmentVariable("RECORDER_SEED") is { Length: > 0 } given ? int.Parse(given) : Environment.TickCount;
    private int lastNumber;

    [Fact]
    public async Task Twenty_kills_lose_nothing_that_was_acknowledged_and_double_nothing()
    {
        output.WriteLine($"RECORDER_SEED={seed}");
        using var scratch = new Scratch();
        await using var hop = new ScriptedHop(SmtpProtocol.Lmtp);
        await using var recorder = new RecorderProcess(
            scratch.File("data"), "Smtp:Protocol=lmtp", "Smtp:Domains:0=example.edu", "NextHop:Host=127.0.0.1", $"NextHop:Port={hop.Port}", "NextHop:Protocol=lmtp");
        await recorder.StartAsync();
        await recorder.AddAccountsAsync(Password, Mailboxes);

        using (var enough = new CancellationTokenSource())
        {
            var load = Enumerable.Range(0, Workers).Select(worker => SendAsync(recorder, worker, enough.Token)).ToList();
            await KillOftenAsync(recorder, hop);
            await enough.CancelAsync();
            await Task.WhenAny(Task.WhenAll(load), Task.Delay(TimeSpan.FromMinutes(1)));
            Assert.True(load.All(worker => worker.IsCompletedSuccessfully), $"not taken within a minute:\n{string.Join('\n', waiting)}\n{recorder.Complaints}");
        }

        output.WriteLine($"{acknowledged.Count} messages acknowledged");
        Assert.True(acknowledged.Count > Kills, recorder.Complaints);
        await CheckAsync(recorder, hop);
        await recorder.StopAsync();
        await VerifyAsync(recorder);
        await CheckTornTailAsync(recorder, hop);
    }

    private async Task KillOftenAsync(RecorderProcess recorder, ScriptedHop hop)
    {
        var random = new Random(seed);
        for (var kill = 1; kill <= Kills; kill++)
        {
            await Task.Delay(random.Next(50, 1000));
            var hopDies = random.Next(3) == 0;
            if (hopDies)
            {
                hop.Die();
                await Task.Delay(random.Next(0, 200));
            }

            await recorder.KillAsync();
            await recorder.StartAsync();
            if (hopDies)
            {
                hop.Start();
            }
        }
    }

    // Like any mail server: the same message again until it is taken.
    private async Task SendAsync(RecorderProcess recorder, int worker, CancellationToken enough)
    {
        await using var pool = new NextHopPool(
            new NextHopEndpoint("127.0.0.1", recorder.SmtpPort, SmtpProtocol.Lmtp), new NextHopOptions { OurHostname = "sender.example", MaxSessions = 1 }, TimeProvider.System);
        while (!enough.IsCancellationRequested)
        {
            var number = Interlocked.Increment(ref lastNumber);
            var (subject, mailbox) = ($"kill-{seed}-{number}", Mailboxes[number % Mailboxes.Length]);
            var bytes = Wire.Mail(subject, number % 15 == 0 ? LargeBytes : 200 + number);
            var (id, tries) = (default(string), 0);
            while (id is null)
            {
                waiting[worker] = $"{subject} try {tries} sent";
                var result = (await pool.SendAsync(bytes, $"worker{worker}@sender.example", mailbox))[0];
                id = result.Outcome == DeliveryOutcome.Accepted ? Wire.RecordIdIn(result.Reply!.ToString()) ?? $"unnamed by {result.Reply}" : null;
                waiting[worker] = $"{subject} try {++tries}: {result.Outcome} {result.Reply} {result.Error}";
                await Task.Delay(id is null ? 100 : 50, CancellationToken.None);
            }

            acknowledged[subject] = new Sent(id, mailbox, bytes, tries);
        }
    }

    private async Task CheckAsync(RecorderProcess recorder, ScriptedHop hop)
    {
        var delivered = hop.Attempts.Select(attempt => attempt.RecordId).ToHashSet();
        await Parallel.ForEachAsync(acknowledged.GroupBy(one => one.Value.Mailbox), async (mailbox, _) =>
        {
            using var api = await Api.SignInAsync(recorder, mailbox.Key, Password);
            await api.UntilIndexedAsync();
            var records = (await api.FindAsync("")).ToLookup(hit => hit.Subject, hit => hit.Id);
            foreach (var (subject, sent) in mailbox)
            {
                Assert.True(records[subject].SequenceEqual([sent.Id]), $"{subject} was acknowledged as {sent.Id} after {sent.Tries} tries; there is {string.Join(", ", records[subject])}");
                Assert.True((await api.RawAsync(sent.Id))?.AsSpan().SequenceEqual(sent.Bytes), $"{sent.Id} has other bytes than were sent");
                Assert.True(delivered.Contains(sent.Id), $"{sent.Id} was acknowledged by a relay and never delivered");
            }

            Assert.All(records, record => Assert.True(acknowledged.ContainsKey(record.Key), $"{record.Key} was never sent"));
        });
    }

    private static async Task VerifyAsync(RecorderProcess recorder)
    {
        var (code, text) = await recorder.RunAsync("", "verify");
        Assert.True(code == 0, text);
    }

    // What a power cut leaves: the beginning of a batch that nobody was told of.
    private async Task CheckTornTailAsync(RecorderProcess recorder, ScriptedHop hop)
    {
        var file = Directory.EnumerateFiles(Path.Combine(recorder.DataPath, "archive"), "*.active", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Last();
        var bytes = await File.ReadAllBytesAsync(file);
        await using (var tail = new FileStream(file, FileMode.Append))
        {
            tail.Write(BatchBeginning(bytes));
        }

        await recorder.StartAsync();
        Assert.Contains(recorder.Output.Split('\n'), line =>
            line.Contains("torn batch", StringComparison.Ordinal) && line.Contains(Path.GetFileName(file), StringComparison.Ordinal)
            && line.Contains($"at byte {bytes.Length}", StringComparison.Ordinal));
        await CheckAsync(recorder, hop);
        await recorder.StopAsync();
        await VerifyAsync(recorder);
    }

    private static ReadOnlySpan<byte> BatchBeginning(byte[] file)
    {
        var last = file.AsSpan()[file.AsSpan().LastIndexOf("RBAT"u8)..];
        return last[..Math.Min(100, last.Length)];
    }

    private sealed record Sent(string Id, string Mailbox, byte[] Bytes, int Tries);
}
