using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Recorder.Audit;
using Recorder.Ledger;
using Recorder.Tests.Fakes;

namespace Recorder.Tests.Web;

public sealed class AuditTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static async Task<List<JsonElement>> ItemsAsync(HttpClient client, string query) =>
        [.. (await client.GetFromJsonAsync<JsonElement>($"/api/v1/admin/audit?{query}", Cancel)).GetProperty("items").EnumerateArray()];

    private static IEnumerable<string> Whats(IEnumerable<JsonElement> items) => items.Select(item => item.GetProperty("what").GetString()!).Distinct();

    [Fact]
    public async Task Acts_are_found_by_who_what_when_record_and_mailbox()
    {
        await using var world = await WebWorld.StartAsync();
        var (admin, alice) = (await world.ProgramAsync(WebWorld.Admin), await world.ProgramAsync(WebWorld.Alice));
        var ids = new List<string>();
        foreach (var text in new[] { "one", "two" }) ids.Add((await world.RecordAsync($"Subject: {text}\r\n\r\n{text}\r\n", WebWorld.Alice)).ToString());
        await alice.GetStringAsync($"/api/v1/messages/{ids[0]}", Cancel);
        using var hidden = await alice.PostAsJsonAsync($"/api/v1/messages/{ids[1]}/hide", new { }, Cancel);
        await world.Counter.IndexAsync();

        Assert.Equal(["message.viewed"], Whats(await ItemsAsync(admin, $"record={ids[0]}")));
        Assert.Equal(["message.hidden"], Whats(await ItemsAsync(admin, "what=message.hidden")));
        var all = await ItemsAsync(admin, $"who={WebWorld.Alice.ToUpperInvariant()}");
        Assert.Superset(new HashSet<string> { "message.viewed", "message.hidden", "session.started" }, Whats(all).ToHashSet());
        Assert.All(all, item => Assert.Equal((WebWorld.Alice, "user", "127.0.0.1"), (item.GetProperty("who").GetString(), item.GetProperty("kind").GetString(), item.GetProperty("source").GetString())));
        Assert.NotEmpty(await ItemsAsync(admin, $"mailbox={WebWorld.Alice}"));
        Assert.Empty(await ItemsAsync(admin, "until=2000-01-01T00:00:00Z"));
        Assert.Empty(await ItemsAsync(admin, "who=nobody@example.edu"));
        Assert.DoesNotContain("passwordHash", (await ItemsAsync(admin, "what=account.set")).Select(item => item.ToString()).First());
        using var forbidden = await alice.GetAsync("/api/v1/admin/audit", Cancel);
        Assert.Equal(HttpStatusCode.Forbidden, forbidden.StatusCode);
    }

    [Fact]
    public async Task Pages_follow_one_another_without_a_gap()
    {
        await using var world = await WebWorld.StartAsync();
        var admin = await world.ProgramAsync(WebWorld.Admin);
        for (var i = 0; i < 7; i++) await world.Counter.Desk.Ledger.AppendAsync(new MessageReported("x", $"m{i}@example.edu", ReportKind.Spam) { Actor = Desk.Cli, At = world.Counter.Desk.Time.GetUtcNow() }, Cancel);
        await world.Counter.IndexAsync();
        var seen = new List<string>();
        for (string? cursor = ""; cursor is not null;)
        {
            var page = await admin.GetFromJsonAsync<JsonElement>($"/api/v1/admin/audit?what=message.reported&limit=3&cursor={Uri.EscapeDataString(cursor)}", Cancel);
            seen.AddRange(page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("mailbox").GetString()!));
            cursor = page.GetProperty("next").GetString();
        }

        Assert.Equal(Enumerable.Range(0, 7).Select(i => $"m{6 - i}@example.edu"), seen);
    }

    [Fact]
    public async Task Every_look_into_the_audit_is_in_the_audit()
    {
        await using var world = await WebWorld.StartAsync();
        var (program, browser) = (await world.ProgramAsync(WebWorld.Admin), await world.BrowserAsync(WebWorld.Admin));
        await ItemsAsync(program, $"who={WebWorld.Bob}");
        await program.GetStringAsync("/api/v1/admin/audit/export?format=json&what=message.viewed", Cancel);
        await browser.GetStringAsync("/admin/audit?from=2026-01-02&until=2026-01-02", Cancel);
        await browser.GetStringAsync("/admin/audit/export?format=csv", Cancel);
        await WaitUntil.Async(() => world.Facts<AuditSearched>().Count() == 4);
        Assert.Equal(["api", "csv", "json", "page"], world.Facts<AuditSearched>().Select(look => look.Form).Order());
        Assert.All(world.Facts<AuditSearched>(), look => Assert.Equal((WebWorld.Admin, "admin", "127.0.0.1"), (look.Actor.Name, look.Actor.Kind, look.Actor.Source)));
        Assert.Contains(world.Facts<AuditSearched>(), look => look.Who == WebWorld.Bob);
        var day = world.Facts<AuditSearched>().Single(look => look.Form == "page");
        Assert.Equal(TimeSpan.FromDays(1), day.Until - day.From);
        await world.Counter.IndexAsync();
        Assert.NotEmpty(await ItemsAsync(program, "what=audit.searched"));
    }

    [Fact]
    public async Task The_page_shows_acts_in_words_and_hostile_values_as_text()
    {
        await using var world = await WebWorld.StartAsync();
        var browser = await world.BrowserAsync(WebWorld.Admin);
        await world.Counter.Desk.Ledger.AppendAsync(new SignInFailed("<script>alert(1)</script>@example.edu", 3) { Actor = new Actor("peer", "<b>x</b>", "192.0.2.7"), At = world.Counter.Desk.Time.GetUtcNow() }, Cancel);
        await world.Counter.IndexAsync();
        var page = await browser.GetStringAsync("/admin/audit", Cancel);
        Assert.Contains("Sign-in failed", page);
        Assert.Contains("192.0.2.7", page);
        Assert.DoesNotContain("<script>alert", page);
        Assert.DoesNotContain("<b>x</b>", page);
    }

    [Fact]
    public async Task The_page_of_copies_shows_each_folder_with_what_it_holds()
    {
        await using var world = await WebWorld.StartAsync();
        var browser = await world.BrowserAsync(WebWorld.Admin);
        Assert.Contains("None was made yet.", await browser.GetStringAsync("/admin/copies", Cancel));
        foreach (var (target, through, problem) in new[] { ("/srv/one", 5L, null), ("/srv/one", 9L, null), ("/srv/two", 9L, "disk full") })
            await world.Counter.Desk.Ledger.AppendAsync(new BackupMade(target, through, 3, 2_000_000, 1, 1, 0, 2, true, problem) { Actor = Desk.Cli, At = world.Counter.Desk.Time.GetUtcNow() }, Cancel);
        var page = await browser.GetStringAsync("/admin/copies", Cancel);
        Assert.Contains("The log through entry 9: 3 files, 2 MB.", page);
        Assert.DoesNotContain("entry 5", page);
        Assert.DoesNotContain("/srv/two", page);
        var program = await world.ProgramAsync(WebWorld.Admin);
        Assert.Equal(9, (await program.GetFromJsonAsync<JsonElement>("/api/v1/admin/copies", Cancel)).GetProperty("backups")[0].GetProperty("through").GetInt64());
    }

    [Theory]
    [InlineData("=1+1")]
    [InlineData("+1")]
    [InlineData("-1")]
    [InlineData("@SUM(A1)")]
    [InlineData("\tx")]
    [InlineData("  =1")]
    [InlineData("＝1")]
    public void A_spreadsheet_gets_text_where_a_formula_would_stand(string value)
    {
        var row = new AuditRow("id", 1, DateTimeOffset.UnixEpoch, "what", new Actor("user", value, value), "", value, "a \"quoted\"\nvalue");
        var line = AuditCsv.LineOf(row);
        Assert.Equal(3, line.Split($"\"'{value}\"").Length - 1);
        Assert.EndsWith("\"a \"\"quoted\"\"\nvalue\"\r\n", line, StringComparison.Ordinal);
    }
}
