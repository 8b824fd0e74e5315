using System.Net;
using System.Text.Json.Nodes;
using Recorder.Smtp;
using Recorder.SystemTests.Peers;

namespace Recorder.SystemTests;

/// <summary>A machine is lost, and what people see afterwards is what they saw before.</summary>
public sealed class BackupTests
{
    private const string Password = "correct horse battery", Admin = "admin@example.edu", User = "u@example.edu";

    // Where an answer speaks of how far the index is, or of somebody having looked, it says nothing of the archive.
    private static readonly string[] Passing = ["indexedThrough", "indexLag", "next"];

    [Fact]
    public async Task After_the_data_folder_is_lost_everything_that_people_see_comes_back_from_the_backup()
    {
        using var scratch = new Scratch();
        await using var hop = new ScriptedHop(SmtpProtocol.Lmtp);
        var (backup, mirror) = (scratch.File("backup"), scratch.File("mirror"));
        await using var recorder = new RecorderProcess(
            scratch.File("data"), "Smtp:Protocol=lmtp", "Smtp:Domains:0=example.edu", "NextHop:Host=127.0.0.1", $"NextHop:Port={hop.Port}", "NextHop:Protocol=lmtp",
            $"Data:Mirror={mirror}", "Data:MirrorSeconds=1");
        await recorder.StartAsync();
        await recorder.AddAccountAsync(Admin, Password, admin: true);
        await recorder.AddAccountAsync(User, Password);
        await SendAsync(recorder, "first", "second", "third");
        await ActAsync(recorder, hop);
        Assert.Equal((0, ""), await BackUpAsync(recorder, backup));
        await SendAsync(recorder, "late");
        Assert.Equal((0, ""), await BackUpAsync(recorder, backup));
        var before = await PictureAsync(recorder);
        await Machine.UntilAsync("the mirror to have everything", async () => await MirrorLagAsync(recorder) == 0);

        await recorder.KillAsync();
        Directory.Delete(recorder.DataPath, recursive: true);
        await RestoreAsync(backup, recorder.DataPath);
        await recorder.StartAsync();
        AssertSame(before, await PictureAsync(recorder));
        // The mirror knows what came after the backup, and is not overwritten by a log that does not.
        await Machine.UntilAsync("the mirror to refuse the older log", async () => (await HealthAsync(recorder))["reasons"]!.ToJsonString().Contains("later state", StringComparison.Ordinal));

        var fromMirror = scratch.File("from-mirror");
        await RestoreAsync(mirror, fromMirror, "--also", backup);
        await using var second = new RecorderProcess(fromMirror, "Smtp:Domains:0=example.edu", "Smtp:Mode=Journal");
        Assert.Equal(0, (await second.RunAsync("", "verify")).Code);
        await second.StartAsync();
        AssertSame(before, await PictureAsync(second));
    }

    [Fact]
    public async Task A_folder_that_holds_something_is_neither_restored_into_nor_backed_up_into()
    {
        using var scratch = new Scratch();
        await using var recorder = new RecorderProcess(scratch.File("data"), "Smtp:Domains:0=example.edu");
        await recorder.AddAccountAsync(Admin, Password, admin: true);
        var backup = scratch.File("backup");
        Assert.Equal((0, ""), await BackUpAsync(recorder, backup));
        var (code, words) = await Machine.RunAsync("dotnet", RecorderProcess.Executable, "restore", backup, recorder.DataPath);
        Assert.True(code == 2 && words.Contains("not empty", StringComparison.Ordinal), $"{code}: {words}");
        (code, words) = await recorder.RunAsync("", "backup", recorder.DataPath);
        Assert.True(code == 4 && words.Contains("data folder", StringComparison.Ordinal), $"{code}: {words}");
        await using var other = new RecorderProcess(scratch.File("other"), "Smtp:Domains:0=example.edu");
        await other.AddAccountAsync(Admin, Password);
        (code, words) = await other.RunAsync("", "backup", backup);
        Assert.True(code == 4 && words.Contains("another archive", StringComparison.Ordinal), $"{code}: {words}");
    }

    private static async Task<(int Code, string Words)> BackUpAsync(RecorderProcess recorder, string target)
    {
        var (code, words) = await recorder.RunAsync("", "backup", target);
        return (code, code == 0 ? "" : words);
    }

    private static async Task RestoreAsync(params string[] arguments)
    {
        var (code, words) = await Machine.RunAsync("dotnet", [RecorderProcess.Executable, "restore", .. arguments]);
        Assert.True(code == 0, words);
    }

    private static async Task SendAsync(RecorderProcess recorder, params string[] subjects)
    {
        await using var pool = Wire.Sender(recorder.SmtpPort, SmtpProtocol.Lmtp);
        foreach (var subject in subjects)
        {
            Assert.Equal(DeliveryOutcome.Accepted, (await pool.SendAsync(Wire.Mail(subject), "a@sender.example", User))[0].Outcome);
        }
    }

    // A release, a resend, a list, something hidden and a report.
    private static async Task ActAsync(RecorderProcess recorder, ScriptedHop hop)
    {
        using var user = await Api.SignInAsync(recorder, User, Password);
        await user.UntilIndexedAsync();
        var ids = (await user.FindAsync("")).ToDictionary(hit => hit.Subject, hit => hit.Id);
        await PostAsync(user, $"messages/{ids["first"]}/block-sender");
        await SendAsync(recorder, "held");
        await user.UntilIndexedAsync();
        var held = Assert.Single(await user.FindAsync("subject:held is:held")).Id;
        await PostAsync(user, $"messages/{held}/release");
        await PostAsync(user, $"messages/{ids["second"]}/resend");
        await PostAsync(user, $"messages/{ids["third"]}/hide");
        await PostAsync(user, $"messages/{ids["first"]}/report", new { @as = "spam" });
        await PostAsync(user, "lists", new { kind = "allow", pattern = "friend@sender.example" });
        await Machine.UntilAsync("both dispatches", () => Task.FromResult(hop.Attempts.Count == 5));
        await Machine.UntilAsync("both to be recorded", async () => (await user.GetAsync($"messages/{held}/dispatches"))["items"]![0]!["state"]!.GetValue<string>() == "accepted"
            && (await user.GetAsync($"messages/{ids["second"]}/dispatches"))["items"]![0]!["state"]!.GetValue<string>() == "accepted");
    }

    private static async Task PostAsync(Api api, string path, object? body = null)
    {
        using var answer = await api.PostAsync(path, body ?? new { });
        Assert.True(answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.Accepted or HttpStatusCode.Created or HttpStatusCode.NoContent, $"{path}: {answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
    }

    private static async Task<SortedDictionary<string, string>> PictureAsync(RecorderProcess recorder)
    {
        var picture = new SortedDictionary<string, string>(StringComparer.Ordinal);
        using var user = await Api.SignInAsync(recorder, User, Password);
        using var admin = await Api.SignInAsync(recorder, Admin, Password);
        await user.UntilIndexedAsync();
        foreach (var path in new[] { "messages?limit=200", "messages?q=is:hidden", "messages?q=is:held", "lists", "preferences" }) await AddAsync(picture, user, path);
        foreach (var path in new[] { "messages?limit=200", "admin/lists", "admin/requests" }) await AddAsync(picture, admin, path);
        foreach (var (id, _) in (await user.FindAsync("")).Concat(await user.FindAsync("is:hidden")))
        {
            foreach (var path in new[] { $"messages/{id}", $"messages/{id}/timeline", $"messages/{id}/dispatches" }) await AddAsync(picture, user, path);
            picture[$"raw {id}"] = Convert.ToHexString((await user.RawAsync(id))!);
        }

        Assert.True(picture.Count > 20, $"only {picture.Count} things to compare");
        return picture;
    }

    private static async Task AddAsync(SortedDictionary<string, string> picture, Api api, string path)
    {
        var answer = await api.GetAsync(path);
        foreach (var name in Passing) (answer as JsonObject)?.Remove(name);
        if (answer["items"] is JsonArray items && path.EndsWith("/timeline", StringComparison.Ordinal))
            foreach (var viewed in items.Where(step => step!["code"]!.GetValue<string>() is "viewed" or "downloaded" or "source-viewed").ToList()) items.Remove(viewed);
        picture[$"{path} {(picture.ContainsKey(path) ? "admin" : "")}"] = answer.ToJsonString();
    }

    private static void AssertSame(SortedDictionary<string, string> before, SortedDictionary<string, string> after)
    {
        Assert.Equal(before.Keys, after.Keys);
        foreach (var (path, answer) in before) Assert.True(answer == after[path], $"{path}\nbefore {answer}\nafter  {after[path]}");
    }

    private static async Task<long> MirrorLagAsync(RecorderProcess recorder) => (await HealthAsync(recorder))["mirror"]!["lag"]!.GetValue<long>();

    private static async Task<JsonNode> HealthAsync(RecorderProcess recorder)
    {
        using var client = new HttpClient();
        return JsonNode.Parse(await client.GetStringAsync(new Uri(recorder.Web, "/healthz")))!;
    }
}
