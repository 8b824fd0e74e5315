using System.Globalization;
using System.Text;
using Microsoft.Playwright;
using Recorder.SystemTests.Peers;

namespace Recorder.SystemTests;

/// <summary>What people come for, from the first page to the last word, in a real browser on the demo.</summary>
public sealed class StoryTests(BrowserTests.Stage stage) : IClassFixture<BrowserTests.Stage>
{
    // Every filter's test string: such mail is held (docs/screening.md).
    private const string Gtube = "XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X";

    [Theory]
    [InlineData(true, 390, "zh-TW")]
    [InlineData(false, 1440, "en-GB")]
    public async Task A_held_message_is_released_from_the_quarantine_in_one_tap(bool script, int widthPixels, string locale)
    {
        var subject = $"held-{(script ? "tap" : "click")}";
        await stage.SendAsync(Mail("prizes@lottery.example", subject, $"prize\r\n\r\n{Gtube}"));
        var page = await stage.Browser.PageAsync(script, locale, widthPixels);
        await stage.SignInAsync(page);
        var row = page.Locator($"li.held-row:has-text('{subject}')");
        await OpenUntilAsync(page, "/quarantine", row);
        var link = await row.Locator("a.row").GetAttributeAsync("href");
        // The next page is asked for only once this one was answered: a browser drops a form that is still on its way.
        await page.RunAndWaitForResponseAsync(() => row.Locator("button[value=release]").ClickAsync(), answer => answer.Request.Method == "POST");
        // It stays in sight with its outcome, and cannot be released twice.
        await OpenUntilAsync(page, "/quarantine", row.Locator(".badge.released"));
        Assert.Equal(0, await row.Locator("button[value=release]").CountAsync());
        await OpenUntilAsync(page, link!, page.Locator(".timeline q.words:has-text('taken by the demo')"));
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_sender_is_allowed_then_blocked_and_the_next_message_is_held_for_it()
    {
        await stage.SendAsync(Mail("friend@letters.example", "first letter"));
        var page = await stage.Browser.PageAsync();
        await stage.SignInAsync(page);
        await BrowserTests.SearchAsync(page, "subject:first");
        await page.GotoAsync(Url((await page.Locator("a.row").First.GetAttributeAsync("href"))!));
        await page.Locator("[data-part=acts] button[value=allow]").ClickAsync();
        await page.Locator("[data-part=acts] .note.good:has-text('friend@letters.example')").WaitForAsync();
        await page.Locator("[data-part=acts] button[value=block]").ClickAsync();
        await page.Locator("[data-part=acts] .note.wait:has-text('friend@letters.example')").WaitForAsync();
        await stage.SendAsync(Mail("friend@letters.example", "second letter"));
        await OpenUntilAsync(page, "/quarantine", page.Locator("li.held-row:has-text('second letter')"));
        await page.Context.CloseAsync();
    }

    /// <summary>RECORDER_BULK=500 is the long form.</summary>
    [Fact]
    public async Task Many_messages_are_sent_again_by_one_act_on_a_search()
    {
        var many = int.Parse(Environment.GetEnvironmentVariable("RECORDER_BULK") ?? "12", CultureInfo.InvariantCulture);
        for (var number = 0; number < many; number++) await stage.SendAsync(Mail("a@sender.example", $"bulkstory {number}"));
        var page = await stage.Browser.PageAsync();
        await stage.SignInAsync(page);
        await OpenUntilAsync(page, "/mail?q=subject%3Abulkstory", page.Locator($".bulk summary:has-text('{many}')"));
        await page.Locator(".bulk summary").ClickAsync();
        await page.Locator(".bulk button[value=resend]").ClickAsync();
        await page.Locator("[data-part=job]").WaitForAsync();
        await page.Locator($"[data-part=job]:not([data-job]) [role=status]:has-text('{many}')").WaitForAsync(new() { Timeout = 30_000 + 200 * many });
        Assert.Equal(0, await page.Locator("[data-part=job] li").CountAsync());
        await page.Context.CloseAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_person_sets_when_the_digest_comes(bool script)
    {
        var (page, time) = (await stage.Browser.PageAsync(script), script ? "07:15" : "19:45");
        await stage.SignInAsync(page);
        await page.GotoAsync(Url("/settings"));
        await page.CheckAsync("input[name=schedule][value=own]");
        await page.FillAsync("input[name=times]", time);
        await page.Locator("form[action='/settings'] button[type=submit]").ClickAsync();
        await page.Locator(".note.good[role=status]").WaitForAsync();
        await page.GotoAsync(Url("/settings"));
        Assert.Equal(time, await page.Locator("input[name=times]").InputValueAsync());
        Assert.True(await page.Locator("input[name=schedule][value=own]").IsCheckedAsync());
        await page.Context.CloseAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Chosen_messages_are_hidden_together(bool script)
    {
        var word = script ? "pickwith" : "pickwithout";
        foreach (var number in (int[])[1, 2, 3]) await stage.SendAsync(Mail("a@sender.example", $"{word} {number}"));
        var page = await stage.Browser.PageAsync(script);
        await stage.SignInAsync(page);
        var rows = page.Locator(".rows li");
        await Machine.UntilAsync("three hits", async () =>
        {
            await page.GotoAsync(Url($"/mail?q=subject%3A{word}"));
            return await rows.CountAsync() == 3;
        });
        Assert.True(await page.Locator("form.chosen").IsHiddenAsync());
        await rows.Nth(0).Locator("input.pick").CheckAsync();
        await rows.Nth(1).Locator("input.pick").CheckAsync();
        await page.Locator("form.chosen button[value=hide]").ClickAsync();
        await page.Locator("[data-part=job]").WaitForAsync();
        await Machine.UntilAsync("one hit", async () =>
        {
            await page.GotoAsync(Url($"/mail?q=subject%3A{word}"));
            return await rows.CountAsync() == 1;
        });
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task The_set_up_page_sends_a_test_message_all_the_way()
    {
        var page = await stage.Browser.PageAsync();
        await stage.SignInAsync(page);
        await page.GotoAsync(Url("/admin/setup"));
        Assert.Equal(0, await page.Locator(".note.bad").CountAsync());
        await page.Locator("form[action='/admin/setup'] button").ClickAsync();
        await page.Locator(".note.good[role=status] a").WaitForAsync();
        Assert.Contains("taken by the demo", await page.Locator(".words").InnerTextAsync(), StringComparison.Ordinal);
        await page.Context.CloseAsync();
    }

    private string Url(string path) => new Uri(stage.Demo.Web, path).ToString();

    // The index follows within moments.
    private async Task OpenUntilAsync(IPage page, string path, ILocator what) => await Machine.UntilAsync($"{path} to show what it should", async () =>
    {
        await page.GotoAsync(Url(path));
        return await what.CountAsync() > 0;
    });

    private static byte[] Mail(string from, string subject, string text = "Hello.") => Encoding.UTF8.GetBytes(
        $"From: {from}\r\nTo: alice@demo.example\r\nSubject: {subject}\r\nMessage-ID: <{Guid.NewGuid():N}@letters.example>\r\n\r\n{text}\r\n");
}
