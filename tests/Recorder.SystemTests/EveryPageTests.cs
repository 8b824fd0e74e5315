using Microsoft.Playwright;
using Recorder.SystemTests.Peers;

namespace Recorder.SystemTests;

/// <summary>
/// Every page that links lead to, in both languages and widths, with script and without: no accessibility fault, nothing
/// wider than the window, no word of the browser's console. RECORDER_ALL_COMBINATIONS=1 takes every combination instead
/// of every pair; RECORDER_SCREENSHOTS=folder keeps a picture of each page to look at.
/// </summary>
public sealed class EveryPageTests(BrowserTests.Stage stage, ITestOutputHelper output) : IClassFixture<BrowserTests.Stage>
{
    private const int FewestPages = 20;
    private static readonly string[] Starts = ["/mail", "/quarantine", "/mail?q=nothing-like-this", "/mail?q=locker", "/settings", "/help", "/no-such-page", "/style"];

    public static IEnumerable<TheoryDataRow<string, int, bool, bool>> Combinations()
    {
        if (Environment.GetEnvironmentVariable("RECORDER_ALL_COMBINATIONS") is { Length: > 0 })
        {
            return from locale in (string[])["en-GB", "zh-TW"] from width in (int[])[390, 1440] from script in (bool[])[true, false] from dark in (bool[])[true, false]
                   select new TheoryDataRow<string, int, bool, bool>(locale, width, script, dark);
        }

        // Each pair of language, width and script once.
        return [new("en-GB", 1440, true, false), new("zh-TW", 390, true, true), new("en-GB", 390, false, true), new("zh-TW", 1440, false, false)];
    }

    [Theory]
    [MemberData(nameof(Combinations))]
    public async Task Every_page_is_accessible_and_fits(string locale, int widthPixels, bool script, bool dark)
    {
        var page = await stage.Browser.PageAsync(script, locale, widthPixels, dark);
        var faults = new List<string>();
        page.Console += (_, message) => faults.AddRange(message.Type == "error" && !message.Text.Contains("404", StringComparison.Ordinal) ? [$"{page.Url}: {message.Text}"] : []);
        await page.GotoAsync(new Uri(stage.Demo.Web, "/signin").ToString());
        Assert.StartsWith(locale[..2], await page.Locator("html").GetAttributeAsync("lang"), StringComparison.Ordinal);
        await LookAsync("/signin");
        await stage.SignInAsync(page);
        var pages = await new Crawl(page, stage.Demo.Web).RunAsync(LookAsync, Starts);
        output.WriteLine($"{pages} pages");
        Assert.InRange(pages, FewestPages, int.MaxValue);
        Assert.True(faults.Count == 0, string.Join('\n', faults));
        await page.Context.CloseAsync();

        // The same markup without script is looked at once.
        Task LookAsync(string path) =>
            Look.AtAsync(page, $"{path}-{locale[..2]}-{widthPixels}{(script ? "" : "-noscript")}{(dark ? "-dark" : "")}", faults, axe: script);
    }

    [Fact]
    public async Task Chosen_rows_the_preview_and_the_keys_are_accessible_too()
    {
        var page = await stage.Browser.PageAsync();
        var faults = new List<string>();
        await stage.SignInAsync(page);
        // The script shows this button once it listens: keys before that are lost, for people too.
        await page.Locator("[data-keys-open]").WaitForAsync();
        await page.Keyboard.PressAsync("j");
        await page.Keyboard.PressAsync("x");
        await page.Keyboard.PressAsync("j");
        await page.Keyboard.PressAsync("x");
        await page.Locator(".chosen-count:has-text('2')").WaitForAsync();
        await page.Keyboard.PressAsync("o");
        await page.Locator(".preview article.message h1").WaitForAsync();
        await Look.AtAsync(page, "preview", faults);
        await page.Keyboard.PressAsync("k");
        await page.Locator("li:first-child a.row[aria-current]").WaitForAsync();
        await page.Keyboard.PressAsync("Escape");
        Assert.True(await page.Locator(".preview").IsHiddenAsync());
        await page.Keyboard.PressAsync("?");
        await page.Locator("dialog[open]").WaitForAsync();
        await Look.AtAsync(page, "keys", faults);
        Assert.Equal([], faults);
        await page.Locator("dialog [data-keys-on]").UncheckAsync();
        await page.Keyboard.PressAsync("Escape");
        await page.Keyboard.PressAsync("/");
        Assert.False(await page.Locator("input[name=q]").EvaluateAsync<bool>("box => box === document.activeElement"));
        await page.Context.CloseAsync();
    }
}
