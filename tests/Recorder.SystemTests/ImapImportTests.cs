using System.Security.Cryptography;
using Recorder.Smtp;
using Recorder.SystemTests.Peers;

namespace Recorder.SystemTests;

/// <summary>An account of a real Dovecot brought over, and left as it was.</summary>
public sealed class ImapImportTests
{
    private const string Password = "correct horse battery", User = "user1@example.edu";
    private static readonly DateTime Arrived = new(2019, 3, 4, 5, 6, 7, DateTimeKind.Utc);

    [Fact]
    public async Task An_IMAP_account_is_imported_once_with_its_times_and_nothing_there_is_marked_as_read()
    {
        Dovecot.Need();
        using var scratch = new Scratch();
        await using var dovecot = await Dovecot.StartAsync();
        await SendAsync(dovecot, "one", "two", "three");
        foreach (var file in dovecot.Files(User)) File.SetLastWriteTimeUtc(file, Arrived);
        var before = dovecot.Messages(User).Select(bytes => Convert.ToHexString(SHA256.HashData(bytes))).Order().ToList();
        await using var recorder = new RecorderProcess(scratch.File("data"), "Smtp:Domains:0=example.edu", "Smtp:Mode=Journal");
        await recorder.StartAsync();
        await recorder.AddAccountAsync(User, Password);

        Assert.Contains("3 messages recorded, 0 were recorded before", await ImportAsync(recorder, dovecot), StringComparison.Ordinal);
        await SendAsync(dovecot, "four");
        Assert.Contains("1 messages recorded, 3 were recorded before", await ImportAsync(recorder, dovecot), StringComparison.Ordinal);

        using var api = await Api.SignInAsync(recorder, User, Password);
        var found = await api.FindAsync("is:imported");
        Assert.Equal(["four", "one", "three", "two"], found.Select(hit => hit.Subject).Order(StringComparer.Ordinal));
        var one = found.First(hit => hit.Subject == "one");
        Assert.Equal(Arrived, (await api.GetAsync($"messages/{one.Id}"))["receivedAt"]!.GetValue<DateTimeOffset>().UtcDateTime);
        var raw = new List<string>();
        foreach (var hit in found.Where(hit => hit.Subject != "four")) raw.Add(Convert.ToHexString(SHA256.HashData((await api.RawAsync(hit.Id))!)));
        Assert.Equal(before, raw.Order());
        Assert.All(dovecot.Files(User), file => Assert.DoesNotContain(":2,S", file, StringComparison.Ordinal));

        var (code, words) = await recorder.RunAsync("wrong\n", "import", $"imap://{Uri.EscapeDataString(User)}@127.0.0.1:{Machine.FreePort()}", "--owner", User, "--password-stdin");
        Assert.True(code == 2, $"{code}: {words}");
    }

    private static async Task<string> ImportAsync(RecorderProcess recorder, Dovecot dovecot)
    {
        var (code, words) = await recorder.RunAsync("pw\n", "import", $"imap://{Uri.EscapeDataString(User)}@127.0.0.1:{dovecot.ImapPort}", "--owner", User, "--password-stdin");
        Assert.True(code == 0, $"{code}: {words}");
        Assert.DoesNotContain("pw", words.Split(' '));
        return words;
    }

    private static async Task SendAsync(Dovecot dovecot, params string[] subjects)
    {
        await using var pool = Wire.Sender(dovecot.LmtpPort, SmtpProtocol.Lmtp);
        foreach (var subject in subjects) Assert.Equal(DeliveryOutcome.Accepted, (await pool.SendAsync(Wire.Mail(subject), "a@sender.example", User))[0].Outcome);
    }
}
