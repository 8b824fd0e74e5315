using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Recorder.Smtp;
using Recorder.SystemTests.Peers;

namespace Recorder.SystemTests;

/// <summary>The log of a real Postfix beside the archive that it filled, while the service runs.</summary>
public sealed class ReconcileTests
{
    private static readonly string[] People = ["ann@example.edu", "\"b. c\"@example.edu", "dan+list@example.edu"];

    [Fact]
    public async Task The_log_of_a_Postfix_agrees_with_what_it_handed_over_and_every_injected_loss_is_named()
    {
        Postfix.Need();
        Dovecot.Need();
        using var scratch = new Scratch();
        await using var dovecot = await Dovecot.StartAsync();
        var port = Machine.FreePort();
        await using var recorder = Samples.Recorder("lmtp-hook", scratch, port, dovecot.LmtpPort);
        await using var postfix = await Postfix.StartAsync(
            Samples.Read("samples/postfix/lmtp-hook.cf", (2525, port)) + "\ndefault_transport = discard\nvirtual_alias_maps = inline:{ {helpdesk@example.edu=ann@example.edu} }\n");
        await recorder.StartAsync();
        var sent = 0;
        await using (var pool = Wire.Sender(postfix.Port, SmtpProtocol.Smtp))
        {
            for (; sent < 12; sent++) await SendAsync(pool, sent, [.. People.Take(1 + sent % 3), "helpdesk@example.edu", "out@other.example"]);
            await postfix.UntilEmptyAsync();
            // The times of such a log are whole seconds: its last ones are left out of the comparison.
            var second = Stamp((await LogAsync(postfix))[^1]);
            await Machine.UntilAsync("two seconds more in the log", async () =>
            {
                await SendAsync(pool, sent++, People[0]);
                await postfix.UntilEmptyAsync();
                return Stamp((await LogAsync(postfix))[^1]) is var now && now != second && (await LogAsync(postfix)).Select(Stamp).SkipWhile(stamp => stamp != second).Distinct().Count() > 2;
            });
        }

        var (code, words) = await recorder.RunAsync("", "reconcile", "--maillog", postfix.Log, "--edge", "0");
        Assert.True(code == 0, words);
        Assert.Contains("complete", words, StringComparison.Ordinal);

        var log = await LogAsync(postfix);
        var delivered = log.Where(line => line.Contains("status=sent (250 2.0.0 ", StringComparison.Ordinal) && Wire.RecordIdIn(line) is not null).ToList();
        Assert.True(delivered.Count >= 24, string.Join('\n', log));
        // ann has two lines of a message, as herself and as helpdesk: one of them is not missed.
        var (lost, kept) = (delivered.First(line => line.Contains(": to=<dan+list@", StringComparison.Ordinal)), delivered[^6]);
        log.Remove(lost);
        var (invented, unheard) = (Guid.CreateVersion7().ToString(), "unheard.of@example.edu");
        log.Insert(log.IndexOf(kept) + 1, kept.Replace(Wire.RecordIdIn(kept)!, invented, StringComparison.Ordinal));
        log.Insert(log.IndexOf(kept) + 1, kept.Replace(Recipient(kept), unheard, StringComparison.Ordinal));
        var file = scratch.File("mail.log.1.gz");
        await using (var packed = new GZipStream(File.Create(file), CompressionLevel.Fastest)) await packed.WriteAsync(Encoding.UTF8.GetBytes(string.Join('\n', log) + "\n"));

        var answer = await recorder.RunAsync("", "reconcile", "--maillog", file, "--edge", "0", "--json");
        Assert.True(answer.Code == 1, answer.Output);
        HashSet<string> expected = [$"notInLog {Wire.RecordIdIn(lost)} {Recipient(lost)}", $"missing {invented} {Recipient(kept)}", $"otherRecipients {Wire.RecordIdIn(kept)} {unheard}"];
        Assert.Equal(expected.Order(StringComparer.Ordinal), Gaps(answer.Output).Order(StringComparer.Ordinal));

        await recorder.StopAsync();
        Assert.Equal(1, (await recorder.RunAsync(string.Join('\n', log), "reconcile", "--maillog", "-", "--edge", "0")).Code);
        Assert.Equal(2, (await recorder.RunAsync("", "reconcile", "--maillog", scratch.File("none"))).Code);
        Assert.Equal(2, (await recorder.RunAsync("", "reconcile", "--maillog", file, "--since", "yesterday")).Code);
    }

    private static async Task SendAsync(Recorder.Smtp.Client.NextHopPool pool, int number, params string[] to) =>
        Assert.All(await pool.SendAsync(Wire.Mail($"reconciled{number}"), "a@sender.example", to), result => Assert.Equal(DeliveryOutcome.Accepted, result.Outcome));

    private static async Task<List<string>> LogAsync(Postfix postfix)
    {
        var (_, text) = await Machine.RunAsync("/bin/cat", postfix.Log);
        return [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries)];
    }

    private static string Stamp(string line) => line[..15];

    private static string Recipient(string line) => line[(line.IndexOf(": to=<", StringComparison.Ordinal) + 6)..line.IndexOf(">, ", StringComparison.Ordinal)];

    private static IEnumerable<string> Gaps(string output) => output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Where(line => line.StartsWith('{')).Select(line => JsonNode.Parse(line)!).Where(line => (string?)line["kind"] == "gap")
        .Select(line => $"{line["gap"]!["kind"]} {line["gap"]!["recordId"]} {line["gap"]!["recipient"]}");
}
