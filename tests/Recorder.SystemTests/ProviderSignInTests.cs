using Recorder.SystemTests.Peers;
using Recorder.Tests.Web;

namespace Recorder.SystemTests;

/// <summary>Signing in with OpenID Connect in a real browser: what a page may do by its policy, no HTTP client shows.</summary>
public sealed class ProviderSignInTests
{
    [Theory]
    [InlineData("en-GB", 1440, true)]
    [InlineData("zh-TW", 390, false)]
    public async Task A_person_goes_to_the_provider_by_the_button_or_by_the_address_alone_and_comes_back_to_the_mail(string locale, int widthPixels, bool script)
    {
        Browser.Need();
        using var scratch = new Scratch();
        await using var authority = await OidcAuthority.StartAsync();
        await using var recorder = new RecorderProcess(
            scratch.File("data"), "Smtp:Domains:0=example.edu", "Smtp:Mode=Journal", "Accounts:Oidc:0:Domains:0=example.edu", $"Accounts:Oidc:0:Authority={authority.Address}",
            $"Accounts:Oidc:0:ClientId={OidcAuthority.ClientId}", $"Accounts:Oidc:0:ClientSecret={OidcAuthority.ClientSecret}", "Accounts:Oidc:0:Name=Campus");
        await recorder.StartAsync();
        await using var browser = await Browser.StartAsync();
        var faults = new List<string>();
        foreach (var byButton in new[] { true, false })
        {
            var page = await browser.PageAsync(script, locale, widthPixels);
            page.Console += (_, message) => faults.AddRange(message.Type == "error" ? [$"{page.Url}: {message.Text}"] : []);
            await page.GotoAsync(new Uri(recorder.Web, "/signin?back=%2Fquarantine").ToString());
            await Look.AtAsync(page, $"provider-{locale[..2]}-{widthPixels}", faults, axe: script);
            if (byButton)
            {
                await page.Locator("a.provider").ClickAsync();
            }
            else
            {
                await page.Locator("input[name=address]").FillAsync(OidcAuthority.Person);
                await page.Locator("main button[type=submit]").ClickAsync();
            }

            await page.Locator("form.search").WaitForAsync();
            Assert.Equal("/quarantine", new Uri(page.Url).AbsolutePath);
            await page.Context.CloseAsync();
        }

        Assert.Equal([], faults);
        Assert.Equal(["", OidcAuthority.Person], authority.Asked.Select(asked => asked["login_hint"].ToString()));
    }
}
