using System.Diagnostics;
using Recorder.Smtp;
using Recorder.Smtp.Client;
using Recorder.SystemTests.Peers;
using Recorder.Tests.Mail;

namespace Recorder.SystemTests;

/// <summary>
/// Every hostile message through the real process at once: kept with its exact bytes, delivered, found by its recipient,
/// shown; memory stays bounded, and ordinary mail in between is neither refused nor kept from being found.
/// </summary>
public sealed class HostileMailTests(ITestOutputHelper output)
{
    private const string Password = "correct horse battery", User = "u@example.edu";
    private const long MaxPeakBytes = 1_500L << 20;

    [Fact]
    public async Task Hostile_mail_is_kept_delivered_found_and_shown_and_delays_nobody()
    {
        using var scratch = new Scratch();
        await using var hop = new ScriptedHop(SmtpProtocol.Lmtp);
        await using var recorder = new RecorderProcess(
            scratch.Folder("data"), "Smtp:Domains:0=example.edu", "NextHop:Host=127.0.0.1", $"NextHop:Port={hop.Port}", "NextHop:Protocol=lmtp");
        await recorder.StartAsync();
        await recorder.AddAccountAsync(User, Password);
        using var api = await Api.SignInAsync(recorder, User, Password);
        await using var pool = Wire.Sender(recorder.SmtpPort, SmtpProtocol.Smtp, sessions: 2);
        var sent = new Dictionary<string, (string Id, byte[] Bytes)>();
        var slowest = TimeSpan.Zero;
        foreach (var (name, make) in HostileMail.All)
        {
            var (bytes, ordinary) = (make(), Wire.Mail($"after-{name}"));
            sent[name] = (await SendAsync(pool, bytes), bytes);
            var watch = Stopwatch.StartNew();
            sent[$"after-{name}"] = (await SendAsync(pool, ordinary), ordinary);
            slowest = watch.Elapsed > slowest ? watch.Elapsed : slowest;
        }

        var indexing = Stopwatch.StartNew();
        await Machine.UntilAsync("all to be findable", async () => (await api.GetAsync("messages?limit=1"))["indexLag"]!.GetValue<long>() == 0, timeoutSeconds: 240);
        output.WriteLine($"{sent.Count} messages; slowest answer to the message after a hostile one {slowest.TotalMilliseconds:0} ms; index done {indexing.Elapsed.TotalSeconds:0.0} s after the last");
        var found = (await api.FindAsync("")).Select(hit => hit.Id).ToHashSet();
        foreach (var (name, (id, bytes)) in sent) await CheckAsync(api, hop, name, id, bytes, found);
        var peak = PeakBytes(recorder.Id);
        output.WriteLine($"peak memory {peak >> 20} MiB");
        Assert.InRange(peak, 0, MaxPeakBytes);
        Assert.DoesNotContain("fail: ", recorder.Complaints, StringComparison.Ordinal);
    }

    private async Task CheckAsync(Api api, ScriptedHop hop, string name, string id, byte[] bytes, HashSet<string> found)
    {
        Assert.True(found.Contains(id), $"{name} is not found");
        var raw = await api.RawAsync(id);
        Assert.True(bytes.AsSpan().SequenceEqual(raw), $"{name} is not what was sent");
        var watch = Stopwatch.StartNew();
        var shown = await api.GetAsync($"messages/{id}");
        if (watch.ElapsedMilliseconds > 2_000) output.WriteLine($"{name} took {watch.ElapsedMilliseconds} ms to show");
        if (name is not ("no-header" or "nothing" or "only-dots")) Assert.Equal(name, shown["subject"]!.GetValue<string>());
        await Machine.UntilAsync($"{name} to be delivered", () => Task.FromResult(hop.Attempts.Any(attempt => attempt.RecordId == id)), 20);
        Assert.Contains(hop.Attempts, attempt => attempt.RecordId == id && Wire.FieldsBefore(bytes, attempt.Bytes) is not null);
    }

    private static async Task<string> SendAsync(NextHopPool pool, byte[] bytes)
    {
        var result = Assert.Single(await pool.SendAsync(bytes, "mallory@evil.example", User));
        Assert.True(result.Outcome == DeliveryOutcome.Accepted, $"{System.Text.Encoding.Latin1.GetString(bytes, 0, Math.Min(bytes.Length, 200))}: {result.Reply} {result.Error}");
        return Wire.RecordIdIn(result.Reply!.Text) ?? throw new InvalidOperationException(result.Reply.Text);
    }

    private static long PeakBytes(int process) =>
        long.Parse(File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) << 10;
}
