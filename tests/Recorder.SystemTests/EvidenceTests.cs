using System.Text.Json.Nodes;
using Recorder.Smtp;
using Recorder.SystemTests.Peers;

namespace Recorder.SystemTests;

/// <summary>Proof from the real process: evidence of a message while it serves, checked by another process that has nothing but the zip.</summary>
public sealed class EvidenceTests
{
    [Fact]
    public async Task Evidence_of_a_message_checks_offline_and_a_mirror_shows_that_the_end_of_the_log_was_cut_off()
    {
        using var scratch = new Scratch();
        var (zip, key, mirror) = (scratch.File("evidence.zip"), scratch.File("key.pem"), scratch.File("mirror"));
        await using var recorder = new RecorderProcess(scratch.File("data"), "Smtp:Mode=Journal", "Smtp:Domains:0=example.edu");
        await recorder.StartAsync();
        var id = await SendAsync(recorder, "prove me");
        var (code, words) = await recorder.RunAsync("", "evidence", id, "--to", zip, "--reason", "asked for by the court");
        Assert.True(code == 0, words);
        Assert.Equal(2, (await recorder.RunAsync("", "evidence", id, "--to", zip)).Code);
        (code, words) = await recorder.RunAsync("", "key");
        Assert.True(code == 0, words);
        await File.WriteAllTextAsync(key, words);

        (code, words) = await Machine.RunAsync("dotnet", RecorderProcess.Executable, "verify", "--bundle", zip, "--key", key, "--json");
        Assert.True(code == 0, words);
        Assert.Equal(id, JsonNode.Parse(words)!["recordId"]!.GetValue<string>());
        var bytes = await File.ReadAllBytesAsync(zip);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(zip, bytes);
        (code, words) = await Machine.RunAsync("dotnet", RecorderProcess.Executable, "verify", "--bundle", zip);
        Assert.True(code == 1, $"{code}: {words}");

        Assert.Equal(0, (await recorder.RunAsync("", "backup", mirror)).Code);
        (code, words) = await recorder.RunAsync("", "verify", "--witness", mirror, "--json");
        Assert.True(code == 0, words);
        var end = JsonNode.Parse(words.TrimEnd().Split('\n')[^1])!;
        Assert.Equal(("summary", 1L, 0L), (end["kind"]!.GetValue<string>(), end["head"]!.GetValue<long>(), end["findings"]!.GetValue<long>()));
        await recorder.StopAsync();

        // An older state of the whole folder contradicts nothing in itself.
        var older = scratch.File("older");
        Copy(recorder.DataPath, older);
        await recorder.StartAsync();
        await SendAsync(recorder, "later");
        Assert.Equal(0, (await recorder.RunAsync("", "backup", mirror)).Code);
        await recorder.StopAsync();
        Directory.Delete(recorder.DataPath, recursive: true);
        Copy(older, recorder.DataPath);
        Assert.Equal(0, (await recorder.RunAsync("", "verify")).Code);
        (code, words) = await recorder.RunAsync("", "verify", "--witness", mirror);
        Assert.True(code == 1, $"{code}: {words}");
        Assert.Contains("the end of the log was cut off", words, StringComparison.Ordinal);
        Assert.Equal(2, (await recorder.RunAsync("", "verify", "--witness", scratch.File("nothing"))).Code);
    }

    private static async Task<string> SendAsync(RecorderProcess recorder, string subject)
    {
        await using var pool = Wire.Sender(recorder.SmtpPort, SmtpProtocol.Smtp);
        var result = (await pool.SendAsync(Wire.Mail(subject), "a@sender.example", "u@example.edu"))[0];
        Assert.Equal(DeliveryOutcome.Accepted, result.Outcome);
        return Wire.RecordIdIn(result.Reply!.Text)!;
    }

    private static void Copy(string from, string to)
    {
        foreach (var path in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories).Where(path => !path.EndsWith("control.sock", StringComparison.Ordinal)))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, path));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(path, target);
        }
    }
}
