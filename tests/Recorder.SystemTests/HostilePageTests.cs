using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Microsoft.Playwright;
using Recorder.SystemTests.Peers;
using Recorder.Tests.Mail;

namespace Recorder.SystemTests;

/// <summary>
/// Hostile fragments of several sanitisers' tests as bodies, subjects, sender's names, file names and header fields, in
/// the real browser with script and network watched: nothing runs, nothing is fetched, nothing leaves the frame.
/// </summary>
public sealed class HostilePageTests(BrowserTests.Stage stage, ITestOutputHelper output) : IClassFixture<BrowserTests.Stage>
{
    // Each frame is a real one, under our policy; the pages around them are opened whole for every so many.
    private const int FramesAtOnce = 24;
    private static readonly int OpenedWhole = Environment.GetEnvironmentVariable("RECORDER_ALL_COMBINATIONS") is { Length: > 0 } ? 1 : 20;

    private const string AddFrames = """
        paths => Promise.all(paths.map(path => new Promise(done => {
          const frame = document.createElement("iframe");
          frame.setAttribute("sandbox", "allow-popups allow-popups-to-escape-sandbox");
          frame.className = "tried";
          frame.addEventListener("load", done);
          frame.src = path;
          document.body.append(frame);
        })))
        """;

    [Fact]
    public async Task No_hostile_fragment_runs_fetches_or_leaves_its_frame()
    {
        var fragments = File.ReadLines(Corpus.File("xss-vectors.jsonl")).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("payload").GetString()!).ToList();
        foreach (var fragment in fragments) await stage.SendAsync(Mail(fragment));
        var page = await stage.Browser.PageAsync();
        await stage.SignInAsync(page);
        var (asked, links) = (Watch(page), await LinksAsync(page, fragments.Count));
        Assert.Equal(fragments.Count, links.Count);
        foreach (var some in links.Chunk(FramesAtOnce))
        {
            await page.EvaluateAsync(AddFrames, some.Select(link => link + "/body").ToArray());
            Assert.Equal(some.Length, page.Frames.Count(frame => frame.Url.EndsWith("/body", StringComparison.Ordinal)));
            await page.EvaluateAsync("document.querySelectorAll('.tried').forEach(frame => frame.remove())");
        }

        foreach (var link in links.Where((_, number) => number % OpenedWhole == 0))
        {
            await page.GotoAsync(new Uri(stage.Demo.Web, link).ToString());
            Assert.Equal((link, 1), (link, await page.Locator("main article.message h1").CountAsync()));
            Assert.Equal((link, 1), (link, await page.Locator("footer").CountAsync()));
        }

        await page.WaitForTimeoutAsync(500); // for anything that would run late
        output.WriteLine($"{links.Count} fragments, {asked.Count} requests");
        Assert.InRange(asked.Count, links.Count, int.MaxValue);
        Assert.All(asked, one => Assert.True(one.StartsWith(stage.Demo.Web.ToString(), StringComparison.Ordinal) || one.StartsWith("data:", StringComparison.Ordinal), one));
        await page.Context.CloseAsync();
    }

    private static ConcurrentBag<string> Watch(IPage page)
    {
        var asked = new ConcurrentBag<string>();
        page.Context.Request += (_, request) => asked.Add(request.Url);
        page.Context.Page += (_, opened) => asked.Add($"window: {opened.Url}");
        page.Dialog += async (_, dialog) =>
        {
            asked.Add($"dialog: {dialog.Message}");
            await dialog.DismissAsync();
        };
        return asked;
    }

    private async Task<IReadOnlyList<string>> LinksAsync(IPage page, int count)
    {
        var links = new HashSet<string>();
        await Machine.UntilAsync($"{count} hits", async () =>
        {
            links.Clear();
            await page.GotoAsync(new Uri(stage.Demo.Web, "/mail?q=from%3Ahostile.example").ToString());
            while (true)
            {
                links.UnionWith(await page.Locator("a.row").EvaluateAllAsync<string[]>("rows => rows.map(row => row.getAttribute('href'))"));
                if (await page.Locator("a[rel=next]").CountAsync() == 0) return links.Count == count;
                await page.GotoAsync(new Uri(stage.Demo.Web, (await page.Locator("a[rel=next]").GetAttributeAsync("href"))!).ToString());
            }
        });
        return [.. links];
    }

    private static byte[] Mail(string fragment)
    {
        var word = $"=?utf-8?B?{Convert.ToBase64String(Encoding.UTF8.GetBytes(fragment.Length > 300 ? fragment[..300] : fragment))}?=";
        return Encoding.UTF8.GetBytes(string.Join("\r\n",
            $"From: {word} <x@hostile.example>", "To: alice@demo.example", $"Subject: {word}", $"X-Hostile: {word}", $"Message-ID: <{Guid.NewGuid():N}@hostile.example>",
            "MIME-Version: 1.0", "Content-Type: multipart/mixed; boundary=\"=_b\"", "", "--=_b", "Content-Type: text/html; charset=utf-8", "Content-Transfer-Encoding: base64", "",
            Convert.ToBase64String(Encoding.UTF8.GetBytes($"<p>before</p>{fragment}<p>after</p>"), Base64FormattingOptions.InsertLineBreaks),
            "--=_b", "Content-Type: text/html", $"Content-Disposition: attachment; filename*=utf-8''{Uri.EscapeDataString(fragment.Length > 300 ? fragment[..300] : fragment)}", "", "<p>attached</p>",
            "--=_b--", ""));
    }
}
