using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Recorder.Ledger;

namespace Recorder.Tests.Web;

public sealed class RetentionPageTests
{
    [Fact]
    public async Task Rules_holds_and_the_clock_are_recorded_with_who_did_it()
    {
        await using var world = await WebWorld.StartAsync();
        var program = await world.ProgramAsync(WebWorld.Admin);
        const string Root = "/api/v1/admin";

        using var set = await program.PostAsJsonAsync($"{Root}/retention/rules", new { id = "law", days = 2555, mailboxes = new[] { "Alice@Example.edu" } });
        Assert.Equal(HttpStatusCode.OK, set.StatusCode);
        using var tooShort = await program.PostAsJsonAsync($"{Root}/retention/rules", new { id = "brief", days = 30, categories = new[] { "spam" } });
        Assert.Equal("too-short", (await tooShort.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString());
        var report = await program.GetFromJsonAsync<JsonElement>($"{Root}/retention");
        Assert.Equal(WebWorld.Alice, report.GetProperty("rules")[0].GetProperty("mailboxes")[0].GetString());
        using var removed = await program.DeleteAsync($"{Root}/retention/rules/law");
        using var none = await program.DeleteAsync($"{Root}/retention/rules/law");
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.NotFound), (removed.StatusCode, none.StatusCode));

        using var placed = await program.PostAsJsonAsync($"{Root}/holds", new { matter = "Case 1", reason = "letter", kind = "mailboxes", mailboxes = new[] { WebWorld.Alice } });
        var hold = (await placed.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("hold").GetProperty("id").GetString();
        using var lifted = await program.PostAsJsonAsync($"{Root}/holds/{hold}/lift", new { reason = "over" });
        using var again = await program.PostAsJsonAsync($"{Root}/holds/{hold}/lift", new { reason = "over" });
        Assert.Equal((HttpStatusCode.NoContent, HttpStatusCode.NotFound), (lifted.StatusCode, again.StatusCode));
        using var confirmed = await program.PostAsync($"{Root}/retention/confirm-clock", null);
        Assert.Equal(HttpStatusCode.NoContent, confirmed.StatusCode);

        LedgerEvent[] facts = [.. world.Facts<RetentionRuleSet>(), .. world.Facts<RetentionRuleRemoved>(), .. world.Facts<HoldPlaced>(), .. world.Facts<HoldLifted>(), .. world.Facts<ClockConfirmed>()];
        Assert.Equal(5, facts.Length);
        Assert.All(facts, fact => Assert.Equal((WebWorld.Admin, "127.0.0.1"), (fact.Actor.Name, fact.Actor.Source)));
    }

    [Fact]
    public async Task The_pages_show_what_is_in_force_and_a_person_sees_the_effect_of_a_rule_first()
    {
        await using var world = await WebWorld.StartAsync();
        var browser = await world.BrowserAsync(WebWorld.Admin);
        using var preview = await WebWorld.PostFormAsync(browser, "/admin/retention", "/admin/retention/rules", ("act", "preview"), ("name", "law"), ("days", "2555"), ("mailboxes", WebWorld.Alice));
        Assert.Contains("value=\"set\"", await preview.Content.ReadAsStringAsync());
        Assert.Empty(world.Facts<RetentionRuleSet>());
        using var set = await WebWorld.PostFormAsync(browser, "/admin/retention", "/admin/retention/rules", ("act", "set"), ("name", "law"), ("days", "2555"), ("mailboxes", WebWorld.Alice));
        Assert.Contains("<strong>law</strong>", await set.Content.ReadAsStringAsync());
        using var held = await WebWorld.PostFormAsync(browser, "/admin/holds", "/admin/holds", ("matter", "Case 7"), ("reason", "letter"), ("kind", "mailboxes"), ("mailboxes", WebWorld.Bob));
        Assert.Contains($"on everything of {WebWorld.Bob}", await held.Content.ReadAsStringAsync());
        using var alice = await (await world.BrowserAsync(WebWorld.Alice)).GetAsync("/admin/retention");
        Assert.NotEqual(HttpStatusCode.OK, alice.StatusCode);
    }

    [Fact]
    public async Task What_is_refused_stands_in_the_form_still_with_the_reason()
    {
        await using var world = await WebWorld.StartAsync();
        var browser = await world.BrowserAsync(WebWorld.Admin);
        foreach (var act in new[] { "preview", "set" })
        {
            using var brief = await WebWorld.PostFormAsync(browser, "/admin/retention", "/admin/retention/rules", ("act", act), ("name", "brief"), ("days", "30"), ("mailboxes", WebWorld.Alice));
            var page = await brief.Content.ReadAsStringAsync();
            Assert.Equal(HttpStatusCode.Conflict, brief.StatusCode);
            Assert.Contains("Retention:AllowShorter", page);
            Assert.All(["brief", "30", WebWorld.Alice], typed => Assert.Contains($"value=\"{typed}\"", page));
        }

        using var none = await WebWorld.PostFormAsync(browser, "/admin/holds", "/admin/holds", ("matter", "Case 8"), ("reason", "letter"), ("kind", "records"), ("until", "2099-01-31"));
        var form = await none.Content.ReadAsStringAsync();
        Assert.Equal(HttpStatusCode.Conflict, none.StatusCode);
        Assert.All(["value=\"Case 8\"", "value=\"letter\"", "<option value=\"records\" selected", "value=\"2099-01-31\""], kept => Assert.Contains(kept, form));
        Assert.Equal((0, 0), (world.Facts<RetentionRuleSet>().Count(), world.Facts<HoldPlaced>().Count()));
    }

    [Fact]
    public async Task Approvals_and_restores_are_answered_on_the_page_and_by_programs_and_the_report_is_there()
    {
        await using var world = await WebWorld.StartAsync();
        var (ledger, now) = (world.Counter.Desk.Ledger, world.Counter.Desk.Time.GetUtcNow());
        ApprovalAsked Asked(string id, string by) => new(id, ApprovalKind.Purge, "", "", now.AddDays(7), 3, 300) { Actor = new Actor("admin", by), At = now };
        foreach (var fact in new LedgerEvent[]
        {
            Asked("one", "other@example.edu"), Asked("two", "other@example.edu"), Asked("mine", WebWorld.Admin),
            new ArchiveRestored("/backup", now, 1, 1, 1, 0) { Actor = Actor.System("x"), At = now },
        }) await ledger.AppendAsync(fact, CancellationToken.None);
        var (browser, program) = (await world.BrowserAsync(WebWorld.Admin), await world.ProgramAsync(WebWorld.Admin));
        const string Root = "/api/v1/admin";

        var page = await browser.GetStringAsync("/admin/retention");
        Assert.Equal((3, 2), (page.Split("action=\"/admin/approvals/").Length - 1, page.Split("value=\"give\"").Length - 1));
        using var own = await program.PostAsync($"{Root}/approvals/mine/give", null);
        Assert.Equal("same-person", (await own.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString());
        using var given = await program.PostAsync($"{Root}/approvals/one/give", null);
        Assert.Equal(2, (await given.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("by").GetArrayLength());
        using var refused = await WebWorld.PostFormAsync(browser, "/admin/retention", "/admin/approvals/two", ("act", "refuse"), ("reason", "no"));
        using var again = await program.PostAsJsonAsync($"{Root}/approvals/two/refuse", new { reason = "no" });
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.NotFound), (refused.StatusCode, again.StatusCode));
        using var confirmed = await WebWorld.PostFormAsync(browser, "/admin/retention", "/admin/retention/confirm-restore");
        using var twice = await program.PostAsync($"{Root}/retention/confirm-restore", null);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.NotFound), (confirmed.StatusCode, twice.StatusCode));
        LedgerEvent[] facts = [.. world.Facts<ApprovalGiven>(), .. world.Facts<ApprovalRefused>(), .. world.Facts<RestoreConfirmed>()];
        Assert.Equal([WebWorld.Admin, WebWorld.Admin, WebWorld.Admin], facts.Select(fact => fact.Actor.Name));
        Assert.All(facts, fact => Assert.Equal("127.0.0.1", fact.Actor.Source));

        Assert.Contains("report.csv", await browser.GetStringAsync("/admin/retention/report"));
        Assert.Contains("\"month\",\"category\"", await browser.GetStringAsync("/admin/retention/report.csv"));
        Assert.Equal("[]", await program.GetStringAsync($"{Root}/erasures"));
        Assert.Contains("0 messages, 0 B as received, in 0 files", await browser.GetStringAsync("/admin/retention/plan"));
        await ledger.AppendAsync(new BackupMade("/backup", 1, 1, 1, 1, 1, 0, 0, true) { Actor = Actor.System("x"), At = now }, CancellationToken.None);
        var (actor, later) = (new Actor("admin", WebWorld.Admin), now.AddMinutes(1));
        foreach (var fact in new LedgerEvent[]
        {
            new ErasureAsked("some-id", "privacy law") { Actor = actor, At = later }, new RecordErased("some-id") { Actor = actor, At = later },
            new ErasureNoted("some-id", ["/backup"]) { Actor = actor, At = later },
        }) await ledger.AppendAsync(fact, CancellationToken.None);
        var erased = await browser.GetStringAsync("/admin/retention");
        Assert.All(["some-id", "privacy law", "<code>/backup</code>", "a restore of it leaves this out"], told => Assert.Contains(told, erased));
    }
}
