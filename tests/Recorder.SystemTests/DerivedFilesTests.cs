using Recorder.Smtp;
using Recorder.SystemTests.Peers;

namespace Recorder.SystemTests;

/// <summary>Only the log must survive: everything else comes back from it.</summary>
public sealed class DerivedFilesTests
{
    private const string Password = "correct horse battery", User = "user1@example.edu";

    public enum Loss
    {
        Index,
        State,
        Both,
        GarbageInState,
        GarbageInIndex,
        Reindexed,
    }

    [Theory]
    [InlineData(Loss.Index)]
    [InlineData(Loss.State)]
    [InlineData(Loss.Both)]
    [InlineData(Loss.GarbageInState)]
    [InlineData(Loss.GarbageInIndex)]
    [InlineData(Loss.Reindexed)]
    public async Task What_is_lost_while_stopped_is_back_after_the_start(Loss loss)
    {
        using var scratch = new Scratch();
        await using var hop = new ScriptedHop(SmtpProtocol.Lmtp);
        await using var recorder = new RecorderProcess(
            scratch.File("data"), "Smtp:Protocol=lmtp", "Smtp:Domains:0=example.edu", "NextHop:Host=127.0.0.1", $"NextHop:Port={hop.Port}", "NextHop:Protocol=lmtp");
        await recorder.StartAsync();
        await recorder.AddAccountsAsync(Password, User, "other@example.edu");
        string id;
        await using (var pool = Wire.Sender(recorder.SmtpPort, SmtpProtocol.Lmtp))
        {
            id = Wire.RecordIdIn((await pool.SendAsync(Wire.Mail("kept"), "a@sender.example", User))[0].Reply!.ToString())!;
            await pool.SendAsync(Wire.Mail("foreign"), "a@sender.example", "other@example.edu");
        }

        var before = await SeeAsync(recorder, id, resend: true);
        await recorder.StopAsync();
        if (loss == Loss.Reindexed) Assert.Equal(0, (await recorder.RunAsync("", "reindex")).Code);
        else Lose(recorder.DataPath, loss);
        await recorder.StartAsync();
        Assert.Equal(before, await SeeAsync(recorder, id, resend: false));
    }

    // Signing in proves the password; the rest is search, timeline, dispatches and bytes.
    private static async Task<string> SeeAsync(RecorderProcess recorder, string id, bool resend)
    {
        using var api = await Api.SignInAsync(recorder, User, Password);
        if (resend)
        {
            using var answer = await api.PostAsync($"messages/{id}/resend", new { });
            Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
            await Machine.UntilAsync("the resend to be accepted", async () => (await api.GetAsync($"messages/{id}/dispatches")).ToJsonString().Contains("\"accepted\"", StringComparison.Ordinal));
        }

        await api.UntilIndexedAsync();
        var (found, subject) = Assert.Single(await api.FindAsync("is what is kept"));
        await Machine.UntilAsync("the timeline", async () => (await TimelineAsync(api, id)).Contains(" resent ", StringComparison.Ordinal));
        return $"{found} {subject} {await TimelineAsync(api, id)} {(await api.GetAsync($"messages/{id}/dispatches")).ToJsonString()} {Convert.ToHexString(await api.RawAsync(id) ?? [])}";
    }

    // Without the looks themselves, of which there are more each time.
    private static async Task<string> TimelineAsync(Api api, string id) => string.Join('|', (await api.GetAsync($"messages/{id}/timeline"))["items"]!.AsArray()
        .Select(step => $"{step!["at"]} {step["code"]} {step["words"]}").Where(step => !step.Contains(" viewed ", StringComparison.Ordinal) && !step.Contains(" downloaded ", StringComparison.Ordinal)));

    private static void Lose(string data, Loss loss)
    {
        if (loss is Loss.Index or Loss.Both)
        {
            Directory.Delete(Path.Combine(data, "index"), recursive: true);
        }

        if (loss is Loss.State or Loss.Both)
        {
            Directory.Delete(Path.Combine(data, "state"), recursive: true);
        }

        if (loss is Loss.GarbageInState or Loss.GarbageInIndex)
        {
            foreach (var file in Directory.EnumerateFiles(Path.Combine(data, loss == Loss.GarbageInState ? "state" : "index"), "*", SearchOption.AllDirectories).ToList())
            {
                File.WriteAllBytes(file, [.. Enumerable.Range(0, 20_000).Select(at => (byte)(at * 31))]);
            }
        }
    }
}
