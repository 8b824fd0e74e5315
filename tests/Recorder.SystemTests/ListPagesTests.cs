using Recorder.SystemTests.Peers;

namespace Recorder.SystemTests;

/// <summary>A person's lists of senders in a real browser.</summary>
public sealed class ListPagesTests(BrowserTests.Stage stage) : IClassFixture<BrowserTests.Stage>
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_person_checks_adds_removes_and_takes_back_an_entry(bool script)
    {
        var page = await stage.Browser.PageAsync(script);
        await stage.SignInAsync(page);
        await page.GotoAsync(new Uri(stage.Demo.Web, "/lists").ToString());
        var pattern = $"browser-{(script ? "with" : "without")}.example";
        await page.FillAsync("#new [name=pattern]", pattern);
        await page.ClickAsync("#new button[value=check]");
        await page.Locator("#new [role=status]").WaitForAsync();
        await page.ClickAsync("#new button[value=save]");
        await page.Locator($".entry bdi:text-is('{pattern}')").WaitForAsync();
        await page.ClickAsync($"button[aria-label$='{pattern}']");
        Assert.Equal(0, await page.Locator($".entry bdi:text-is('{pattern}')").CountAsync());
        await page.ClickAsync("form.undo button");
        await page.Locator($".entry bdi:text-is('{pattern}')").WaitForAsync();
        await page.Context.CloseAsync();
    }

    [Theory]
    [InlineData("en-GB", 1440)]
    [InlineData("en-GB", 390)]
    [InlineData("zh-TW", 1440)]
    [InlineData("zh-TW", 390)]
    public async Task The_lists_are_accessible_and_fit(string locale, int widthPixels)
    {
        var page = await stage.Browser.PageAsync(locale: locale, widthPixels: widthPixels);
        await stage.SignInAsync(page);
        await page.GotoAsync(new Uri(stage.Demo.Web, "/lists").ToString());
        foreach (var (pattern, kind) in (ValueTuple<string, string>[])[("newsletter-*@shop.example", "block"), ("例子.測試", "allow"), ("a-quite-long-address-of-somebody@department-of-something.university.example", "allow"), ("demo.example", "block")])
        {
            await page.FillAsync("#new [name=pattern]", pattern);
            await page.SelectOptionAsync("#new [name=kind]", kind);
            await page.FillAsync("#new [name=comment]", "demo 備註");
            await page.ClickAsync($"#new button[value={(pattern == "demo.example" ? "check" : "save")}]");
        }

        var faults = new List<string>();
        await Look.AtAsync(page, $"lists-{locale}-{widthPixels}", faults);
        Assert.Equal([], faults);
        await page.Context.CloseAsync();
    }
}
