using System.Text.RegularExpressions;
using Recorder.Smtp;
using Recorder.SystemTests.Peers;

namespace Recorder.SystemTests;

/// <summary>What an administrator types.</summary>
public sealed partial class CommandLineTests
{
    private const string Password = "correct horse battery";

    [Fact]
    public async Task Accounts_are_made_while_serve_runs_and_while_it_does_not()
    {
        using var scratch = new Scratch();
        await using var recorder = new RecorderProcess(scratch.File("data"), "Smtp:Domains:0=example.edu");
        await recorder.AddAccountAsync("early@example.edu", Password, admin: true);
        await recorder.StartAsync();
        await recorder.AddAccountAsync("late@example.edu", Password);
        (await Api.SignInAsync(recorder, "early@example.edu", Password)).Dispose();
        (await Api.SignInAsync(recorder, "late@example.edu", Password)).Dispose();
        var (code, list) = await recorder.RunAsync("", "account", "list");
        Assert.Equal(0, code);
        Assert.Equal("early@example.edu admin\nlate@example.edu\n", list);
        Assert.NotEqual(0, (await recorder.RunAsync(Password + "\n", "account", "add", "late@example.edu", "--password-stdin")).Code);
    }

    [Fact]
    public async Task Lists_are_kept_while_serve_runs_and_while_it_does_not()
    {
        using var scratch = new Scratch();
        await using var recorder = new RecorderProcess(scratch.File("data"), "Smtp:Domains:0=example.edu");
        await recorder.AddAccountAsync("ann@example.edu", Password);
        async Task<string> List(int code, params string[] command)
        {
            var (ended, words) = await recorder.RunAsync("", ["list", .. command]);
            Assert.True(ended == code, $"list {string.Join(' ', command)}: {ended}: {words}");
            return words;
        }

        Assert.Equal("block *.Example.ORG # spam\n".ToLowerInvariant(), await List(0, "add", "*.Example.ORG", "--site", "--block", "--comment", "spam"));
        await recorder.StartAsync();
        await List(0, "add", "bob@例子.tw", "--account", "ann@example.edu", "--allow", "--expires", "2099-12-31");
        await List(0, "add", "boss@example.com", "--site", "--allow", "--enforced");
        Assert.Equal("block *.example.org # spam\nallow boss@example.com enforced\n", await List(0, "show", "--site"));
        Assert.Equal("allow bob@例子.tw until 2100-01-01T00:00:00Z\n", await List(0, "show", "--account", "ann@example.edu"));
        Assert.Contains("\"pattern\":\"bob@xn--fsqu00a.tw\"", await List(0, "show", "--account", "ann@example.edu", "--json"));

        var exported = await List(0, "export", "--site");
        await File.WriteAllTextAsync(scratch.File("list.csv"), exported + "*@*\n" + string.Concat(Enumerable.Range(0, 2_000).Select(i => $"sender{i}@example.net\n")));
        var report = await List(1, "import", scratch.File("list.csv"), "--domain", "example.edu");
        Assert.Contains("NOT TAKEN line 4: ", report);
        Assert.Contains("2002 entries made or changed, 0 as they were, 1 lines not taken", report);
        await recorder.StopAsync();
        Assert.Equal(2_002, (await List(0, "show", "--domain", "example.edu")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        await List(0, "remove", "*.example.org", "--site");
        await List(4, "remove", "*.example.org", "--site");
        await List(2, "show");
        await List(2, "add", "*@*", "--site", "--block");
        await List(2, "add", "a@example.org", "--account", "nobody@example.edu", "--block");
    }

    [Fact]
    public async Task Verify_names_the_file_in_which_one_byte_was_flipped()
    {
        using var scratch = new Scratch();
        await using var recorder = new RecorderProcess(scratch.File("data"), "Smtp:Mode=Journal", "Smtp:Domains:0=example.edu");
        await recorder.StartAsync();
        await using (var pool = Wire.Sender(recorder.SmtpPort, SmtpProtocol.Smtp))
        {
            for (var number = 0; number < 5; number++)
            {
                Assert.Equal(DeliveryOutcome.Accepted, (await pool.SendAsync(Wire.Mail($"flip{number}"), "a@sender.example", "u@example.edu"))[0].Outcome);
            }
        }

        Assert.Equal(0, (await recorder.RunAsync("", "verify")).Code);
        await recorder.StopAsync();
        var (file, bytes) = Directory.EnumerateFiles(Path.Combine(recorder.DataPath, "archive"), "*", SearchOption.AllDirectories)
            .Select(path => (path, bytes: File.ReadAllBytes(path))).First(one => one.bytes.AsSpan().IndexOf("Subject: flip2"u8) >= 0);
        bytes[bytes.AsSpan().IndexOf("Subject: flip2"u8)] ^= 1;
        await File.WriteAllBytesAsync(file, bytes);
        var (code, words) = await recorder.RunAsync("", "verify");
        Assert.True(code == 1, $"{code}: {words}");
        Assert.Contains(Path.GetFileName(file), words, StringComparison.Ordinal);
        Assert.Contains("DAMAGED", words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_doctor_names_what_does_not_work_before_serve_starts_and_while_it_runs_and_changes_nothing()
    {
        using var scratch = new Scratch();
        await using var recorder = new RecorderProcess(scratch.File("data"), "Smtp:Mode=Journal", "Smtp:Domains:0=example.edu", "Screening:Spamd:Address=127.0.0.1:1");
        foreach (var words in new[] { await DoctorAsync(), await StartedAsync() })
        {
            Assert.Contains("ok    mail for these domains is recorded: example.edu", words, StringComparison.Ordinal);
            Assert.Contains("FAIL  no next mail server is set", words, StringComparison.Ordinal);
            Assert.Contains("FAIL  the filter spamd does not answer", words, StringComparison.Ordinal);
        }

        async Task<string> StartedAsync()
        {
            Assert.False(Directory.Exists(recorder.DataPath));
            await recorder.StartAsync();
            var words = await DoctorAsync();
            Assert.Contains("ok    serve runs on ", words, StringComparison.Ordinal);
            return words;
        }

        async Task<string> DoctorAsync()
        {
            var (code, words) = await recorder.RunAsync("", "doctor");
            Assert.True(code == 1, $"{code}: {words}");
            return words;
        }
    }

    [Fact]
    public async Task A_folder_without_an_archive_is_refused_and_stays_as_it_is()
    {
        using var scratch = new Scratch();
        await using var recorder = new RecorderProcess(scratch.File("nowhere"), "Smtp:Domains:0=example.edu");
        foreach (var command in (string[][])[["verify"], ["backup", scratch.File("copy")], ["reconcile", "--maillog", "/dev/null"], ["rebuild"], ["reindex"], ["account", "list"], ["hold", "list"], ["list", "show", "--site"]])
        {
            var (code, words) = await recorder.RunAsync("", command);
            Assert.True(code == 2 && words.Contains("there is no archive in", StringComparison.Ordinal), $"{command[0]}: {code}, {words}");
        }

        Assert.False(Directory.Exists(recorder.DataPath));
    }

    [Theory]
    [InlineData("Recorder:Smtp:Lisen", "127.0.0.1:0", "Listen")]
    [InlineData("Recorder:Smtp:Protocol", "uucp", "one of")]
    [InlineData("Recorder:Retention:Days", "30", "AllowShorter")]
    [InlineData("Recorder:NextHop:Port", "many", "whole number")]
    [InlineData("Recorder:Web:Listen", "8080", "http://127.0.0.1:8080")]
    [InlineData("Recorder:Smtp:TrustedNetworks:0", "everybody", "network")]
    public async Task A_bad_setting_stops_the_start_with_one_line(string key, string value, string hint)
    {
        using var scratch = new Scratch();
        var (code, words) = await Machine.RunAsync("dotnet", RecorderProcess.Executable, "serve", $"--Recorder:Data:Path={scratch.File("data")}", $"--{key}={value}");
        Assert.True(code == 2, $"{code}: {words}");
        var line = Assert.Single(words.TrimEnd().Split('\n'));
        Assert.Contains(key, line, StringComparison.Ordinal);
        Assert.Contains(hint, line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_command_has_help()
    {
        var open = new Queue<string[]>([[]]);
        var seen = new List<string>();
        while (open.TryDequeue(out var command))
        {
            var (code, words) = await Machine.RunAsync("dotnet", [RecorderProcess.Executable, .. command, "--help"]);
            Assert.True(code == 0, $"{string.Join(' ', command)} --help: {code}: {words}");
            // Otherwise it is the help of another command, whose names would be asked for without end.
            Assert.Contains(string.Join(' ', ["recorder", .. command]), words, StringComparison.Ordinal);
            seen.Add(string.Join(' ', command));
            foreach (var name in Subcommands(words))
            {
                open.Enqueue([.. command, name]);
            }
        }

        Assert.Superset(new HashSet<string>(["serve", "demo", "import", "export", "verify", "reindex", "rebuild", "purge", "hold", "account", "account add", "token", "backup", "restore", "reconcile", "doctor"]), seen.ToHashSet());
    }

    [Fact]
    public async Task The_demo_says_where_and_how_and_leaves_nothing_behind()
    {
        await using var demo = await DemoProcess.StartAsync();
        Assert.Equal(2, demo.Accounts.Count);
        Assert.True(Directory.Exists(demo.Folder));
        Assert.Equal(0, await demo.StopAsync());
        Assert.False(Directory.Exists(demo.Folder), $"{demo.Folder} is still there");
    }

    [Fact]
    public async Task The_compose_file_is_sound()
    {
        const string compose = "/usr/bin/docker-compose";
        Machine.Needs(compose);
        using var scratch = new Scratch();
        var (code, words) = await Machine.RunAsync(compose, "-f", Samples.PathOf("docker-compose.yml"), "config", "-q");
        Assert.True(code == 0, words);
    }

    private static IEnumerable<string> Subcommands(string help) => help.Split('\n')
        .SkipWhile(line => !line.StartsWith("Commands:", StringComparison.Ordinal)).Skip(1)
        .TakeWhile(line => line.Trim().Length > 0)
        .Select(line => CommandName().Match(line)).Where(match => match.Success).Select(match => match.Groups[1].Value);

    [GeneratedRegex("^  ([a-z][a-z-]*)")]
    private static partial Regex CommandName();
}
