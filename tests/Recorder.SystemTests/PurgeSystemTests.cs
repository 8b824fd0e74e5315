using System.Text.Json.Nodes;
using Recorder.SystemTests.Peers;

namespace Recorder.SystemTests;

/// <summary>What an administrator does to make mail leave, on the running service.</summary>
public sealed class PurgeSystemTests
{
    private const string Password = "correct horse battery", Admin = "admin@example.edu", Second = "second@example.edu", User = "u@example.edu";

    [Fact]
    public async Task Mail_beyond_its_term_is_planned_and_purged_and_one_message_is_erased_while_serve_runs()
    {
        using var scratch = new Scratch();
        await using var recorder = new RecorderProcess(scratch.File("data"), "Smtp:Domains:0=example.edu", "Smtp:Mode=Journal");
        await recorder.StartAsync();
        await recorder.AddAccountAsync(Admin, Password, admin: true);
        await recorder.AddAccountAsync(User, Password);
        await ImportAsync(recorder, scratch, "old", "Mon, 02 Mar 2015 10:00:00 +0000", "--keep-from-received");
        await ImportAsync(recorder, scratch, "young", "Mon, 02 Mar 2015 10:00:00 +0000");
        await ImportAsync(recorder, scratch, "wrong", "Mon, 02 Mar 2015 10:00:00 +0000");
        using var user = await Api.SignInAsync(recorder, User, Password);
        await user.UntilIndexedAsync();
        // Beyond its term it is in nobody's sight, purged or not.
        Assert.Equal(["wrong", "young"], (await user.FindAsync("")).Select(hit => hit.Subject).Order());

        var wrong = (await user.FindAsync("subject:wrong")).Single().Id;
        Assert.Contains("is gone", await SaysAsync(recorder, 0, "retention", "erase", wrong, "--reason", "asked by the person"));
        Assert.Null(await user.RawAsync(wrong));
        var plan = await SaysAsync(recorder, 0, "purge", "--plan");
        Assert.All(["1 records of 1 segments", "1 records by the default: 365 days are over"], told => Assert.Contains(told, plan));
        Assert.Contains("place another hold", await SaysAsync(recorder, 2, "hold", "add", "--matter", "m", "--reason", "r", "--record", wrong, "--mailbox", User));
        Assert.Contains("365 days need", await SaysAsync(recorder, 2, "retention", "set-rule", "brief", "--days", "30", "--mailbox", User));
        Assert.Contains("1 records of 1 segments are gone", await SaysAsync(recorder, 0, "purge", "--execute"));
        Assert.Contains("nothing is over its term", await SaysAsync(recorder, 0, "purge", "--execute"));

        Assert.Equal(["young"], (await user.FindAsync("")).Select(hit => hit.Subject));
        Assert.Contains("nothing wrong", await SaysAsync(recorder, 0, "verify"));
        foreach (var file in Directory.EnumerateFiles(Path.Combine(recorder.DataPath, "archive"), "*", SearchOption.AllDirectories).Where(file => !file.EndsWith("/lock", StringComparison.Ordinal)))
            Assert.True((await File.ReadAllBytesAsync(file)).AsSpan().IndexOf("words-of-old"u8) < 0, file);
        using var admin = await Api.SignInAsync(recorder, Admin, Password);
        var run = (await admin.GetAsync("admin/purges"))[0]!;
        Assert.StartsWith($"{run["id"]} ", await SaysAsync(recorder, 0, "purge", "--runs"));
        Assert.Equal(1, (await admin.GetAsync($"admin/purges/{run["id"]}"))["recordsDestroyed"]!.GetValue<int>());
        Assert.Equal(["erasure.asked", "erasure.done"], (await admin.GetAsync($"admin/audit?record={wrong}"))["items"]!.AsArray().Select(row => row!["what"]!.GetValue<string>()).Where(what => what.StartsWith("erasure", StringComparison.Ordinal)).Order());
    }

    [Fact]
    public async Task With_two_persons_an_erasure_waits_for_both_by_the_api_or_by_command()
    {
        using var scratch = new Scratch();
        await using var recorder = new RecorderProcess(scratch.File("data"), "Smtp:Domains:0=example.edu", "Smtp:Mode=Journal", "Retention:TwoPersons=true", "Retention:PurgeDaily=false");
        await recorder.StartAsync();
        await recorder.AddAccountAsync(Admin, Password, admin: true);
        await recorder.AddAccountAsync(Second, Password, admin: true);
        await recorder.AddAccountAsync(User, Password);
        await ImportAsync(recorder, scratch, "old", "Mon, 02 Mar 2015 10:00:00 +0000");
        using var admin = await Api.SignInAsync(recorder, Admin, Password);
        using var user = await Api.SignInAsync(recorder, User, Password);
        await user.UntilIndexedAsync();
        var id = (await user.FindAsync("subject:old")).Single().Id;
        using (var asked = await admin.PostAsync("admin/erasures", new { recordId = id, reason = "law" }))
            Assert.Equal("approval-needed", JsonNode.Parse(await asked.Content.ReadAsStringAsync())!["code"]!.GetValue<string>());
        var approval = (await admin.GetAsync("admin/approvals"))[0]!["id"]!.GetValue<string>();
        Assert.Contains(approval, await SaysAsync(recorder, 0, "approval", "list"));
        Assert.Contains("another administrator", (await recorder.RunAsync(Password + "\n", "approval", "give", approval, "--account", Admin, "--password-stdin")).Output);
        Assert.NotNull(await user.RawAsync(id));
        var (code, words) = await recorder.RunAsync(Password + "\n", "approval", "give", approval, "--account", Second, "--password-stdin");
        Assert.True(code == 0, words);
        Assert.Null(await user.RawAsync(id));
    }

    private static async Task ImportAsync(RecorderProcess recorder, Scratch scratch, string name, string received, params string[] options)
    {
        var file = scratch.File($"{name}.eml");
        await File.WriteAllTextAsync(file, $"Received: from a.example by b.example; {received}\r\nFrom: a@sender.example\r\nTo: {User}\r\nSubject: {name}\r\n\r\nwords-of-{name}\r\n");
        await SaysAsync(recorder, 0, ["import", file, "--owner", User, .. options]);
    }

    private static async Task<string> SaysAsync(RecorderProcess recorder, int code, params string[] command)
    {
        var (ended, words) = await recorder.RunAsync("", command);
        Assert.True(ended == code, $"{string.Join(' ', command)}: {ended}: {words}");
        return words;
    }
}
