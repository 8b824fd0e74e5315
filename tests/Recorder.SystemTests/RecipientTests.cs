using Recorder.Smtp;
using Recorder.SystemTests.Peers;

namespace Recorder.SystemTests;

/// <summary>Many recipients of one message, each with an outcome of its own.</summary>
public sealed class RecipientTests
{
    private const string Password = "correct horse battery", Busy = "user13@example.edu", Gone = "user42@example.edu";

    [Fact]
    public async Task Sixty_recipients_each_get_their_own_outcome_and_nobody_gets_it_twice()
    {
        Postfix.Need();
        using var scratch = new Scratch();
        await using var hop = new ScriptedHop(SmtpProtocol.Lmtp, Script);
        var port = Machine.FreePort();
        await using var postfix = await Postfix.StartAsync("default_transport = discard\n" + Samples.Read("samples/postfix/lmtp-hook.cf", (2525, port)));
        await using var recorder = Samples.Recorder("lmtp-hook", scratch, port, hop.Port);
        await recorder.StartAsync();
        string[] everybody = [.. Enumerable.Range(1, 60).Select(number => $"user{number}@example.edu")];
        await recorder.AddAccountsAsync(Password, everybody[0], Busy, Gone);

        await using (var pool = Wire.Sender(postfix.Port, SmtpProtocol.Smtp))
        {
            Assert.All(await pool.SendAsync(Wire.Mail("sixty"), "boss@sender.example", everybody), result => Assert.Equal(DeliveryOutcome.Accepted, result.Outcome));
        }

        await postfix.UntilEmptyAsync();
        var tries = hop.Attempts.ToLookup(attempt => attempt.Recipient, attempt => attempt.Reply.Code);
        Assert.All(everybody.Except([Busy, Gone]), one => Assert.Equal([250], tries[one]));
        Assert.Equal([451, 451, 250], tries[Busy]);
        Assert.Equal([550], tries[Gone]);
        // 50 and 10: two transactions, two records; retries keep theirs.
        Assert.Equal(2, hop.Attempts.Select(attempt => attempt.RecordId).Distinct().Count());
        var bounced = File.ReadLines(postfix.Log).Where(line => line.Contains("status=bounced", StringComparison.Ordinal)).ToList();
        Assert.Contains("no such user here", Assert.Single(bounced), StringComparison.Ordinal);
        Assert.Contains($"to=<{Gone}>", bounced[0], StringComparison.Ordinal);
        await CheckOwnViewAsync(recorder, everybody[0], ["kept for user1@example.edu"], [Busy, Gone, "user2@"]);
        await CheckOwnViewAsync(recorder, Busy, ["busy just now", "busy just now", $"kept for {Busy}"], [Gone, "user1@", "no such user"]);
        await CheckOwnViewAsync(recorder, Gone, ["no such user here"], [Busy, "user1@", "busy just now"]);
    }

    private static SmtpReply? Script(string recipient, int number) => recipient switch
    {
        Busy when number <= 2 => new SmtpReply(451, "4.2.0", "busy just now"),
        Gone => new SmtpReply(550, "5.1.1", "no such user here"),
        _ => null,
    };

    // One message, one timeline, nothing of anybody else (promise 5).
    private static async Task CheckOwnViewAsync(RecorderProcess recorder, string address, string[] words, string[] never)
    {
        using var api = await Api.SignInAsync(recorder, address, Password);
        await api.UntilIndexedAsync();
        var (id, _) = Assert.Single(await api.FindAsync("sixty"));
        await Machine.UntilAsync($"the timeline of {address}", async () => Words(await api.GetAsync($"messages/{id}/timeline")).Count >= words.Length);
        var timeline = await api.GetAsync($"messages/{id}/timeline");
        Assert.Equal(words, Words(timeline).Select(said => words.FirstOrDefault(word => said.Contains(word, StringComparison.Ordinal)) ?? said).Order(StringComparer.Ordinal));
        var everything = timeline.ToJsonString() + (await api.GetAsync($"messages/{id}")).ToJsonString();
        Assert.All(never, word => Assert.DoesNotContain(word, everything, StringComparison.Ordinal));
    }

    private static List<string> Words(System.Text.Json.Nodes.JsonNode timeline) =>
        [.. timeline["items"]!.AsArray().Select(step => step!["words"]?.GetValue<string>()).OfType<string>()];
}
