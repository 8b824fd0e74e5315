using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Recorder.Ledger;
using Recorder.Recovery;

namespace Recorder.Tests.Web;

public sealed class OutboxPageTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static async Task<string> ResendAsync(WebWorld world)
    {
        var program = await world.ProgramAsync(WebWorld.Alice);
        var id = await world.RecordAsync("From: a@example.org\r\nSubject: Lost\r\n\r\nwords\r\n", WebWorld.Alice);
        await world.Counter.IndexAsync();
        using var asked = await program.PostAsJsonAsync($"/api/v1/messages/{id}/resend", new { }, Cancel);
        Assert.Equal(HttpStatusCode.Accepted, asked.StatusCode);
        return id.ToString();
    }

    [Fact]
    public async Task An_administrator_sees_what_waits_and_acts_by_forms_alone()
    {
        await using var world = await WebWorld.StartAsync();
        var record = await ResendAsync(world);
        var (admin, alice) = (await world.BrowserAsync(WebWorld.Admin), await world.BrowserAsync(WebWorld.Alice));
        using var forbidden = await alice.GetAsync("/admin/outbox", Cancel);
        Assert.Equal(HttpStatusCode.Forbidden, forbidden.StatusCode);
        Assert.Contains("href=\"/admin/outbox\"", await admin.GetStringAsync("/admin", Cancel));
        Assert.DoesNotContain("/admin/outbox", await alice.GetStringAsync("/mail", Cancel));

        var page = await admin.GetStringAsync("/admin/outbox", Cancel);
        Assert.Contains(WebWorld.Alice, page);
        Assert.Contains(record, page);
        Assert.DoesNotContain("Lost", page);
        var program = await world.ProgramAsync(WebWorld.Admin);
        var item = Assert.Single((await program.GetFromJsonAsync<JsonElement>("/api/v1/admin/outbox", Cancel)).GetProperty("items").EnumerateArray());
        var id = item.GetProperty("id").GetString();
        using var retried = await WebWorld.PostFormAsync(admin, "/admin/outbox", $"/admin/outbox/{id}/act", ("act", "retry"));
        Assert.Equal("/admin/outbox", retried.Headers.Location!.ToString());
        Assert.Equal(WebWorld.Admin, Assert.Single(world.Facts<DispatchHastened>()).Actor.Name);
        using var unexplained = await program.PostAsJsonAsync($"/api/v1/admin/outbox/{id}/give-up", new { }, Cancel);
        Assert.Equal(HttpStatusCode.Conflict, unexplained.StatusCode);
        using var ended = await WebWorld.PostFormAsync(admin, "/admin/outbox", $"/admin/outbox/{id}/act", ("act", "give-up"), ("reason", "the mailbox is closed"));
        Assert.Equal(HttpStatusCode.Redirect, ended.StatusCode);
        Assert.Contains("Nothing waits", await admin.GetStringAsync("/admin/outbox", Cancel));
        using var again = await program.PostAsJsonAsync($"/api/v1/admin/outbox/{id}/retry", new { }, Cancel);
        Assert.Equal(HttpStatusCode.Conflict, again.StatusCode);
        using var unknown = await program.PostAsJsonAsync("/api/v1/admin/outbox/none/retry", new { }, Cancel);
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    [Fact]
    public async Task Who_asked_for_what_failed_sees_it_on_every_list_until_it_is_dismissed()
    {
        await using var world = await WebWorld.StartAsync();
        var record = await ResendAsync(world);
        var (alice, admin) = (await world.BrowserAsync(WebWorld.Alice), await world.ProgramAsync(WebWorld.Admin));
        Assert.DoesNotContain("/problems", await alice.GetStringAsync("/mail", Cancel));
        var id = (await admin.GetFromJsonAsync<JsonElement>("/api/v1/admin/outbox", Cancel)).GetProperty("items")[0].GetProperty("id").GetString();
        using var ended = await admin.PostAsJsonAsync($"/api/v1/admin/outbox/{id}/give-up", new { reason = "the mailbox is closed" }, Cancel);
        Assert.Equal("failed", (await ended.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("state").GetString());

        Assert.Contains("Not delivered (1)", await alice.GetStringAsync("/mail", Cancel));
        var page = await alice.GetStringAsync("/problems", Cancel);
        Assert.Contains("Lost", page);
        Assert.Contains("the mailbox is closed", page);
        Assert.Contains($"/mail/{record}#recover", page);
        Assert.Contains("the mailbox is closed", await alice.GetStringAsync($"/mail/{record}", Cancel));
        Assert.Contains("An administrator ended the delivery", await alice.GetStringAsync($"/mail/{record}", Cancel));
        var bob = await world.ProgramAsync(WebWorld.Bob);
        Assert.Empty((await bob.GetFromJsonAsync<JsonElement>("/api/v1/problems", Cancel)).GetProperty("items").EnumerateArray());
        var program = await world.ProgramAsync(WebWorld.Alice);
        var problem = Assert.Single((await program.GetFromJsonAsync<JsonElement>("/api/v1/problems", Cancel)).GetProperty("items").EnumerateArray()).GetProperty("id").GetString();
        using var foreign = await bob.PostAsJsonAsync($"/api/v1/problems/{problem}/dismiss", new { }, Cancel);
        Assert.Equal(HttpStatusCode.NotFound, foreign.StatusCode);
        using var dismissed = await WebWorld.PostFormAsync(alice, "/problems", $"/problems/{problem}/dismiss");
        Assert.Equal("/problems", dismissed.Headers.Location!.ToString());
        Assert.Single(world.Facts<ProblemDismissed>());
        Assert.DoesNotContain("/problems\"", await alice.GetStringAsync("/mail", Cancel));
    }
}
