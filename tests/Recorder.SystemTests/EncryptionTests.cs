using System.Text;
using Recorder.SystemTests.Peers;

namespace Recorder.SystemTests;

/// <summary>Encryption at rest with the real process: what is on the disk, a kill, another master key, a purge, a restore from the mirror.</summary>
public sealed class EncryptionTests
{
    private const string Password = "correct horse battery", User = "u@example.edu", Sentinel = "sentinelvioletharbour7261";

    [Fact]
    public async Task An_encrypted_archive_shows_no_word_lives_through_a_kill_and_gets_another_master_key()
    {
        using var scratch = new Scratch();
        var (keyFile, mirror, data) = (scratch.File("master.key"), scratch.File("mirror"), scratch.File("data"));
        await using var recorder = new RecorderProcess(
            data, "Smtp:Domains:0=example.edu", "Smtp:Mode=Journal", "Encryption:Enabled=true", $"Encryption:KeyFile={keyFile}", $"Data:Mirror={mirror}", "Data:MirrorSeconds=1", $"Encryption:KeysCopy={scratch.File("keys-copy")}");
        var first = await NewKeyAsync(recorder);
        await File.WriteAllTextAsync(keyFile, first);
        await recorder.StartAsync();
        await recorder.AddAccountAsync(User, Password);
        await ImportAsync(recorder, scratch, "small", 200);
        await ImportAsync(recorder, scratch, "large", 1_500_000);
        await recorder.KillAsync();
        await recorder.StartAsync();
        await ImportAsync(recorder, scratch, "old", 300, "--keep-from-received");
        using (var user = await Api.SignInAsync(recorder, User, Password))
        {
            await user.UntilIndexedAsync();
            Assert.Equal(["large", "small"], (await user.FindAsync(Sentinel)).Select(hit => hit.Subject.Split(' ')[0]).Order());
            AssertNoWord(Path.Combine(data, "archive"));
            Assert.Contains("is gone", await SaysAsync(recorder, 0, "retention", "erase", (await user.FindAsync("subject:small")).Single().Id, "--reason", "asked by the person"));
        }

        Assert.Contains("1 records of 1 segments are gone", await SaysAsync(recorder, 0, "purge", "--execute"));
        Assert.Contains("nothing wrong", await SaysAsync(recorder, 0, "verify"));
        await File.WriteAllTextAsync(keyFile, $"{await NewKeyAsync(recorder)}\n{first}\n");
        Assert.Contains("keys are wrapped by", await SaysAsync(recorder, 0, "encryption", "rotate"));
        await MirroredAsync(recorder, mirror);
        await recorder.StopAsync();
        await SaysAsync(recorder, 0, "verify");

        AssertNoWord(Path.Combine(data, "archive"));
        AssertNoWord(mirror);
        Assert.False(File.Exists(Path.Combine(mirror, "keys", "archive.keys")));
        Assert.DoesNotContain(first, recorder.Output, StringComparison.Ordinal);
        await CheckRefusalsAsync(recorder, keyFile, first);
        await RestoreAsync(recorder, scratch, mirror);
    }

    // With the former key alone nothing starts, and nothing is touched.
    private static async Task CheckRefusalsAsync(RecorderProcess recorder, string keyFile, string former)
    {
        var good = await File.ReadAllTextAsync(keyFile);
        var now = good.Split('\n')[0];
        foreach (var (text, said) in new[] { (former, "are wrapped by the master key"), ("not a key", "is not base64 of 32 bytes") })
        {
            await File.WriteAllTextAsync(keyFile, text);
            var words = await SaysAsync(recorder, 2, "verify");
            Assert.Contains(said, words, StringComparison.Ordinal);
            Assert.DoesNotContain(text, words, StringComparison.Ordinal);
        }

        await File.WriteAllTextAsync(keyFile, now);
        await SaysAsync(recorder, 0, "verify");
    }

    private static async Task RestoreAsync(RecorderProcess recorder, Scratch scratch, string mirror)
    {
        var into = scratch.File("restored");
        var (code, words) = await recorder.RunAsync("", "restore", mirror, into);
        Assert.True(code == 4 && words.Contains("archive.keys", StringComparison.Ordinal), $"{code}: {words}");
        File.Copy(Path.Combine(scratch.File("keys-copy"), "archive.keys"), Path.Combine(into, "keys", "archive.keys"));
        await SaysAsync(recorder, 0, "restore", mirror, into);
        await using var restored = new RecorderProcess(into, "Encryption:Enabled=true", $"Encryption:KeyFile={scratch.File("master.key")}");
        Assert.Contains("nothing wrong", await SaysAsync(restored, 0, "verify"));
    }

    private static async Task MirroredAsync(RecorderProcess recorder, string mirror) => await Machine.UntilAsync("the mirror to be up to date", async () =>
    {
        using var client = new HttpClient();
        var health = System.Text.Json.Nodes.JsonNode.Parse(await client.GetStringAsync(new Uri(recorder.Web, "/healthz")))!;
        return Directory.Exists(Path.Combine(mirror, "archive")) && health["mirror"]?["lag"]?.GetValue<long>() == 0;
    });

    private static async Task<string> NewKeyAsync(RecorderProcess recorder)
    {
        var key = (await SaysAsync(recorder, 0, "encryption", "new-key")).Trim();
        Assert.Equal(32, Convert.FromBase64String(key).Length);
        return key;
    }

    private static void AssertNoWord(string folder)
    {
        var files = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(file => Path.GetFileName(file) is not ("lock" or "backup.lock")).ToList();
        Assert.NotEmpty(files);
        foreach (var file in files) Assert.True(File.ReadAllBytes(file).AsSpan().IndexOf(Encoding.ASCII.GetBytes(Sentinel)) < 0, file);
    }

    // In subject, body, an address, and a name of an attachment.
    private static async Task ImportAsync(RecorderProcess recorder, Scratch scratch, string name, int bytes, params string[] options)
    {
        var file = scratch.File($"{name}.eml");
        var filler = string.Concat(Enumerable.Repeat($"{Sentinel} words of {name}\r\n", bytes / 60 + 1));
        await File.WriteAllTextAsync(file,
            $"Received: from a.example by b.example; Mon, 02 Mar 2015 10:00:00 +0000\r\nFrom: {Sentinel}@sender.example\r\nTo: {User}\r\nSubject: {name} {Sentinel}\r\nMIME-Version: 1.0\r\n"
            + $"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n{filler}\r\n--b\r\nContent-Type: text/plain; name={Sentinel}.txt\r\n\r\n{Sentinel}\r\n--b--\r\n");
        await SaysAsync(recorder, 0, ["import", file, "--owner", User, .. options]);
    }

    private static async Task<string> SaysAsync(RecorderProcess recorder, int code, params string[] command)
    {
        var (ended, words) = await recorder.RunAsync("", command);
        Assert.True(ended == code, $"{string.Join(' ', command)}: {ended}: {words}");
        return words;
    }
}
