using Recorder.Accounts;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Routing;
using Recorder.Tests.Fakes;
using Recorder.Web.Security;

namespace Recorder.Tests.Web;

public sealed class RouteTests
{
    // Mapped by the host, not by the pages.
    private static readonly string[] OfTheHost = ["GET /healthz", "* /metrics"];

    private static string Path(string route, string id) => route[(route.IndexOf(' ') + 1)..]
        .Replace("{id}", id).Replace("{index:int}", "0").Replace("{documentName}", "v1").Replace("{version}", "x").Replace("{name}", "recorder.css");

    private static HttpRequestMessage Request(string route, string id) => new(new HttpMethod(route[..route.IndexOf(' ')]), Path(route, id))
    {
        Content = route.StartsWith("POST /api", StringComparison.Ordinal) ? JsonContent.Create(new { address = "x@example.edu", password = "x" })
            : route.StartsWith("POST", StringComparison.Ordinal) ? new FormUrlEncodedContent([]) : null,
    };

    private static IReadOnlyList<string> Mapped(WebWorld world) => [.. world.Endpoints.SelectMany(RouteTable.NamesOf).Distinct().Order(StringComparer.Ordinal)];

    [Fact]
    public async Task Every_mapped_route_is_in_the_table_and_the_table_names_no_other()
    {
        await using var world = await WebWorld.StartAsync();
        Assert.All(world.Endpoints, endpoint => Assert.NotNull(RouteTable.Of(endpoint)));
        Assert.Equal(RouteTable.Routes.Keys.Except(OfTheHost).Order(StringComparer.Ordinal), Mapped(world));
    }

    [Fact]
    public void A_route_that_is_not_in_the_table_has_no_access() =>
        Assert.Null(RouteTable.Of(new RouteEndpoint(_ => Task.CompletedTask, Microsoft.AspNetCore.Routing.Patterns.RoutePatternFactory.Parse("/new"), 0, null, null)));

    [Fact]
    public async Task A_stranger_is_led_to_the_sign_in_or_told_401_and_learns_nothing()
    {
        await using var world = await WebWorld.StartAsync();
        var id = await world.RecordAsync("Subject: Secret\r\n\r\nsecret words\r\n", WebWorld.Alice);
        var stranger = world.Anonymous();
        foreach (var route in RouteTable.Routes.Where(route => route.Value != Access.Anyone).Select(route => route.Key))
        {
            using var answer = await stranger.SendAsync(Request(route, id.ToString()));
            Assert.Equal((route, route.Contains("/api/") ? HttpStatusCode.Unauthorized : HttpStatusCode.Redirect), (route, answer.StatusCode));
            Assert.DoesNotContain("ecret", await answer.Content.ReadAsStringAsync());
            Assert.Equal(route.Contains("/api/"), answer.Headers.WwwAuthenticate.Any(scheme => scheme.Scheme == "Bearer"));
        }
    }

    [Fact]
    public async Task Every_answer_carries_the_security_headers()
    {
        await using var world = await WebWorld.StartAsync();
        var alice = await world.BrowserAsync(WebWorld.Alice);
        var id = await world.RecordAsync("Subject: Hello\r\nContent-Type: text/html\r\n\r\n<b>Hello</b>\r\n", WebWorld.Alice);
        foreach (var route in Mapped(world).Append("GET /nowhere").Append("GET /api/nowhere").Append("PUT /mail"))
        {
            using var answer = await alice.SendAsync(Request(route, id.ToString()));
            var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
            Assert.StartsWith("default-src 'none';", policy);
            Assert.Contains("base-uri 'none'", policy);
            Assert.Contains(route.EndsWith("/body", StringComparison.Ordinal) ? "frame-ancestors 'self'" : "frame-ancestors 'none'", policy);
            Assert.DoesNotContain("unsafe", policy.Replace(route.EndsWith("/body", StringComparison.Ordinal) ? "style-src 'unsafe-inline'" : "-", ""));
            Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
            Assert.Equal("no-referrer", Assert.Single(answer.Headers.GetValues("Referrer-Policy")));
            Assert.Equal("same-origin", Assert.Single(answer.Headers.GetValues("Cross-Origin-Opener-Policy")));
            Assert.Equal("same-origin", Assert.Single(answer.Headers.GetValues("Cross-Origin-Resource-Policy")));
            Assert.NotEmpty(Assert.Single(answer.Headers.GetValues("Permissions-Policy")));
            Assert.Equal((route, true), (route, answer.Headers.CacheControl!.NoStore));
        }
    }

    [Fact]
    public async Task Somebody_elses_message_is_like_one_that_does_not_exist()
    {
        await using var world = await WebWorld.StartAsync();
        var foreign = await world.RecordAsync("Subject: Secret\r\n\r\nsecret words\r\n", WebWorld.Alice);
        var (page, program) = (await world.BrowserAsync(WebWorld.Bob), await world.ProgramAsync(WebWorld.Bob));
        foreach (var route in RouteTable.Routes.Where(route => route.Value == Access.SignedIn).Select(route => route.Key).Where(route => route.Contains("{id}")))
        {
            Task<HttpResponseMessage> Send(string id) => route.Contains("/api/")
                ? program.SendAsync(new HttpRequestMessage(new HttpMethod(route.Split(' ')[0]), Path(route, id)))
                : route.StartsWith("POST", StringComparison.Ordinal) ? WebWorld.PostFormAsync(page, "/help", Path(route, id)) : page.GetAsync(Path(route, id));
            using var answer = await Send(foreign.ToString());
            using var unknown = await Send("01890000-0000-7000-8000-000000000000");
            using var malformed = await Send("..%2f..");
            Assert.Equal((route, HttpStatusCode.NotFound), (route, answer.StatusCode));
            Assert.Equal((route, HttpStatusCode.NotFound), (route, unknown.StatusCode));
            Assert.Equal((route, HttpStatusCode.NotFound), (route, malformed.StatusCode));
            Assert.DoesNotContain("ecret", await answer.Content.ReadAsStringAsync());
        }
    }

    [Fact]
    public async Task A_form_without_the_token_of_our_page_does_nothing()
    {
        await using var world = await WebWorld.StartAsync();
        // An administrator, for whom every form is open.
        var alice = await world.BrowserAsync(WebWorld.Admin);
        await world.Counter.Desk.Roles.SetAsync(Desk.Cli, WebWorld.Admin, new RoleWish(IsAuditor: true), TestContext.Current.CancellationToken);
        var id = await world.RecordAsync(Mail("Hello"), WebWorld.Alice);
        foreach (var route in Mapped(world).Where(route => route.StartsWith("POST /", StringComparison.Ordinal) && !route.Contains("/api/")))
        {
            using var answer = await alice.SendAsync(Request(route, id.ToString()));
            Assert.Equal((route, HttpStatusCode.BadRequest), (route, answer.StatusCode));
        }

        using var still = await alice.GetAsync("/mail");
        Assert.Equal(HttpStatusCode.OK, still.StatusCode);
        Assert.Empty(world.Facts<Recorder.Ledger.DispatchRequested>());
    }

    [Theory]
    [InlineData("Sec-Fetch-Site", "cross-site", false)]
    [InlineData("Sec-Fetch-Site", "same-site", false)]
    [InlineData("Sec-Fetch-Site", "same-origin", true)]
    [InlineData("Origin", "https://elsewhere.example", false)]
    [InlineData("Origin", "null", false)]
    [InlineData("Origin", "ours", true)]
    [InlineData("Accept", "*/*", false)]
    public async Task A_cookie_counts_in_the_API_only_for_our_own_pages(string header, string value, bool isAllowed)
    {
        await using var world = await WebWorld.StartAsync();
        var alice = await world.BrowserAsync(WebWorld.Alice);
        var id = await world.RecordAsync(Mail("Hello"), WebWorld.Alice);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/messages/{id}/resend");
        request.Headers.TryAddWithoutValidation(header, value == "ours" ? world.Root.GetLeftPart(UriPartial.Authority) : value);
        using var answer = await alice.SendAsync(request);
        Assert.Equal(isAllowed ? HttpStatusCode.Accepted : HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Equal(isAllowed ? 1 : 0, world.Facts<Recorder.Ledger.DispatchRequested>().Count());
    }

    [Fact]
    public async Task A_request_of_more_than_a_form_can_be_is_413()
    {
        await using var world = await WebWorld.StartAsync();
        using var answer = await world.Anonymous().PostAsJsonAsync("/api/v1/session", new { address = new string('a', 100_000), password = "x" });
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
    }

    private static string Mail(string subject) => $"Subject: {subject}\r\n\r\nHello.\r\n";
}
