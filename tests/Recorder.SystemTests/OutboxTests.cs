using System.Text.Json.Nodes;
using Recorder.Smtp;
using Recorder.SystemTests.Peers;

namespace Recorder.SystemTests;

/// <summary>What the next hop does not take, as an administrator and whoever asked see it.</summary>
public sealed class OutboxTests
{
    private const string Password = "correct horse battery", User = "user@example.edu", Admin = "admin@example.edu";
    private const string Gtube = "XJS*C4JDBQADN1.NSBN3*2IDNEN*" + "GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X";

    [Fact]
    public async Task What_waits_outlives_a_kill_goes_when_told_to_and_is_ended_with_a_reason_that_the_person_reads()
    {
        using var scratch = new Scratch();
        SmtpReply? answer = new SmtpReply(450, "4.2.1", "mailbox is full");
        await using var hop = new ScriptedHop(SmtpProtocol.Lmtp, (_, _) => answer);
        await using var recorder = new RecorderProcess(
            scratch.File("data"), "Smtp:Protocol=lmtp", "NextHop:Host=127.0.0.1", $"NextHop:Port={hop.Port}", "NextHop:Protocol=lmtp", "Smtp:Domains:0=example.edu");
        await recorder.AddAccountAsync(Admin, Password, admin: true);
        await recorder.StartAsync();
        await recorder.AddAccountAsync(User, Password);
        var (first, second) = (await ReleasedAsync(recorder, "first"), await ReleasedAsync(recorder, "second"));
        await recorder.KillAsync();
        await recorder.StartAsync();
        using var admin = await Api.SignInAsync(recorder, Admin, Password);
        using var user = await Api.SignInAsync(recorder, User, Password);
        await Machine.UntilAsync("both to have been tried", async () => (await WaitingAsync(admin)).All(one => one["tries"]!.GetValue<int>() > 0 && one["words"] is not null));
        var waiting = await WaitingAsync(admin);
        Assert.Equal([first, second], waiting.Select(one => one["recordId"]!.GetValue<string>()));
        Assert.All(waiting, one => Assert.Equal(("release", $"lmtp://127.0.0.1:{hop.Port}", User), (one["kind"]!.GetValue<string>(), one["destination"]!.GetValue<string>(), one["mailbox"]!.GetValue<string>())));
        Assert.All(waiting, one => Assert.Contains("450 4.2.1", one["words"]!.GetValue<string>()));

        answer = null;
        using var retried = await admin.PostAsync($"admin/outbox/{waiting[0]["id"]}/retry", new { });
        Assert.True(retried.IsSuccessStatusCode, $"{(int)retried.StatusCode}");
        await Machine.UntilAsync("the first to arrive", () => Task.FromResult(hop.Attempts.Any(one => one.RecordId == first && one.Reply.IsPositive)));
        using var ended = await admin.PostAsync($"admin/outbox/{waiting[1]["id"]}/give-up", new { reason = "信箱已停用" });
        Assert.True(ended.IsSuccessStatusCode, $"{(int)ended.StatusCode} {await ended.Content.ReadAsStringAsync()}");
        await Machine.UntilAsync("nothing to wait", async () => (await WaitingAsync(admin)).Count == 0);
        var problem = Assert.Single((await user.GetAsync("problems"))["items"]!.AsArray())!;
        Assert.Equal((second, "信箱已停用"), (problem["dispatch"]!["recordId"]!.GetValue<string>(), problem["dispatch"]!["givenUp"]!.GetValue<string>()));
        Assert.Contains((await user.GetAsync($"messages/{second}/timeline"))["items"]!.AsArray(), step => step!["code"]!.GetValue<string>() == "delivery-given-up");
        Assert.DoesNotContain(hop.Attempts, one => one.RecordId == second && one.Reply.IsPositive);
    }

    private static async Task<string> ReleasedAsync(RecorderProcess recorder, string subject)
    {
        await using var pool = Wire.Sender(recorder.SmtpPort, SmtpProtocol.Lmtp);
        var mail = System.Text.Encoding.ASCII.GetBytes($"From: a@sender.example\r\nTo: {User}\r\nSubject: {subject}\r\n\r\n{Gtube}\r\n");
        var id = Wire.RecordIdIn((await pool.SendAsync(mail, "a@sender.example", User))[0].Reply!.ToString())!;
        using var api = await Api.SignInAsync(recorder, User, Password);
        using var released = await api.PostAsync($"messages/{id}/release", new { });
        Assert.True(released.IsSuccessStatusCode, $"{(int)released.StatusCode}");
        return id;
    }

    private static async Task<IReadOnlyList<JsonNode>> WaitingAsync(Api admin) => [.. (await admin.GetAsync("admin/outbox"))["items"]!.AsArray().Select(one => one!)];
}
