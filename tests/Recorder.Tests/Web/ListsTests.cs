using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Recorder.Ledger;
using Recorder.Screening.Lists;
using Recorder.Tests.Fakes;

namespace Recorder.Tests.Web;

public sealed class ListsTests
{
    private const string Admin = "root@example.edu";

    private static async Task<HttpClient> AdminAsync(WebWorld world)
    {
        await world.Counter.Desk.AddAsync(Admin, isAdmin: true);
        return await world.ProgramAsync(Admin);
    }

    private static async Task<JsonElement> Json(HttpResponseMessage answer)
    {
        using (answer) return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    private static async Task<string[]> PatternsAsync(HttpClient client, string path) =>
        [.. (await client.GetFromJsonAsync<JsonElement>(path)).GetProperty("items").EnumerateArray().Select(item => item.GetProperty("pattern").GetString()!)];

    [Fact]
    public async Task A_program_keeps_its_persons_lists()
    {
        await using var world = await WebWorld.StartAsync();
        var (alice, bob) = (await world.ProgramAsync(WebWorld.Alice), await world.ProgramAsync(WebWorld.Bob));
        foreach (var pattern in (string[])["Ann@Example.org", "例子.測試", "*.spam.example"])
            (await alice.PostAsJsonAsync("/api/v1/lists", new { kind = "block", pattern, comment = "x" })).EnsureSuccessStatusCode();
        var moved = await Json(await alice.PostAsJsonAsync("/api/v1/lists", new { kind = "allow", pattern = "ann@example.org" }));

        Assert.Equal(("allow", "ann@example.org", false), (moved.GetProperty("kind").GetString(), moved.GetProperty("pattern").GetString(), moved.GetProperty("enforced").GetBoolean()));
        Assert.Equal(["*.spam.example", "ann@example.org", "xn--fsqu00a.xn--g6w251d"], await PatternsAsync(alice, "/api/v1/lists"));
        Assert.Equal(["ann@example.org"], await PatternsAsync(alice, "/api/v1/lists?kind=allow"));
        Assert.Equal(["xn--fsqu00a.xn--g6w251d"], await PatternsAsync(alice, "/api/v1/lists?q=例子"));
        var first = await alice.GetFromJsonAsync<JsonElement>("/api/v1/lists?limit=2");
        Assert.Equal(["xn--fsqu00a.xn--g6w251d"], await PatternsAsync(alice, $"/api/v1/lists?cursor={first.GetProperty("next").GetString()}"));
        Assert.Empty(await PatternsAsync(bob, "/api/v1/lists"));

        using var removed = await alice.DeleteAsync("/api/v1/lists?pattern=Ann@example.org");
        using var again = await alice.DeleteAsync("/api/v1/lists?pattern=ann@example.org");
        Assert.Equal((HttpStatusCode.NoContent, HttpStatusCode.NotFound), (removed.StatusCode, again.StatusCode));
        Assert.Equal([WebWorld.Alice], world.Facts<ListEntryRemoved>().Select(fact => fact.Actor.Name));
    }

    [Theory]
    [InlineData("{\"kind\":\"allow\",\"pattern\":\"*\"}", "bad-pattern")]
    [InlineData("{\"kind\":\"allow\"}", "bad-pattern")]
    [InlineData("{\"kind\":\"maybe\",\"pattern\":\"example.org\"}", "bad-kind")]
    [InlineData("{\"kind\":\"block\",\"pattern\":\"example.org\",\"enforced\":true}", "not-enforceable")]
    [InlineData("{\"kind\":\"block\",\"pattern\":\"example.org\",\"expires\":\"2001-01-01T00:00:00Z\"}", "bad-expiry")]
    public async Task What_cannot_be_listed_is_refused_with_a_code(string body, string code)
    {
        await using var world = await WebWorld.StartAsync();
        var alice = await world.ProgramAsync(WebWorld.Alice);
        foreach (var path in (string[])["/api/v1/lists", "/api/v1/lists/preview"])
        {
            using var answer = await alice.PostAsync(path, new StringContent(body, Encoding.UTF8, "application/json"));
            Assert.Equal((HttpStatusCode.Conflict, code), (answer.StatusCode, (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString()));
        }

        Assert.Empty(world.Facts<ListEntrySet>());
    }

    [Fact]
    public async Task Shared_lists_are_administrators_alone()
    {
        await using var world = await WebWorld.StartAsync();
        var (alice, admin) = (await world.ProgramAsync(WebWorld.Alice), await AdminAsync(world));
        using var refused = await alice.PostAsJsonAsync("/api/v1/admin/lists", new { kind = "block", pattern = "example.org" });
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        (await admin.PostAsJsonAsync("/api/v1/admin/lists", new { kind = "block", pattern = "example.org", enforced = true })).EnsureSuccessStatusCode();
        (await admin.PostAsJsonAsync("/api/v1/admin/lists?domain=Example.EDU", new { kind = "allow", pattern = "example.net" })).EnsureSuccessStatusCode();
        Assert.Equal(["site", "domain/example.edu"], world.Facts<ListEntrySet>().Select(fact => fact.Entry.Scope));
        Assert.Equal(["example.net"], await PatternsAsync(admin, "/api/v1/admin/lists?domain=example.edu"));
        Assert.Empty(await PatternsAsync(admin, "/api/v1/lists"));
    }

    [Fact]
    public async Task A_file_is_taken_line_by_line_and_what_is_not_taken_is_named()
    {
        await using var world = await WebWorld.StartAsync();
        var alice = await world.ProgramAsync(WebWorld.Alice);
        await alice.PostAsJsonAsync("/api/v1/lists", new { kind = "block", pattern = "kept.example.org", comment = "before" });
        var file = "\uFEFFkind,pattern,comment,expires\r\n" +
            "allow,Ann@example.org,\"a \"\"dear\"\", friend\",2099-12-31\r\n" +
            "# a remark\r\n\r\nspam.example\r\nnot a sender\r\nblock,kept.example.org,before,\r\nallow,*.com\r\nblock,x.example,,someday\r\nblock,\"open\r\nspam.example\r\n";

        var report = await Json(await alice.PostAsync("/api/v1/lists/import?kind=block", new StringContent(file, Encoding.UTF8, "text/csv")));

        Assert.Equal((2, 1, 4), (report.GetProperty("set").GetInt32(), report.GetProperty("same").GetInt32(), report.GetProperty("refusedCount").GetInt32()));
        Assert.Equal(
            [(6, "bad-pattern"), (8, "bad-pattern"), (9, "bad-expiry"), (10, "bad-line")],
            report.GetProperty("refused").EnumerateArray().Select(line => (line.GetProperty("number").GetInt32(), line.GetProperty("code").GetString()!)));
        Assert.Equal(["ann@example.org", "kept.example.org", "spam.example"], await PatternsAsync(alice, "/api/v1/lists"));

        // What is exported comes back as it was.
        var before = world.Counter.Desk.Ledger.State.Range<ListEntry>(StateKeys.ListEntries(ListScopes.User(WebWorld.Alice))).Select(pair => pair.Value).ToList();
        var exported = await alice.GetStringAsync("/api/v1/lists/export");
        var bob = await world.ProgramAsync(WebWorld.Bob);
        await bob.PostAsync("/api/v1/lists/import", new StringContent(exported));
        var after = world.Counter.Desk.Ledger.State.Range<ListEntry>(StateKeys.ListEntries(ListScopes.User(WebWorld.Bob))).Select(pair => pair.Value);
        Assert.Equal(before.Select(entry => (entry.Kind, entry.Pattern, entry.Comment, entry.ExpiresAt)), after.Select(entry => (entry.Kind, entry.Pattern, entry.Comment, entry.ExpiresAt)));
    }

    [Fact]
    public async Task A_file_too_long_for_the_list_fills_it_and_names_the_rest()
    {
        await using var world = await WebWorld.StartAsync();
        var alice = await world.ProgramAsync(WebWorld.Alice);
        var lines = string.Join('\n', Enumerable.Range(0, SenderLists.MaxPersonalEntries + 5).Select(n => $"d{n}.example.org"));
        var report = await Json(await alice.PostAsync("/api/v1/lists/import", new StringContent(lines)));
        Assert.Equal((SenderLists.MaxPersonalEntries, 5), (report.GetProperty("set").GetInt32(), report.GetProperty("refusedCount").GetInt32()));
        Assert.All(report.GetProperty("refused").EnumerateArray(), line => Assert.Equal("too-many-entries", line.GetProperty("code").GetString()));
        Assert.InRange(world.Facts<ListEntriesSet>().Count(), 20, 40);
    }

    [Fact]
    public async Task A_preview_says_what_would_have_changed_of_the_readers_own_mail_and_makes_nothing()
    {
        await using var world = await WebWorld.StartAsync();
        var alice = await world.ProgramAsync(WebWorld.Alice);
        await world.ProgramAsync(WebWorld.Bob);
        // The index in memory finds by words of the text, so the text names what is searched for.
        async Task RecordAsync(string from, MailCategory category, params string[] to)
        {
            var mail = Mails.Envelope(world.Counter.Desk.Time.GetUtcNow(), [.. to.Select(one => Mails.To(one))]) with
            {
                ReversePath = from, Screened = new ScreenedMail(category, "rspamd", Proof: SenderProof.Aligned),
            };
            await world.Counter.Desk.Ledger.RecordAsync(mail, Encoding.UTF8.GetBytes($"From: {from}\r\nSubject: Offer\r\n\r\nfrom:\"shop.example\"\r\n"));
        }

        await RecordAsync("a@shop.example", MailCategory.Clean, WebWorld.Alice);
        await RecordAsync("b@shop.example", MailCategory.Spam, WebWorld.Alice, WebWorld.Bob);
        await RecordAsync("c@shop.example", MailCategory.Clean, WebWorld.Bob);
        await RecordAsync("d@other.example", MailCategory.Clean, WebWorld.Alice);
        await world.Counter.IndexAsync();
        await alice.PostAsJsonAsync("/api/v1/lists", new { kind = "allow", pattern = "boss@shop.example" });

        var block = await Json(await alice.PostAsJsonAsync("/api/v1/lists/preview", new { kind = "block", pattern = "shop.example" }));
        Assert.Equal((3, true, 1, 0), (block.GetProperty("looked").GetInt32(), block.GetProperty("isWhole").GetBoolean(), block.GetProperty("wouldBeHeld").GetInt32(), block.GetProperty("wouldBeDelivered").GetInt32()));
        Assert.Equal(["except"], block.GetProperty("conflicts").EnumerateArray().Select(one => one.GetProperty("code").GetString()!));
        var allow = await Json(await alice.PostAsJsonAsync("/api/v1/lists/preview", new { kind = "allow", pattern = "shop.example" }));
        Assert.Equal((0, 1), (allow.GetProperty("wouldBeHeld").GetInt32(), allow.GetProperty("wouldBeDelivered").GetInt32()));
        Assert.Single(world.Facts<ListEntrySet>());
    }

    [Fact]
    public async Task A_person_adds_checks_removes_and_takes_back_on_the_page()
    {
        await using var world = await WebWorld.StartAsync();
        var alice = await world.BrowserAsync(WebWorld.Alice);
        using var check = await WebWorld.PostFormAsync(alice, "/lists", "/lists", ("act", "check"), ("kind", "block"), ("pattern", "Shop.example"), ("comment", "ads"), ("expires", ""));
        Assert.Contains("would have changed none", await check.Content.ReadAsStringAsync());
        Assert.Empty(world.Facts<ListEntrySet>());

        using var save = await WebWorld.PostFormAsync(alice, "/lists", "/lists", ("act", "save"), ("kind", "block"), ("pattern", "Shop.example"), ("comment", "ads <b>"), ("expires", "2099-01-01"));
        Assert.Equal((HttpStatusCode.Redirect, "/lists?saved=shop.example"), (save.StatusCode, save.Headers.Location!.OriginalString));
        var page = await alice.GetStringAsync("/lists?saved=shop.example");
        Assert.Contains("is now on the block list", page);
        Assert.Contains("ads &lt;b&gt;", page);

        using var remove = await WebWorld.PostFormAsync(alice, "/lists", "/lists/remove", ("pattern", "shop.example"));
        var removed = await remove.Content.ReadAsStringAsync();
        Assert.Contains("Undo", removed);
        var expires = System.Text.RegularExpressions.Regex.Match(removed, "name=\"expires\" value=\"([^\"]+)\"").Groups[1].Value;
        using var undo = await WebWorld.PostFormAsync(alice, "/lists", "/lists", ("kind", "block"), ("pattern", "shop.example"), ("comment", "ads <b>"), ("expires", expires));
        var (first, second) = (world.Facts<ListEntrySet>().First().Entry, world.Facts<ListEntrySet>().Last().Entry);
        Assert.Equal((first.Pattern, first.Comment, first.ExpiresAt), (second.Pattern, second.Comment, second.ExpiresAt));
    }

    [Fact]
    public async Task The_page_says_what_is_wrong_and_keeps_what_was_typed()
    {
        await using var world = await WebWorld.StartAsync();
        var alice = await world.BrowserAsync(WebWorld.Alice);
        using var answer = await WebWorld.PostFormAsync(alice, "/lists", "/lists", ("act", "save"), ("kind", "allow"), ("pattern", "*.com"), ("comment", ""), ("expires", ""));
        var page = await answer.Content.ReadAsStringAsync();
        Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
        Assert.Contains("Anybody can have such an address", page);
        Assert.Contains("value=\"*.com\"", page);
    }

    [Fact]
    public async Task A_file_is_taken_on_the_page_too()
    {
        await using var world = await WebWorld.StartAsync();
        var alice = await world.BrowserAsync(WebWorld.Alice);
        using var answer = await WebWorld.PostFormAsync(alice, "/lists", "/lists/import", ("kind", "allow"), ("text", "ann@example.org\nno sender\n"));
        var page = await answer.Content.ReadAsStringAsync();
        Assert.Contains("1 entry was added or changed", page);
        Assert.Contains("line 2", page);
    }
}
