using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Recorder.Ledger;
using Recorder.Tests.Fakes;
using Recorder.Transfer.Export;

namespace Recorder.Tests.Web;

public sealed class ExportLinkTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static async Task<Dictionary<string, string>> UnzipAsync(HttpClient client, string path)
    {
        using var zip = new ZipArchive(new MemoryStream(await client.GetByteArrayAsync(path, Cancel)));
        return zip.Entries.ToDictionary(entry => entry.Name, entry => new StreamReader(entry.Open(), Encoding.Latin1).ReadToEnd());
    }

    private static async Task<string> AskAsync(HttpClient client, object request)
    {
        using var answer = await client.PostAsJsonAsync("/api/v1/bulk", request, Cancel);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("download").GetString()!;
    }

    [Fact]
    public async Task What_a_query_finds_is_one_zip_of_exact_bytes_and_every_message_of_it_is_in_the_log()
    {
        await using var world = await WebWorld.StartAsync();
        var alice = await world.ProgramAsync(WebWorld.Alice);
        var texts = new[] { "Subject: keep one\r\n\r\nFrom me\r\n", "Subject: keep two\r\n\r\n\u00e9\r\n" };
        foreach (var text in texts) await world.RecordAsync(text, WebWorld.Alice, WebWorld.Bob);
        await world.RecordAsync("Subject: keep\r\n\r\nof Bob alone\r\n", WebWorld.Bob);
        await world.Counter.IndexAsync();
        var link = await AskAsync(alice, new { act = "export", query = "keep" });
        var files = await UnzipAsync(alice, link);
        Assert.Equal(texts.Select(text => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text))).Order(), files.Where(file => file.Key.EndsWith(".eml", StringComparison.Ordinal)).Select(file => file.Value).Order());
        Assert.Equal(2, files[ZipSink.Manifest].Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.DoesNotContain(WebWorld.Bob, files[ZipSink.Manifest], StringComparison.Ordinal);
        await WaitUntil.Async(() => world.Facts<ExportEnded>().Any());
        var taken = Assert.Single(world.Facts<MailExported>());
        Assert.Equal((WebWorld.Alice, "127.0.0.1", 2), (taken.Actor.Name, taken.Actor.Source, taken.Records.Count));
        await world.Counter.IndexAsync();
        var timeline = await alice.GetFromJsonAsync<JsonElement>($"/api/v1/messages/{taken.Records[0].RecordId}/timeline", Cancel);
        Assert.Contains("downloaded", timeline.GetProperty("items").EnumerateArray().Select(step => step.GetProperty("code").GetString()));
    }

    [Fact]
    public async Task A_link_is_its_owners_alone_and_ends()
    {
        await using var world = await WebWorld.StartAsync();
        var (alice, bob) = (await world.ProgramAsync(WebWorld.Alice), await world.ProgramAsync(WebWorld.Bob));
        var id = await world.RecordAsync("Subject: x\r\n\r\nx\r\n", WebWorld.Alice);
        var link = await AskAsync(alice, new { act = "export", ids = new[] { id.ToString() } });
        using var foreign = await bob.GetAsync(link, Cancel);
        Assert.Equal(HttpStatusCode.NotFound, foreign.StatusCode);
        using var none = await bob.PostAsJsonAsync("/api/v1/bulk", new { act = "export", query = "x" }, Cancel);
        Assert.Equal(HttpStatusCode.Conflict, none.StatusCode);
        // Named by another, a record is like one that does not exist.
        var named = await AskAsync(bob, new { act = "export", ids = new[] { id.ToString() } });
        Assert.Equal([ZipSink.Manifest], (await UnzipAsync(bob, named)).Keys);
        world.Counter.Desk.Time.Advance(Exports.Lifetime);
        using var late = await (await world.ProgramAsync(WebWorld.Alice)).GetAsync(link, Cancel);
        Assert.Equal(HttpStatusCode.NotFound, late.StatusCode);
    }

    [Fact]
    public async Task The_list_page_leads_to_the_download_by_forms_alone()
    {
        await using var world = await WebWorld.StartAsync();
        var browser = await world.BrowserAsync(WebWorld.Alice);
        foreach (var text in new[] { "a", "b" }) await world.RecordAsync($"Subject: {text}\r\n\r\n{text}\r\n", WebWorld.Alice);
        await world.Counter.IndexAsync();
        using var asked = await WebWorld.PostFormAsync(browser, "/mail", "/bulk", ("act", "export"), ("q", ""));
        var page = asked.Headers.Location!.ToString();
        Assert.Contains($"{page}/mail.zip", await browser.GetStringAsync(page, Cancel));
        Assert.Equal(3, (await UnzipAsync(browser, $"{page}/mail.zip")).Count);
        await WaitUntil.Async(() => world.Facts<ExportEnded>().Any());
        Assert.Contains("Downloaded 1 times", await browser.GetStringAsync(page, Cancel));
    }
}
