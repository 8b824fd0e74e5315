using System.Text;
using System.Text.Json.Nodes;
using Recorder.Smtp;
using Recorder.SystemTests.Peers;

namespace Recorder.SystemTests;

/// <summary>Recorder with the real filters, there and gone.</summary>
public sealed class FilterTests
{
    private const string User = "user@example.edu";

    // Enough for a learner to take something from it.
    private const string Words = "hello, the minutes of the meeting of the library committee are attached for everybody who could not come on Monday";
    private const string Gtube = "XJS*C4JDBQADN1.NSBN3*2IDNEN*" + "GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X";

    [Theory]
    [InlineData("spamd")]
    [InlineData("rspamd")]
    public async Task A_filters_verdict_decides_and_without_it_mail_flows_or_waits_as_the_setting_says(string name)
    {
        if (name == "rspamd") Rspamd.Need();
        else Spamd.Need();
        using var scratch = new Scratch();
        await using var filter = Filter.Of(name);
        await using var hop = new ScriptedHop(SmtpProtocol.Lmtp);
        await using var delivers = Recorder(scratch, "delivers", hop, filter, "Deliver", filter is Rspamd learning ? learning.LearnerSettings : []);
        await using var defers = Recorder(scratch, "defers", hop, filter, "Defer");
        await filter.StartAsync();
        await Task.WhenAll(delivers.StartAsync(), defers.StartAsync());

        Assert.Equal(["250 delivered", "250 held", "250 held"], await SendAllAsync(delivers, hop, "a"));
        Assert.Equal("open", (await HealthAsync(delivers))["filters"]![0]!["state"]!.GetValue<string>());

        Assert.Contains($"ok    the filter {name} answers", (await delivers.RunAsync("", "doctor")).Output, StringComparison.Ordinal);
        if (filter is Rspamd rspamd) await ReportsAreLearnedAsync(delivers, rspamd);
        await filter.KillAsync();
        Assert.Contains($"FAIL  the filter {name} does not answer", (await delivers.RunAsync("", "doctor")).Output, StringComparison.Ordinal);
        // The built-in source still knows GTUBE.
        Assert.Equal(["250 delivered", "250 delivered", "250 held"], await SendAllAsync(delivers, hop, "b"));
        Assert.Equal(["451", "451", "451"], await SendAllAsync(defers, hop, "c"));
        var health = await HealthAsync(delivers);
        Assert.Equal("degraded", health["status"]!.GetValue<string>());
        Assert.Contains($"screening: {name} gives no verdicts: ", health["reasons"]!.ToJsonString());

        await filter.StartAsync();
        await Machine.UntilAsync("the filter to be asked again", async () => (await SendAllAsync(defers, hop, $"d{Environment.TickCount64}"))[0] == "250 delivered");
        Assert.Equal(["250 delivered", "250 held", "250 held"], await SendAllAsync(defers, hop, "c"));
    }

    // The same report of the same bytes teaches nothing twice; a change of mind does.
    private static async Task ReportsAreLearnedAsync(RecorderProcess recorder, Rspamd rspamd)
    {
        await recorder.AddAccountAsync(User, "correct horse battery");
        using var api = await Api.SignInAsync(recorder, User, "correct horse battery");
        await api.UntilIndexedAsync();
        var (id, _) = Assert.Single(await api.FindAsync("subject:clean"));
        foreach (var (word, learned) in new[] { ("spam", 1), ("spam", 1), ("notSpam", 2) })
        {
            using var said = await api.PostAsync($"messages/{id}/report", new { @as = word });
            Assert.True(said.IsSuccessStatusCode, $"{(int)said.StatusCode}");
            await Machine.UntilAsync($"{learned} messages to be learned", async () => await rspamd.LearnedAsync() == learned);
        }

        // Rspamd has counted it before we have its answer.
        await Machine.UntilAsync("the log to say that it was learned", () => Task.FromResult(recorder.Output.Contains("as NotSpam: Learned", StringComparison.Ordinal)));
        Assert.DoesNotContain("learn from this", recorder.Output);
    }

    private static RecorderProcess Recorder(Scratch scratch, string name, ScriptedHop hop, Filter filter, string whenDown, IReadOnlyList<string>? further = null) => new(
        scratch.File(name), ["Smtp:Protocol=lmtp", "NextHop:Host=127.0.0.1", $"NextHop:Port={hop.Port}", "NextHop:Protocol=lmtp",
        filter.Setting, $"Screening:WhenDown={whenDown}", "Screening:BreakSeconds=2", .. further ?? []]);

    /// <summary>A clean message, one that the filter knows, and GTUBE: the code, and whether the next hop got it.</summary>
    private static async Task<IReadOnlyList<string>> SendAllAsync(RecorderProcess recorder, ScriptedHop hop, string run)
    {
        await using var pool = Wire.Sender(recorder.SmtpPort, SmtpProtocol.Lmtp);
        var ends = new List<string>();
        foreach (var (subject, body) in new[] { ($"clean {run}", Words), ($"unwanted {run}", "buy"), ($"gtube {run}", Gtube) })
        {
            var bytes = Encoding.ASCII.GetBytes(
                $"Received: from out.sender.example by mx.example.edu; {DateTimeOffset.UtcNow:r}\r\nFrom: Ann <a@sender.example>\r\nTo: {User}\r\nSubject: {subject}\r\n"
                + $"Message-ID: <{subject.Replace(' ', '.')}@sender.example>\r\nDate: {DateTimeOffset.UtcNow:r}\r\n\r\n{body}\r\n");
            var reply = (await pool.SendAsync(bytes, "a@sender.example", User))[0].Reply!;
            var arrived = hop.Attempts.Any(one => Encoding.ASCII.GetString(one.Bytes).Contains($"Subject: {subject}\r\n", StringComparison.Ordinal));
            ends.Add(reply.Code == 250 ? arrived ? "250 delivered" : "250 held" : $"{reply.Code}");
        }

        return ends;
    }

    private static async Task<JsonNode> HealthAsync(RecorderProcess recorder)
    {
        using var client = new HttpClient();
        return JsonNode.Parse(await client.GetStringAsync(new Uri(recorder.Web, "/healthz")))!;
    }
}
