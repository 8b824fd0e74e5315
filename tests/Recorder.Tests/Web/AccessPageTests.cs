using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using OtpNet;
using Recorder.Ledger;
using Recorder.Tests.Fakes;

namespace Recorder.Tests.Web;

public sealed partial class AccessPageTests
{
    private const string Place = "/settings/access";

    [Fact]
    public async Task A_second_factor_is_set_up_and_asked_for_without_script()
    {
        await using var world = await WebWorld.StartAsync();
        var alice = await world.BrowserAsync(WebWorld.Alice);
        using var begun = await WebWorld.PostFormAsync(alice, Place, Place + "/factor/begin");
        var page = await begun.Content.ReadAsStringAsync();
        Assert.Contains("<svg", page);
        Assert.DoesNotContain("style=", page);
        var (offer, secret) = (Offer().Match(page).Groups[1].Value, Secret().Match(page).Groups[1].Value);
        using var wrong = await WebWorld.PostFormAsync(alice, Place, Place + "/factor", ("offer", offer), ("code", "000000"));
        Assert.Equal(HttpStatusCode.Conflict, wrong.StatusCode);
        Assert.Contains(secret, await wrong.Content.ReadAsStringAsync());
        using var set = await WebWorld.PostFormAsync(alice, Place, Place + "/factor", ("offer", offer), ("code", Code(world, secret)));
        var recovery = Secret().Matches(await set.Content.ReadAsStringAsync()).Select(match => match.Groups[1].Value).ToList();
        Assert.Equal(10, recovery.Count);
        Assert.DoesNotContain(recovery[0], await alice.GetStringAsync(Place));

        var again = world.Anonymous();
        using var half = await WebWorld.PostFormAsync(again, "/signin", "/signin", ("address", WebWorld.Alice), ("password", Desk.Password), ("back", "/lists"));
        Assert.Equal(HttpStatusCode.OK, half.StatusCode);
        var ticket = Ticket().Match(await half.Content.ReadAsStringAsync()).Groups[1].Value;
        using var refused = await WebWorld.PostFormAsync(again, "/signin", "/signin/code", ("ticket", ticket), ("code", "000000"), ("back", "/lists"));
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        using var whole = await WebWorld.PostFormAsync(again, "/signin", "/signin/code", ("ticket", ticket), ("code", recovery[0]), ("back", "/lists"));
        Assert.Equal("/lists", whole.Headers.Location!.OriginalString);
        Assert.Equal(HttpStatusCode.OK, (await again.GetAsync("/mail")).StatusCode);

        using var api = await world.Anonymous().PostAsJsonAsync("/api/v1/session", new { address = WebWorld.Alice, password = Desk.Password });
        Assert.Equal(HttpStatusCode.Unauthorized, api.StatusCode);
        Assert.Contains("second-factor-needed", await api.Content.ReadAsStringAsync());
        using var with = await world.Anonymous().PostAsJsonAsync("/api/v1/session", new { address = WebWorld.Alice, password = Desk.Password, code = recovery[1] });
        Assert.Equal(HttpStatusCode.OK, with.StatusCode);
    }

    [Fact]
    public async Task A_token_made_on_the_page_reads_and_changes_nothing()
    {
        await using var world = await WebWorld.StartAsync();
        var alice = await world.BrowserAsync(WebWorld.Alice);
        var id = await world.RecordAsync("Subject: Hello\r\n\r\nHello\r\n", WebWorld.Alice);
        using var made = await WebWorld.PostFormAsync(alice, Place, Place + "/tokens", ("name", "script"), ("scope", "Read"), ("days", "30"));
        var secret = Secret().Match(await made.Content.ReadAsStringAsync()).Groups[1].Value;
        var program = world.Anonymous();
        program.DefaultRequestHeaders.Authorization = new("Bearer", secret);
        Assert.Equal(HttpStatusCode.OK, (await program.GetAsync($"/api/v1/messages/{id}")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await program.PostAsync($"/api/v1/messages/{id}/resend", null)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await program.GetAsync("/api/v1/tokens")).StatusCode);
        Assert.Empty(world.Facts<DispatchRequested>());

        var token = Assert.Single(world.Counter.Desk.Tokens.Of(WebWorld.Alice));
        using var revoked = await WebWorld.PostFormAsync(alice, Place, Place + "/tokens/revoke", ("token", token.Hash));
        Assert.Equal(HttpStatusCode.Redirect, revoked.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await program.GetAsync($"/api/v1/messages/{id}")).StatusCode);
    }

    [Fact]
    public async Task Sessions_and_tokens_are_managed_by_the_API_too_and_foreign_ones_are_404()
    {
        await using var world = await WebWorld.StartAsync();
        var (alice, bob) = (await world.ProgramAsync(WebWorld.Alice), await world.ProgramAsync(WebWorld.Bob));
        using var made = await alice.PostAsJsonAsync("/api/v1/tokens", new { name = "x", scope = "Act", days = 5 });
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        var token = (await made.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("token").GetProperty("id").GetString();
        var session = (await alice.GetFromJsonAsync<JsonElement>("/api/v1/sessions")).GetProperty("items")[0];
        Assert.True(session.GetProperty("isThis").GetBoolean());
        Assert.Equal(HttpStatusCode.NotFound, (await bob.DeleteAsync($"/api/v1/tokens/{token}")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await bob.DeleteAsync($"/api/v1/sessions/{session.GetProperty("id").GetString()}")).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await alice.DeleteAsync($"/api/v1/tokens/{token}")).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await alice.DeleteAsync($"/api/v1/sessions/{session.GetProperty("id").GetString()}")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await alice.GetAsync("/api/v1/messages")).StatusCode);
    }

    private static string Code(WebWorld world, string secret) => new Totp(Base32Encoding.ToBytes(secret)).ComputeTotp(world.Counter.Desk.Time.GetUtcNow().UtcDateTime);

    [GeneratedRegex("name=\"offer\" value=\"([^\"]+)\"")]
    private static partial Regex Offer();

    [GeneratedRegex("name=\"ticket\" value=\"([^\"]+)\"")]
    private static partial Regex Ticket();

    [GeneratedRegex("<code class=\"secret\">([^<]+)</code>")]
    private static partial Regex Secret();
}
