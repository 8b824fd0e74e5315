using System.Net;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Recorder.Accounts;
using Recorder.Ledger;
using Recorder.Tests.Fakes;
using Recorder.Web.Security;

namespace Recorder.Tests.Web;

/// <summary>Every route as everybody: allowed exactly what the table says, and what is another's is not there.</summary>
public sealed partial class RoleWalkTests
{
    private const string Delegate = "delegate@example.edu", DomainAdmin = "domain@example.edu", Auditor = "auditor@example.edu";

    // Written down here once more, so that a change of rights is a change of this test.
    private static readonly Dictionary<Access, string[]> Table = new()
    {
        [Access.Anyone] = ["", WebWorld.Alice, WebWorld.Bob, Delegate, DomainAdmin, Auditor, WebWorld.Admin],
        [Access.SignedIn] = [WebWorld.Alice, WebWorld.Bob, Delegate, DomainAdmin, Auditor, WebWorld.Admin],
        [Access.Person] = [WebWorld.Alice, WebWorld.Bob, Delegate, DomainAdmin, Auditor, WebWorld.Admin],
        [Access.Auditor] = [Auditor],
        [Access.DomainAdmin] = [DomainAdmin, WebWorld.Admin],
        [Access.Admin] = [WebWorld.Admin],
    };

    // These end the session that walks.
    private static readonly string[] Ending = ["POST /signout", "DELETE /api/v1/session"];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private sealed record Walker(string Name, HttpClient Browser, HttpClient Program);

    private static async Task<List<Walker>> WalkersAsync(WebWorld world)
    {
        var walkers = new List<Walker> { new("", world.Anonymous(), world.Anonymous()) };
        foreach (var name in Table[Access.SignedIn]) walkers.Add(new(name, await world.BrowserAsync(name), await world.ProgramAsync(name)));
        var desk = world.Counter.Desk;
        await desk.Roles.SetAsync(Desk.Cli, DomainAdmin, new RoleWish(AdminOf: ["example.edu"]), Cancel);
        await desk.Roles.SetAsync(Desk.Cli, Auditor, new RoleWish(IsAuditor: true), Cancel);
        await desk.Grants.SetAsync(Desk.Cli, WebWorld.Alice, Delegate, GrantRights.Read, null, Cancel);
        return walkers;
    }

    private static async Task<HttpResponseMessage> SendAsync(Walker walker, string route, string id)
    {
        var (method, path) = (route.Split(' ')[0], Blank().Replace(route[(route.IndexOf(' ') + 1)..].Replace("{id}", id).Replace("{index:int}", "0"), "none"));
        if (!path.StartsWith("/api/", StringComparison.Ordinal))
        {
            return method == "GET" ? await walker.Browser.GetAsync(path, Cancel) : await WebWorld.PostFormAsync(walker.Browser, "/help", path);
        }

        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = method is "POST" or "PUT" ? JsonContent.Create(new { }) : null };
        return await walker.Program.SendAsync(request, Cancel);
    }

    private static bool IsRefused(HttpResponseMessage answer) => answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden
        || answer.Headers.Location?.OriginalString.StartsWith("/signin?", StringComparison.Ordinal) == true;

    [Fact]
    public async Task Every_route_is_open_to_exactly_the_roles_of_the_table()
    {
        await using var world = await WebWorld.StartAsync();
        var routes = RouteTable.Routes.Where(route => route.Value != Access.Anyone && !Ending.Contains(route.Key) && IsMapped(world, route.Key)).ToList();
        var wrong = (await Task.WhenAll((await WalkersAsync(world)).Select(walker => WalkAsync(walker, routes)))).SelectMany(found => found).ToList();
        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
    }

    // What anybody may ask refuses by itself (a wrong password is 401), so it is no test of the table.
    private static async Task<List<string>> WalkAsync(Walker walker, IReadOnlyList<KeyValuePair<string, Access>> routes)
    {
        var wrong = new List<string>();
        foreach (var (route, access) in routes)
        {
            using var answer = await SendAsync(walker, route, "01890000-0000-7000-8000-000000000000");
            if (IsRefused(answer) == Table[access].Contains(walker.Name) || (int)answer.StatusCode >= 500) wrong.Add($"{route} as '{walker.Name}': {(int)answer.StatusCode}");
        }

        return wrong;
    }

    [Fact]
    public async Task A_foreign_message_is_404_for_everybody_and_a_delegate_may_only_read_it()
    {
        await using var world = await WebWorld.StartAsync();
        var walkers = await WalkersAsync(world);
        var id = (await world.RecordAsync("Subject: Secret\r\n\r\nsecret words\r\n", WebWorld.Alice)).ToString();
        foreach (var route in RouteTable.Routes.Where(route => route.Value == Access.SignedIn).Select(route => route.Key).Where(route => route.Contains("{id}", StringComparison.Ordinal)))
        {
            foreach (var walker in walkers.Where(walker => walker.Name is not ("" or WebWorld.Alice or Delegate)))
            {
                using var answer = await SendAsync(walker, route, id);
                Assert.Equal((route, walker.Name, HttpStatusCode.NotFound), (route, walker.Name, answer.StatusCode));
            }

            if (route.StartsWith("POST", StringComparison.Ordinal) && !route.Contains("-sender", StringComparison.Ordinal))
            {
                using var act = await SendAsync(walkers.Single(walker => walker.Name == Delegate), route, id);
                Assert.True((int)act.StatusCode is 403 or 409 or 400, $"{route}: {act.StatusCode}");
            }
        }

        using var read = await SendAsync(walkers.Single(walker => walker.Name == Delegate), "GET /api/v1/messages/{id}/raw", id);
        Assert.Equal(HttpStatusCode.OK, read.StatusCode);
        Assert.Empty(world.Facts<DispatchRequested>());
    }

    [Fact]
    public async Task A_domains_administrator_looks_after_that_domain_alone()
    {
        await using var world = await WebWorld.StartAsync();
        await WalkersAsync(world);
        var admin = await world.ProgramAsync(DomainAdmin);
        await world.Counter.Desk.AddAsync("eve@example.edu");
        Assert.Equal(HttpStatusCode.OK, (await admin.GetAsync("/api/v1/admin/accounts/eve@example.edu", Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await admin.GetAsync("/api/v1/admin/lists?domain=example.edu", Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await admin.GetAsync("/api/v1/admin/lists?domain=elsewhere.example", Cancel)).StatusCode);
        using var made = await admin.PostAsJsonAsync("/api/v1/admin/lists", new { kind = "block", pattern = "@spam.example", enforced = true }, Cancel);
        Assert.Equal(HttpStatusCode.Forbidden, made.StatusCode);
        using var plain = await admin.PostAsJsonAsync("/api/v1/admin/lists", new { kind = "block", pattern = "@spam.example" }, Cancel);
        Assert.Equal(HttpStatusCode.OK, plain.StatusCode);
        Assert.Equal("domain/example.edu", Assert.Single(world.Facts<ListEntrySet>()).Entry.Scope);
        using var foreign = await admin.PutAsJsonAsync("/api/v1/admin/accounts/eve@example.edu/addresses", new { address = "x@elsewhere.example" }, Cancel);
        Assert.Equal(HttpStatusCode.NotFound, foreign.StatusCode);
    }

    private static bool IsMapped(WebWorld world, string route) => world.Endpoints.SelectMany(RouteTable.NamesOf).Contains(route);

    [GeneratedRegex(@"\{[^}]+\}")]
    private static partial Regex Blank();
}
