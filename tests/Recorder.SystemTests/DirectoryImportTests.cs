using System.Text.Json.Nodes;
using Recorder.SystemTests.Peers;

namespace Recorder.SystemTests;

/// <summary>The command line reads a real directory while serve runs.</summary>
public sealed class DirectoryImportTests
{
    // More than one page of the reading, and more than the size that slapd answers at once (500).
    private const int People = 1_203;

    [Fact]
    public async Task A_directory_is_read_whole_twice_the_same_and_its_changes_are_followed()
    {
        Slapd.Need();
        using var scratch = new Scratch();
        await using var slapd = await Slapd.StartAsync();
        await slapd.AddPeopleAsync(People);
        await using var recorder = new RecorderProcess(scratch.Folder("data"), "Smtp:Domains:0=example.edu");
        await recorder.StartAsync();
        await File.WriteAllTextAsync(scratch.File("secret"), Slapd.AdminPassword + "\n");

        Assert.Equal($"would be: {People} account", (await ImportAsync("--preview"))[^1]);
        Assert.Equal($"{People} account", (await ImportAsync())[^1]);
        Assert.Equal([$"{People} known"], await ImportAsync());

        await slapd.SetMailAsync("u1", "u1@example.edu", "info@example.edu");
        Assert.Equal(["address     u1@example.edu info@example.edu", $"1 address, {People} known"], await ImportAsync());
        await slapd.SetMailAsync("u1", "u1@example.edu");
        await slapd.SetMailAsync("u2", "u2@example.edu", "info@example.edu");
        Assert.Equal(["moved       u2@example.edu info@example.edu (from u1@example.edu)", $"{People} known, 1 moved"], await ImportAsync());
        await slapd.RemoveAsync("u3");
        await slapd.AddPersonAsync("u3", "Somebody else", "a secret");
        Assert.Equal(["handed-over u3@example.edu", $"1 handed-over, {People} known"], await ImportAsync());

        var (code, output) = await recorder.RunAsync("", Command("--json", "--preview"));
        Assert.True(code == 0, output);
        Assert.Contains("u2@example.edu known info@example.edu", output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!).Select(step => $"{step["account"]} {step["kind"]} {step["address"]}"));

        async Task<string[]> ImportAsync(params string[] more)
        {
            var (ended, said) = await recorder.RunAsync("", Command(more));
            Assert.True(ended == 0, said);
            return said.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^Math.Min(2, said.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length)..];
        }

        string[] Command(params string[] more) =>
            ["account", "import", $"ldap://127.0.0.1:{slapd.Port}/ou=people,dc=example,dc=edu", "--no-tls", "--bind-dn", Slapd.AdminDn, "--password-file", scratch.File("secret"), .. more];
    }

    [Fact]
    public async Task A_directory_that_refuses_changes_nothing_and_a_missing_password_is_asked_for()
    {
        Slapd.Need();
        using var scratch = new Scratch();
        await using var slapd = await Slapd.StartAsync();
        await using var recorder = new RecorderProcess(scratch.Folder("data"), "Smtp:Domains:0=example.edu");
        var place = $"ldap://127.0.0.1:{slapd.Port}/ou=people,dc=example,dc=edu";
        await File.WriteAllTextAsync(scratch.File("secret"), "not it\n");
        var wrong = await recorder.RunAsync("", "account", "import", place, "--no-tls", "--bind-dn", Slapd.AdminDn, "--password-file", scratch.File("secret"));
        Assert.Equal(4, wrong.Code);
        Assert.Contains("could not be read, and nothing was done", wrong.Output, StringComparison.Ordinal);
        var without = await recorder.RunAsync("", "account", "import", place, "--no-tls", "--bind-dn", Slapd.AdminDn);
        Assert.Equal(2, without.Code);
        Assert.Contains("RECORDER_LDAP_PASSWORD", without.Output, StringComparison.Ordinal);
        // This slapd has no certificate: without --no-tls nothing is said to it.
        var secured = await recorder.RunAsync("", "account", "import", place);
        Assert.True(secured.Code == 4, secured.Output);
    }
}
