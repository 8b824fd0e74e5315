using System.Collections.Concurrent;
using System.Text;
using Microsoft.Playwright;
using Recorder.Smtp;
using Recorder.SystemTests.Peers;

namespace Recorder.SystemTests;

/// <summary>What a person sees, in a real browser on the demo.</summary>
public sealed class BrowserTests(BrowserTests.Stage stage) : IClassFixture<BrowserTests.Stage>
{
    // Whatever a mail program ever ran or fetched by itself. Nothing listens on port 9; a request would be seen anyway.
    private const string Hostile = """
        <html><head><meta http-equiv="refresh" content="0;url=http://127.0.0.1:9/refresh"><base href="http://127.0.0.1:9/">
        <link rel="stylesheet" href="http://127.0.0.1:9/css"><style>@import url(http://127.0.0.1:9/import); body { background: url(http://127.0.0.1:9/background) }</style>
        <script>window.top.document.title = 'ran'; fetch('http://127.0.0.1:9/fetch')</script></head>
        <body onload="fetch('http://127.0.0.1:9/onload')"><p id="fine">Harmless words.</p>
        <img src="http://127.0.0.1:9/img" onerror="fetch('http://127.0.0.1:9/onerror')"><img srcset="http://127.0.0.1:9/srcset 2x">
        <div style="background-image:url(http://127.0.0.1:9/style)">styled</div><svg onload="alert(1)"><image href="http://127.0.0.1:9/svg"/></svg>
        <iframe src="http://127.0.0.1:9/frame"></iframe><object data="http://127.0.0.1:9/object"></object><embed src="http://127.0.0.1:9/embed">
        <video poster="http://127.0.0.1:9/poster" src="http://127.0.0.1:9/video" autoplay></video><form action="http://127.0.0.1:9/form"><input autofocus onfocus="this.form.submit()"></form>
        <a href="javascript:fetch('http://127.0.0.1:9/link')">press</a><math><mtext><mglyph><style><img src=x onerror=alert(1)></style></mglyph></mtext></math></body></html>
        """;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_user_signs_in_finds_a_message_and_has_it_sent_again(bool script)
    {
        var subject = $"Story-{(script ? "with" : "without")}-script";
        await stage.SendAsync(Wire.Mail(subject));
        var page = await stage.Browser.PageAsync(script);
        await stage.SignInAsync(page);
        await SearchAsync(page, $"subject:{subject}");
        await page.Locator("a.row").First.ClickAsync();
        await page.Locator("article.message").WaitForAsync();
        Assert.Contains(subject, await page.Locator("h1:not(.unseen)").InnerTextAsync(), StringComparison.Ordinal);
        await page.Locator("form[action*='/resend'] button.primary").ClickAsync();
        await page.Locator(".dispatches li:has-text('taken by the demo')").First.WaitForAsync();
        Assert.Contains("accepted by", await page.Locator(".dispatches").InnerTextAsync(), StringComparison.OrdinalIgnoreCase);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_hostile_message_runs_nothing_and_fetches_nothing()
    {
        await stage.SendAsync(Encoding.UTF8.GetBytes(
            $"From: a@sender.example\r\nTo: alice@demo.example\r\nSubject: hostile\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{Hostile.ReplaceLineEndings("\r\n")}\r\n"));
        var page = await stage.Browser.PageAsync();
        await stage.SignInAsync(page);
        await SearchAsync(page, "subject:hostile");
        var asked = new ConcurrentBag<string>();
        page.Context.Request += (_, request) => asked.Add(request.Url);
        page.Dialog += async (_, dialog) =>
        {
            asked.Add($"dialog: {dialog.Message}");
            await dialog.DismissAsync();
        };
        await page.Locator("a.row").First.ClickAsync();
        var frame = page.FrameLocator("iframe.body");
        await frame.Locator("text=Harmless words.").WaitForAsync();
        // Time for anything that would run late.
        await page.WaitForTimeoutAsync(1_000);
        Assert.All(asked, url => Assert.True(url.StartsWith(stage.Demo.Web.ToString(), StringComparison.Ordinal), url));
        Assert.DoesNotContain("ran", await page.TitleAsync(), StringComparison.Ordinal);
        Assert.Equal(0, await frame.Locator("script, iframe, object, embed, form, link, meta[http-equiv=refresh], [onload], [onerror], [onfocus], a[href^='javascript:']").CountAsync());
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_search_says_what_it_understood_marks_it_and_is_narrowed_and_widened_by_links()
    {
        var page = await stage.Browser.PageAsync(script: false);
        await stage.SignInAsync(page);
        await SearchAsync(page, "library -nothing");
        Assert.Equal(["library", "not nothing"], await page.Locator("a.chip bdi").AllTextContentsAsync());
        Assert.Equal("library", (await page.Locator("a.row mark").First.TextContentAsync())!.ToLowerInvariant());
        await page.Locator("a.chip").Nth(1).ClickAsync();
        await page.Locator("input[type=search][value=library]").WaitForAsync();
        Assert.Equal(["library"], await page.Locator("a.chip bdi").AllTextContentsAsync());
        await page.Context.CloseAsync();
    }

    internal static async Task SearchAsync(IPage page, string query)
    {
        // The index follows within moments.
        await Machine.UntilAsync($"a hit for {query}", async () =>
        {
            await page.Locator("input[type=search]").FillAsync(query);
            await page.Locator("form.search button").ClickAsync();
            await page.Locator($"input[type=search][value=\"{query}\"]").WaitForAsync();
            return await page.Locator("a.row").CountAsync() > 0;
        });
    }

    /// <summary>One demo and one browser for all stories.</summary>
    public sealed class Stage : IAsyncLifetime
    {
        private DemoProcess? demo;
        private Browser? browser;

        internal DemoProcess Demo => demo!;

        internal Browser Browser => browser!;

        public async ValueTask InitializeAsync()
        {
            Browser.Need();
            demo = await DemoProcess.StartAsync();
            browser = await Browser.StartAsync();
        }

        public async ValueTask DisposeAsync()
        {
            if (browser is not null)
            {
                await browser.DisposeAsync();
            }

            if (demo is not null)
            {
                await demo.DisposeAsync();
            }
        }

        internal async Task SendAsync(byte[] bytes)
        {
            await using var pool = Wire.Sender(Demo.SmtpPort, SmtpProtocol.Smtp);
            var result = (await pool.SendAsync(bytes, "a@sender.example", Demo.Accounts[0].Address))[0];
            Assert.True(result.Outcome == DeliveryOutcome.Accepted, $"{result.Reply} {result.Error}");
        }

        internal async Task SignInAsync(IPage page)
        {
            await page.GotoAsync(new Uri(Demo.Web, "/signin").ToString());
            await page.Locator("input[name=address]").FillAsync(Demo.Accounts[0].Address);
            await page.Locator("input[name=password]").FillAsync(Demo.Accounts[0].Password);
            await page.Locator("main button[type=submit]").ClickAsync();
            // What a person sees is waited for, not the browser's own events: those can pass unseen before the wait begins.
            await page.Locator("form.search").WaitForAsync();
        }
    }
}
