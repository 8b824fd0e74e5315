using System.Net;
using Recorder.Tests.Fakes;

namespace Recorder.Tests.Web;

public sealed class SignInTests
{
    private static Task<HttpResponseMessage> SignIn(HttpClient client, string address, string password, string back = "/mail") =>
        WebWorld.PostFormAsync(client, "/signin", "/signin", ("address", address), ("password", password), ("back", back));

    [Fact]
    public async Task An_unknown_address_and_a_wrong_password_get_the_same_page()
    {
        await using var world = await WebWorld.StartAsync();
        await world.Counter.Desk.AddAsync(WebWorld.Alice);
        using var wrong = await SignIn(world.Anonymous(), WebWorld.Alice, "not it");
        using var unknown = await SignIn(world.Anonymous(), "nobody@example.edu", "not it");
        Assert.Equal(HttpStatusCode.Forbidden, wrong.StatusCode);
        Assert.Equal(wrong.StatusCode, unknown.StatusCode);
        Assert.Equal(await Plain(wrong, WebWorld.Alice), await Plain(unknown, "nobody@example.edu"));
        Assert.False(wrong.Headers.Contains("Set-Cookie") && wrong.Headers.GetValues("Set-Cookie").Any(cookie => cookie.StartsWith("recorder.session", StringComparison.Ordinal)));

        static async Task<string> Plain(HttpResponseMessage answer, string address) =>
            System.Text.RegularExpressions.Regex.Replace(await answer.Content.ReadAsStringAsync(), "value=\"CfDJ[^\"]*\"", "").Replace(address, "ADDRESS");
    }

    [Fact]
    public async Task Too_many_attempts_are_429_with_words_on_what_to_do()
    {
        await using var world = await WebWorld.StartAsync();
        var client = world.Anonymous();
        var statuses = new List<HttpStatusCode>();
        for (var attempt = 0; attempt < 30 && !statuses.Contains(HttpStatusCode.TooManyRequests); attempt++)
        {
            using var answer = await SignIn(client, WebWorld.Alice, "not it");
            statuses.Add(answer.StatusCode);
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, statuses[^1]);
        using var api = await client.PostAsync("/api/v1/session", new StringContent($$"""{"address":"{{WebWorld.Alice}}","password":"x"}""", null, "application/json"));
        Assert.Equal(HttpStatusCode.TooManyRequests, api.StatusCode);
        Assert.Contains("too-many-attempts", await api.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("/mail?q=x", "/mail?q=x")]
    [InlineData("//elsewhere.example", "/mail")]
    [InlineData("/\\elsewhere.example", "/mail")]
    [InlineData("https://elsewhere.example", "/mail")]
    [InlineData("/\t/elsewhere.example", "/mail")]
    [InlineData("/mail?q=\u738b", "/mail")]
    [InlineData("", "/mail")]
    public async Task Signing_in_leads_to_our_own_pages_only(string back, string expected)
    {
        await using var world = await WebWorld.StartAsync();
        await world.Counter.Desk.AddAsync(WebWorld.Alice);
        using var answer = await SignIn(world.Anonymous(), WebWorld.Alice, Desk.Password, back);
        Assert.Equal(expected, answer.Headers.Location!.OriginalString);
    }

    [Fact]
    public async Task The_session_cookie_is_kept_from_scripts_and_ends_with_the_session()
    {
        await using var world = await WebWorld.StartAsync();
        await world.Counter.Desk.AddAsync(WebWorld.Alice);
        var client = world.Anonymous();
        using var answer = await SignIn(client, WebWorld.Alice, Desk.Password);
        var cookie = Assert.Single(answer.Headers.GetValues("Set-Cookie"), one => one.StartsWith("recorder.session=", StringComparison.Ordinal));
        Assert.Contains("httponly", cookie);
        Assert.Contains("samesite=lax", cookie);
        var token = cookie["recorder.session=".Length..cookie.IndexOf(';')];

        using var signedOut = await WebWorld.PostFormAsync(client, "/mail", "/signout");
        Assert.Equal("/signin", signedOut.Headers.Location!.OriginalString);
        var thief = world.Anonymous();
        thief.DefaultRequestHeaders.Add("Cookie", $"recorder.session={token}");
        using var late = await thief.GetAsync("/mail");
        Assert.Equal(HttpStatusCode.Redirect, late.StatusCode);
    }

    [Fact]
    public async Task A_proxy_that_is_named_tells_who_signs_in_and_that_it_was_by_TLS()
    {
        await using var world = await WebWorld.StartAsync(options: new Recorder.Web.WebOptions { TrustedProxies = ["127.0.0.1", "::1"] });
        await world.Counter.Desk.AddAsync(WebWorld.Alice);
        var client = world.Anonymous();
        // The form's cookie would be kept to TLS too, and this client speaks none.
        await client.GetStringAsync("/signin");
        client.DefaultRequestHeaders.Add("X-Forwarded-For", "203.0.113.66, 192.0.2.7");
        client.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");
        using var answer = await SignIn(client, WebWorld.Alice, Desk.Password);
        Assert.Contains("; secure", Assert.Single(answer.Headers.GetValues("Set-Cookie"), one => one.StartsWith("recorder.session=", StringComparison.Ordinal)));
        Assert.Equal("192.0.2.7", Assert.Single(world.Facts<Recorder.Ledger.SessionStarted>()).Actor.Source);
    }

    [Theory]
    [InlineData]
    [InlineData("192.0.2.0/24")]
    public async Task Whoever_is_not_named_as_a_proxy_speaks_for_nobody_even_on_this_machine(params string[] proxies)
    {
        await using var world = await WebWorld.StartAsync(options: new Recorder.Web.WebOptions { TrustedProxies = proxies });
        await world.Counter.Desk.AddAsync(WebWorld.Alice);
        var client = world.Anonymous();
        client.DefaultRequestHeaders.Add("X-Forwarded-For", "203.0.113.66");
        client.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");
        using var answer = await SignIn(client, WebWorld.Alice, Desk.Password);
        Assert.DoesNotContain("; secure", Assert.Single(answer.Headers.GetValues("Set-Cookie"), one => one.StartsWith("recorder.session=", StringComparison.Ordinal)));
        Assert.Equal("127.0.0.1", Assert.Single(world.Facts<Recorder.Ledger.SessionStarted>()).Actor.Source);
    }

    [Fact]
    public async Task The_setup_link_makes_one_administrator_and_is_then_closed()
    {
        await using var world = await WebWorld.StartAsync();
        var client = world.Anonymous();
        var path = world.Link.Path!;
        using var weak = await Setup("x");
        Assert.Equal(HttpStatusCode.Conflict, weak.StatusCode);
        using var made = await Setup(Desk.Password);
        Assert.Equal("/admin/setup", made.Headers.Location!.OriginalString);
        Assert.True(world.Counter.Desk.Accounts.Find(WebWorld.Alice)!.IsAdmin);
        Assert.DoesNotContain("name=\"token\"", await client.GetStringAsync(path));

        Task<HttpResponseMessage> Setup(string password) => WebWorld.PostFormAsync(
            client, path, "/setup", ("token", path[(path.IndexOf('=') + 1)..]), ("address", WebWorld.Alice), ("password", password));
    }

    [Theory]
    [InlineData("zh-TW,zh;q=0.9,en;q=0.5", "zh-Hant-TW", "登入")]
    [InlineData("en-GB", "en", "Sign in")]
    [InlineData("de", "en", "Sign in")]
    public async Task Pages_follow_the_browsers_language_until_the_reader_chooses(string wish, string tag, string words)
    {
        await using var world = await WebWorld.StartAsync();
        var client = world.Anonymous();
        client.DefaultRequestHeaders.AcceptLanguage.ParseAdd(wish);
        var page = WebUtility.HtmlDecode(await client.GetStringAsync("/signin"));
        Assert.Contains($"<html lang=\"{tag}\">", page);
        Assert.Contains(words, page);
        using var changed = await WebWorld.PostFormAsync(client, "/signin", "/language", ("back", "/signin"));
        Assert.DoesNotContain($"<html lang=\"{tag}\">", await client.GetStringAsync("/signin"));
    }
}
