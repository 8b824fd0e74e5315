using System.Diagnostics;
using System.Globalization;
using Recorder.Smtp;
using Recorder.SystemTests.Peers;
using Recorder.Tests.Mail.Files;

namespace Recorder.SystemTests;

/// <summary>Words of attached files find the message, with the real process and its real reading process, which is shot at.</summary>
public sealed class AttachmentTests
{
    private const string Password = "correct horse battery", User = "u@example.edu";

    [Fact]
    public async Task Words_of_attached_files_find_the_message_whatever_happens_to_the_reader()
    {
        using var scratch = new Scratch();
        await using var recorder = new RecorderProcess(scratch.Folder("data"), "Smtp:Domains:0=example.edu", "Search:Attachments:MaxProcessorSeconds=3");
        await recorder.StartAsync();
        await recorder.AddAccountAsync(User, Password);
        using var api = await Api.SignInAsync(recorder, User, Password);
        await SendAsync(recorder, "minutes", ("plan.docx", SampleFiles.Docx("光合作用實驗計畫")), ("通知.pdf", SampleFiles.ChinesePdf("國立大學圖書館通知")));
        Assert.Equal(["minutes"], await FoundAsync(api, "光合作用 圖書館 attachment:通知"));

        await SendAsync(recorder, "hostile", ("endless.pdf", SampleFiles.EndlessPdf(12)), ("more.pdf", SampleFiles.EndlessPdf(13)));
        await SendAsync(recorder, "after", ("a.docx", SampleFiles.Docx("chlorophyll")));
        await Machine.UntilAsync("a reading process", () => Task.FromResult(Workers(recorder).Count > 0), 60);
        foreach (var worker in Workers(recorder)) worker.Kill();
        Assert.Equal(["after"], await FoundAsync(api, "after"));
        Assert.Equal(["after"], await FoundAsync(api, "chlorophyll"));
        var health = await HealthAsync(recorder);
        Assert.True(health["attachments"]!["tooCostly"]!.GetValue<long>() == 1, health.ToJsonString());

        await recorder.KillAsync();
        await recorder.StartAsync();
        using var again = await Api.SignInAsync(recorder, User, Password);
        Assert.Equal(["after"], await FoundAsync(again, "chlorophyll"));
        Assert.Equal(["minutes"], await FoundAsync(again, "圖書館 光合作用"));
        await recorder.StopAsync();
        Assert.Empty(Workers(recorder));
    }

    private static async Task SendAsync(RecorderProcess recorder, string subject, params (string Name, byte[] Content)[] files)
    {
        await using var pool = Wire.Sender(recorder.SmtpPort, SmtpProtocol.Smtp, sessions: 1);
        var result = Assert.Single(await pool.SendAsync(SampleFiles.Mail(subject, $"see the files, {subject}", files), "teacher@example.org", User));
        Assert.True(result.Reply is { IsPositive: true }, result.ToString());
    }

    private static async Task<IEnumerable<string>> FoundAsync(Api api, string query)
    {
        IReadOnlyList<(string Id, string Subject)> found = [];
        await Machine.UntilAsync($"{query} to find something", async () => (found = await api.FindAsync(query)).Count > 0, 90);
        return found.Select(hit => hit.Subject);
    }

    private static async Task<System.Text.Json.Nodes.JsonNode> HealthAsync(RecorderProcess recorder)
    {
        using var client = new HttpClient();
        return System.Text.Json.Nodes.JsonNode.Parse(await client.GetStringAsync(new Uri(recorder.Web, "/healthz")))!;
    }

    /// <summary>Children of the service, and those it left behind.</summary>
    private static List<Process> Workers(RecorderProcess recorder) => [.. Process.GetProcessesByName("dotnet").Where(process => IsWorkerOf(process.Id, recorder.Id))];

    private static bool IsWorkerOf(int process, int parent)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/cmdline").Contains("extract-worker", StringComparison.Ordinal)
                && File.ReadAllText($"/proc/{process}/stat").Split(") ")[1].Split(' ')[1] == parent.ToString(CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return false;
        }
    }
}
