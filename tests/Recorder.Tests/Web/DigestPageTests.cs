using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Recorder.Digests;
using Recorder.Ledger;
using Recorder.Tests.Fakes;

namespace Recorder.Tests.Web;

public sealed class DigestPageTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static async Task<string> LinkAsync(WebWorld world)
    {
        await world.Counter.Desk.AddAsync(WebWorld.Alice);
        var envelope = Mails.Envelope(world.Counter.Desk.Time.GetUtcNow(), Mails.To(WebWorld.Alice, Dispositions.HeldSpam), Mails.To(WebWorld.Bob));
        var id = (await world.Counter.Desk.Ledger.RecordAsync(envelope, Mails.Message("Offer"))).Id.ToString();
        return "/digest/" + WebWorld.Links.Write(new DigestLink(
            id, WebWorld.Alice, WebWorld.Alice, LinkAct.Release, world.Counter.Desk.Time.GetUtcNow().AddDays(1), "019b8d00-0000-7000-8000-000000000000"));
    }

    private static FormUrlEncodedContent Form(params (string Name, string Value)[] fields) => new(fields.Select(field => KeyValuePair.Create(field.Name, field.Value)));

    [Fact]
    public async Task A_link_needs_no_session_makes_none_and_acts_by_its_form_alone()
    {
        await using var world = await WebWorld.StartAsync();
        var (client, link) = (world.Anonymous(), await LinkAsync(world));
        using var shown = await client.GetAsync(link, Cancel);
        var page = await shown.Content.ReadAsStringAsync(Cancel);

        Assert.Equal(HttpStatusCode.OK, shown.StatusCode);
        Assert.Contains("Offer", page, StringComparison.Ordinal);
        Assert.DoesNotContain(WebWorld.Bob, page, StringComparison.Ordinal);
        Assert.Equal((true, "no-referrer"), (shown.Headers.CacheControl!.NoStore, shown.Headers.GetValues("Referrer-Policy").Single()));
        Assert.Empty(world.Facts<DispatchRequested>());

        using var released = await client.PostAsync(link, Form(("act", "release")), Cancel);
        Assert.Equal(HttpStatusCode.OK, released.StatusCode);
        Assert.Equal(DispatchKind.Release, Assert.Single(world.Facts<DispatchRequested>()).Kind);
        Assert.Empty(world.Facts<SessionStarted>());
        using var mail = await client.GetAsync("/mail", Cancel);
        Assert.Equal(HttpStatusCode.Redirect, mail.StatusCode);
        Assert.DoesNotContain("name=\"act\"", await client.GetStringAsync(link, Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_looks_at_every_link_changes_nothing()
    {
        await using var world = await WebWorld.StartAsync();
        var (client, link) = (world.Anonymous(), await LinkAsync(world));
        var before = world.Counter.Desk.Log.Entries.Count;
        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Head, HttpMethod.Options, HttpMethod.Post, HttpMethod.Put, HttpMethod.Delete })
        {
            using var request = new HttpRequestMessage(method, link);
            using var _ = await client.SendAsync(request, Cancel);
        }
        foreach (var form in new[] { Form(), Form(("act", "yes")), Form(("submit", "release")) })
        {
            using var _ = await client.PostAsync(link, form, Cancel);
        }
        using var json = await client.PostAsJsonAsync(link, new { act = "release" }, Cancel);
        using var query = await client.GetAsync(link + "?act=release", Cancel);
        using var posted = await client.PostAsync(link + "?act=release", Form(), Cancel);

        Assert.Equal(before, world.Counter.Desk.Log.Entries.Count);
    }

    [Fact]
    public async Task Every_wrong_link_is_the_same_plain_page_and_many_of_them_must_wait()
    {
        await using var world = await WebWorld.StartAsync();
        var (client, link) = (world.Anonymous(), await LinkAsync(world));
        var pages = new HashSet<string>();
        foreach (var wrong in new[] { link[..^2], link + "AA", "/digest/x", "/digest/" + new string('A', 300), "/digest/%E4%B8%AD" })
        {
            using var answer = await client.GetAsync(wrong, Cancel);
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
            pages.Add(System.Text.RegularExpressions.Regex.Replace(await answer.Content.ReadAsStringAsync(Cancel), "value=\"CfDJ8[^\"]+\"", ""));
        }
        Assert.Single(pages);

        for (var i = 0; i < 100; i++) (await client.GetAsync("/digest/x", Cancel)).Dispose();
        using var limited = await client.GetAsync("/digest/x", Cancel);
        Assert.Equal(HttpStatusCode.TooManyRequests, limited.StatusCode);
        // Wrong ones of a neighbour keep no right one out.
        using var right = await client.GetAsync(link, Cancel);
        Assert.Equal(HttpStatusCode.OK, right.StatusCode);
        world.Counter.Desk.Time.Advance(TimeSpan.FromMinutes(16));
        using var again = await client.GetAsync("/digest/x", Cancel);
        Assert.Equal(HttpStatusCode.NotFound, again.StatusCode);
    }

    [Fact]
    public async Task A_right_link_is_opened_so_often_in_a_minute_and_no_oftener()
    {
        await using var world = await WebWorld.StartAsync();
        var (client, link) = (world.Anonymous(), await LinkAsync(world));
        for (var open = 0; open < 60; open++)
        {
            using var answer = await client.GetAsync(link, Cancel);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        using var limited = await client.GetAsync(link, Cancel);
        Assert.Equal(HttpStatusCode.TooManyRequests, limited.StatusCode);
        using var act = await client.PostAsync(link, Form(("act", "release")), Cancel);
        Assert.Equal(HttpStatusCode.TooManyRequests, act.StatusCode);
        world.Counter.Desk.Time.Advance(TimeSpan.FromMinutes(1));
        using var later = await client.PostAsync(link, Form(("act", "release")), Cancel);
        Assert.Equal(HttpStatusCode.OK, later.StatusCode);
        Assert.Single(world.Facts<DispatchRequested>());
    }

    [Fact]
    public async Task Settings_are_chosen_on_the_page_and_told_by_the_API()
    {
        await using var world = await WebWorld.StartAsync();
        var browser = await world.BrowserAsync(WebWorld.Alice);
        using var saved = await WebWorld.PostFormAsync(browser, "/settings", "/settings", ("schedule", "own"), ("times", "17:00 8:30"), ("days", "Monday"),
            ("days", "Friday"), ("phrase", "藍色蒼鷺"), ("zone", "Asia/Taipei"), ("threshold", "6,5"), ("language", "zh-Hant"));
        Assert.Equal((HttpStatusCode.Redirect, "/settings?saved=1"), (saved.StatusCode, saved.Headers.Location?.ToString()));
        var page = WebUtility.HtmlDecode(await browser.GetStringAsync("/settings", Cancel));
        Assert.Contains("value=\"08:30, 17:00\"", page, StringComparison.Ordinal);
        Assert.Contains("識別字句", page, StringComparison.Ordinal);

        var program = await world.ProgramAsync(WebWorld.Alice);
        var told = await program.GetFromJsonAsync<JsonElement>("/api/v1/preferences", Cancel);
        Assert.Equal(["08:30", "17:00"], told.GetProperty("digestTimes").EnumerateArray().Select(one => one.GetString()));
        Assert.Equal(["Monday", "Friday"], told.GetProperty("digestDays").EnumerateArray().Select(one => one.GetString()));
        Assert.Equal(("藍色蒼鷺", "Asia/Taipei", 6.5, "zh-Hant"), (told.GetProperty("digestPhrase").GetString(), told.GetProperty("timeZone").GetString(),
            told.GetProperty("spamThreshold").GetDouble(), told.GetProperty("language").GetString()));
        using var put = await program.PutAsJsonAsync("/api/v1/preferences", new { digestTimes = Array.Empty<string>() }, Cancel);
        var off = await put.Content.ReadFromJsonAsync<JsonElement>(Cancel);
        Assert.Equal((0, JsonValueKind.Null), (off.GetProperty("digestTimes").GetArrayLength(), off.GetProperty("nextDigest").ValueKind));
        Assert.Null(world.Counter.Desk.Accounts.Find(WebWorld.Alice)!.Language);
    }

    [Fact]
    public async Task A_digest_is_sent_at_once_to_whoever_asks_and_tells_the_same_once()
    {
        await using var world = await WebWorld.StartAsync();
        var browser = await world.BrowserAsync(WebWorld.Alice);
        await world.HeldAsync("Offer", Mails.To(WebWorld.Alice, Dispositions.HeldSpam));
        using var sent = await WebWorld.PostFormAsync(browser, "/settings", "/settings/digest");
        Assert.Equal("/settings?sent=1", sent.Headers.Location?.ToString());
        var made = Assert.Single(world.Facts<DigestMade>());
        Assert.Equal((WebWorld.Alice, "user", WebWorld.Alice, 1), (made.Account, made.Actor.Kind, made.Actor.Name, made.Items.Count));

        using var again = await WebWorld.PostFormAsync(browser, "/settings", "/settings/digest");
        Assert.Equal(HttpStatusCode.Conflict, again.StatusCode);
        Assert.Contains("Nothing new is held for you.", await again.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        using var program = await (await world.ProgramAsync(WebWorld.Alice)).PostAsync("/api/v1/preferences/digest", null, Cancel);
        Assert.Equal(HttpStatusCode.Conflict, program.StatusCode);
        Assert.Single(world.Facts<DigestMade>());
    }

    [Theory]
    [InlineData("times", "noon", "bad-times")]
    [InlineData("times", "01:00,02:00,03:00,04:00,05:00,06:00,07:00", "too-many-times")]
    [InlineData("phrase", "abc", "bad-phrase")]
    [InlineData("phrase", "right \u202E left", "bad-phrase")]
    [InlineData("zone", "Taipei", "bad-time-zone")]
    [InlineData("threshold", "much", "bad-threshold")]
    [InlineData("threshold", "NaN", "bad-threshold")]
    [InlineData("threshold", "-1", "bad-threshold")]
    [InlineData("language", "fr", "bad-language")]
    public async Task A_choice_that_cannot_be_is_said_in_words_and_changes_nothing(string field, string value, string code)
    {
        await using var world = await WebWorld.StartAsync();
        var browser = await world.BrowserAsync(WebWorld.Alice);
        var fields = new Dictionary<string, string> { ["schedule"] = "own", ["times"] = "08:00", [field] = value };
        using var answer = await WebWorld.PostFormAsync(browser, "/settings", "/settings", [.. fields.Select(one => (one.Key, one.Value))]);

        Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
        var words = WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync(Cancel));
        Assert.Contains(Recorder.Web.Texts.Text.English["refused." + code], words, StringComparison.Ordinal);
        Assert.Empty(world.Facts<PreferencesSet>());
    }
}
