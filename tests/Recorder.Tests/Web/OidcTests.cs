using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.WebUtilities;
using OtpNet;
using Recorder.Accounts.Sources;
using Recorder.Ledger;
using Recorder.Tests.Fakes;

namespace Recorder.Tests.Web;

/// <summary>Signing in with OpenID Connect, against a real provider of the test's own.</summary>
public sealed class OidcTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static Task<WebWorld> WorldAsync(OidcAuthority authority, params string[] domains) => WebWorld.StartAsync(null, null, null, new OidcSignInOptions
    {
        Domains = domains.Length == 0 ? ["example.edu"] : domains, Authority = authority.Address, ClientId = OidcAuthority.ClientId, ClientSecret = OidcAuthority.ClientSecret, Name = "Campus",
    });

    /// <summary>From our page over the provider's to the answer that it leads back to.</summary>
    private static async Task<Uri> AnswerAsync(HttpClient browser, string start = "/signin/with/0?back=%2Fmail%3Fq%3Dx")
    {
        using var away = await browser.GetAsync(start, Cancel);
        Assert.Equal(HttpStatusCode.Redirect, away.StatusCode);
        using var there = await browser.GetAsync(away.Headers.Location, Cancel);
        Assert.Equal(HttpStatusCode.Redirect, there.StatusCode);
        return there.Headers.Location!;
    }

    private static async Task<HttpResponseMessage> SignInAsync(HttpClient browser) => await browser.GetAsync(await AnswerAsync(browser), Cancel);

    private static async Task<bool> IsInAsync(HttpClient browser)
    {
        using var page = await browser.GetAsync("/mail", Cancel);
        return page.StatusCode == HttpStatusCode.OK;
    }

    [Fact]
    public async Task Whoever_the_provider_vouches_for_is_in_and_an_account_is_made_once()
    {
        await using var authority = await OidcAuthority.StartAsync();
        await using var world = await WorldAsync(authority);
        var browser = world.Anonymous();
        Assert.Contains("Sign in with Campus", await browser.GetStringAsync("/signin", Cancel));
        using var answer = await SignInAsync(browser);
        Assert.Equal((HttpStatusCode.Redirect, "/mail?q=x"), (answer.StatusCode, answer.Headers.Location!.OriginalString));
        Assert.True(await IsInAsync(browser));
        var cookie = Assert.Single(answer.Headers.GetValues("Set-Cookie"), one => one.StartsWith("recorder.session=", StringComparison.Ordinal));
        Assert.Contains("httponly", cookie);
        var account = world.Counter.Desk.Accounts.Find(WebWorld.Alice)!;
        Assert.Equal(("Alice Lin", $"oidc:{authority.Address}#person-1", (string?)null), (account.DisplayName, account.Identity, account.PasswordHash));
        Assert.Equal(("code", "S256", "openid email"), (authority.Asked.Single()["response_type"].ToString(), authority.Asked.Single()["code_challenge_method"].ToString(), authority.Asked.Single()["scope"].ToString()));

        using var again = await SignInAsync(world.Anonymous());
        Assert.Equal(HttpStatusCode.Redirect, again.StatusCode);
        Assert.Single(world.Facts<AccountSet>());
        Assert.Equal(2, world.Facts<SessionStarted>().Count(started => started is { Channel: "web", Actor.Source: "127.0.0.1" }));
    }

    [Theory]
    [InlineData("email_verified", false)]
    [InlineData("email_verified", null)]
    [InlineData("email", null)]
    [InlineData("email", "alice@elsewhere.example")]
    [InlineData("email", "alice+root@example.edu")]
    [InlineData("email", "\"alice\"@example.edu")]
    [InlineData("email", "alice@example.edu@example.edu")]
    [InlineData("email", "alice@law.example")]
    public async Task What_the_provider_has_not_verified_or_may_not_say_opens_nothing(string claim, object? value)
    {
        await using var authority = await OidcAuthority.StartAsync();
        await using var world = await WorldAsync(authority);
        authority.Claims[claim] = value;
        var browser = world.Anonymous();
        using var answer = await SignInAsync(browser);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.DoesNotContain("code=", await answer.Content.ReadAsStringAsync(Cancel));
        Assert.False(await IsInAsync(browser));
        Assert.Empty(world.Facts<AccountSet>());
    }

    [Fact]
    public async Task A_provider_speaks_for_its_own_domains_alone()
    {
        await using var authority = await OidcAuthority.StartAsync();
        await using var world = await WorldAsync(authority, "staff.example.edu");
        using var answer = await SignInAsync(world.Anonymous());
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Empty(world.Facts<AccountSet>());
    }

    [Theory]
    [InlineData("nonce", "another")]
    [InlineData("nonce", null)]
    [InlineData("aud", "another service")]
    [InlineData("iss", "http://127.0.0.1:1/")]
    [InlineData("exp", 1_000_000_000L)]
    [InlineData("unsigned", null)]
    [InlineData("other key", null)]
    public async Task A_token_that_is_not_the_providers_for_us_now_opens_nothing(string what, object? value)
    {
        await using var authority = await OidcAuthority.StartAsync();
        await using var world = await WorldAsync(authority);
        authority.Breaks = what switch { "unsigned" => OidcAuthority.Fault.Unsigned, "other key" => OidcAuthority.Fault.OtherKey, _ => OidcAuthority.Fault.None };
        if (authority.Breaks == OidcAuthority.Fault.None) authority.Claims[what] = value;
        var browser = world.Anonymous();
        using var answer = await SignInAsync(browser);
        Assert.Equal((HttpStatusCode.Redirect, "/signin?problem=provider"), (answer.StatusCode, answer.Headers.Location!.OriginalString));
        Assert.Contains("role=\"alert\"", await browser.GetStringAsync(answer.Headers.Location, Cancel));
        Assert.Empty(world.Facts<SessionStarted>());
    }

    [Fact]
    public async Task An_answer_counts_once_and_only_in_the_browser_that_asked()
    {
        await using var authority = await OidcAuthority.StartAsync();
        await using var world = await WorldAsync(authority);
        var (victim, attacker) = (world.Anonymous(), world.Anonymous());
        var answer = await AnswerAsync(attacker);
        foreach (var (browser, expected) in new[] { (victim, "/signin?problem=provider"), (attacker, "/mail?q=x"), (attacker, "/signin?problem=provider") })
        {
            using var page = await browser.GetAsync(answer, Cancel);
            Assert.Equal(expected, page.Headers.Location!.OriginalString);
        }

        Assert.False(await IsInAsync(victim));
        Assert.Single(world.Facts<SessionStarted>());
        foreach (var forged in new[] { "/signin/from/0", "/signin/from/0?code=x&state=y", "/signin/from/0?error=access_denied" })
        {
            using var page = await victim.GetAsync(forged, Cancel);
            Assert.Equal("/signin?problem=provider", page.Headers.Location!.OriginalString);
        }
    }

    [Fact]
    public async Task Another_person_under_the_same_address_sees_nothing_of_before()
    {
        await using var authority = await OidcAuthority.StartAsync();
        await using var world = await WorldAsync(authority);
        (await SignInAsync(world.Anonymous())).Dispose();
        var id = await world.RecordAsync("Subject: before\r\n\r\nx\r\n", WebWorld.Alice);
        world.Counter.Desk.Time.Advance(TimeSpan.FromMinutes(1));
        authority.Claims["sub"] = "person-2";
        var next = world.Anonymous();
        (await SignInAsync(next)).Dispose();
        Assert.True(await IsInAsync(next));
        using var page = await next.GetAsync($"/mail/{id}", Cancel);
        Assert.Equal(HttpStatusCode.NotFound, page.StatusCode);
        Assert.Single(world.Facts<AccountHandedOver>());
    }

    [Fact]
    public async Task A_site_that_moves_from_a_directory_to_a_provider_hands_over_nobodys_address()
    {
        await using var desk = await Desk.OpenAsync();
        await desk.Accounts.AddAsync(Desk.Cli, WebWorld.Alice, null, false, null, Cancel);
        var plain = desk.Accounts.Find(WebWorld.Alice)!;
        await desk.Ledger.AppendAsync(new AccountSet(plain with { Identity = "5b1c0a2e-entry-uuid" }) { Actor = Desk.Cli, At = desk.Time.GetUtcNow() }, Cancel);
        Assert.NotNull(await desk.Sessions.WelcomeAsync(new Vouched(WebWorld.Alice, "https://login.example.edu", "1#2", null), "web", "192.0.2.1", Cancel));
        Assert.Equal("oidc:https://login.example.edu#1#2", desk.Accounts.Find(WebWorld.Alice)!.Identity);
        Assert.Null(Assert.Single(desk.Accounts.Find(WebWorld.Alice)!.Addresses).From);
        // From then on the provider's word on who it is counts.
        Assert.NotNull(await desk.Sessions.WelcomeAsync(new Vouched(WebWorld.Alice, "https://login.example.edu", "1#3", null), "web", "192.0.2.1", Cancel));
        Assert.NotNull(Assert.Single(desk.Accounts.Find(WebWorld.Alice)!.Addresses).From);
    }

    [Fact]
    public async Task A_second_factor_is_asked_for_and_a_disabled_or_local_account_stays_out()
    {
        await using var authority = await OidcAuthority.StartAsync();
        await using var world = await WorldAsync(authority);
        var desk = world.Counter.Desk;
        var first = world.Anonymous();
        (await SignInAsync(first)).Dispose();
        var reader = (await desk.Sessions.WelcomeAsync(new Vouched(WebWorld.Alice, authority.Address, "person-1", null), "web", "192.0.2.1", Cancel))!.Reader;
        var offer = desk.Factors.Offer(WebWorld.Alice);
        await desk.Factors.SetAsync(reader, offer.Sealed, Code(0), Cancel);

        var browser = world.Anonymous();
        using var answer = await SignInAsync(browser);
        var page = await answer.Content.ReadAsStringAsync(Cancel);
        Assert.Contains("action=\"/signin/code\"", page);
        Assert.False(await IsInAsync(browser));
        using var coded = await browser.PostAsync("/signin/code", new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["__RequestVerificationToken"] = Field(page, "__RequestVerificationToken"), ["ticket"] = Field(page, "ticket"), ["back"] = "/mail", ["code"] = Code(1),
        }), Cancel);
        Assert.Equal("/mail", coded.Headers.Location!.OriginalString);

        await desk.Accounts.SetDisabledAsync(Desk.Cli, WebWorld.Alice, true, Cancel);
        using var disabled = await SignInAsync(world.Anonymous());
        Assert.Equal(HttpStatusCode.Forbidden, disabled.StatusCode);
        authority.Claims["email"] = WebWorld.Bob;
        await desk.AddAsync(WebWorld.Bob);
        using var local = await SignInAsync(world.Anonymous());
        Assert.Equal(HttpStatusCode.Conflict, local.StatusCode);

        string Code(int later) => new Totp(Base32Encoding.ToBytes(offer.Secret)).ComputeTotp(desk.Time.GetUtcNow().UtcDateTime.AddSeconds(30 * later));
        static string Field(string page, string name) =>
            WebUtility.HtmlDecode(System.Text.RegularExpressions.Regex.Match(page, $"name=\"{name}\" value=\"([^\"]+)\"").Groups[1].Value);
    }

    [Fact]
    public async Task An_address_without_a_password_leads_to_the_provider_of_its_domain()
    {
        await using var authority = await OidcAuthority.StartAsync();
        await using var world = await WorldAsync(authority);
        var browser = world.Anonymous();
        using var on = await WebWorld.PostFormAsync(browser, "/signin", "/signin", ("address", WebWorld.Alice), ("password", ""), ("back", "/quarantine"));
        var page = WebUtility.HtmlDecode(await on.Content.ReadAsStringAsync(Cancel));
        var start = System.Text.RegularExpressions.Regex.Match(page, "href=\"(/signin/with/0[^\"]+)\"").Groups[1].Value;
        using var answer = await browser.GetAsync(await AnswerAsync(browser, start), Cancel);
        Assert.Equal("/quarantine", answer.Headers.Location!.OriginalString);
        Assert.Equal(WebWorld.Alice, authority.Asked.Single()["login_hint"].ToString());
        // A password is asked of nobody else there, and a local one still counts.
        using var wrong = await world.Anonymous().PostAsJsonAsync("/api/v1/session", new { address = WebWorld.Alice, password = "x" }, Cancel);
        Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        await world.Counter.Desk.AddAsync(WebWorld.Bob);
        using var local = await WebWorld.PostFormAsync(world.Anonymous(), "/signin", "/signin", ("address", WebWorld.Bob), ("password", Desk.Password), ("back", "/mail"));
        Assert.Equal("/mail", local.Headers.Location!.OriginalString);
    }

    [Fact]
    public async Task While_the_provider_is_away_people_are_told_so()
    {
        var authority = await OidcAuthority.StartAsync();
        await using var world = await WorldAsync(authority);
        await authority.DisposeAsync();
        using var page = await world.Anonymous().GetAsync("/signin/with/0", Cancel);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, page.StatusCode);
        using var none = await world.Anonymous().GetAsync("/signin/with/1", Cancel);
        Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
    }

    [Fact]
    public void Passwords_of_a_providers_domain_are_asked_of_no_other_source()
    {
        var rest = new BoundedSource("IMAP", new Never(), 1, TimeSpan.FromSeconds(1), Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        var sources = new PasswordSources([([], rest)], ["Example.edu"]);
        Assert.Null(sources.Find(WebWorld.Alice));
        Assert.Same(rest, sources.Find("alice@law.example"));
    }

    private sealed class Never : IPasswordSource
    {
        public Task<PasswordAnswer> CheckAsync(PasswordQuestion question, CancellationToken cancel) => throw new InvalidOperationException("nobody may ask");
    }
}
