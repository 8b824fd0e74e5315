using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Recorder.Smtp;
using Recorder.SystemTests.Peers;

namespace Recorder.SystemTests;

/// <summary>The quarantine as people and programs use it, on the demo with its real next hop.</summary>
public sealed class QuarantineActsTests : IAsyncLifetime
{
    // As the demo makes them.
    private const int Admin = 0, User = 1;

    private DemoProcess? demo;

    private DemoProcess Demo => demo!;

    public async ValueTask InitializeAsync() => demo = await DemoProcess.StartAsync();

    public async ValueTask DisposeAsync() => await Demo.DisposeAsync();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private async Task<HttpClient> SignInAsync(int account)
    {
        var client = new HttpClient { BaseAddress = Demo.Web };
        var (address, password) = Demo.Accounts[account];
        using var answer = await client.PostAsJsonAsync("/api/v1/session", new { address, password }, Cancel);
        var token = (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("token").GetString();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    private async Task SendAsync(string subject)
    {
        await using var pool = Wire.Sender(Demo.SmtpPort, SmtpProtocol.Smtp);
        var result = (await pool.SendAsync(Wire.Mail(subject), "a@sender.example", Demo.Accounts[User].Address))[0];
        Assert.True(result.Outcome == DeliveryOutcome.Accepted, $"{result.Reply} {result.Error}");
    }

    private static async Task<JsonElement> FoundAsync(HttpClient client, string query)
    {
        JsonElement found = default;
        await Machine.UntilAsync($"a hit for {query}", async () =>
        {
            var answer = await client.GetFromJsonAsync<JsonElement>($"/api/v1/messages?q={Uri.EscapeDataString(query)}", Cancel);
            found = answer.GetProperty("items").EnumerateArray().FirstOrDefault();
            return found.ValueKind == JsonValueKind.Object;
        });
        return found;
    }

    // Mail of a sender whom the user blocked is held: no filter is needed for that.
    private async Task<string> HeldAsync(HttpClient client, string subject)
    {
        await SendAsync(subject + "-before");
        var before = (await FoundAsync(client, $"subject:{subject}-before")).GetProperty("id").GetString();
        using var blocked = await client.PostAsync($"/api/v1/messages/{before}/block-sender", null, Cancel);
        Assert.Equal(HttpStatusCode.OK, blocked.StatusCode);
        await SendAsync(subject + "-held");
        return (await FoundAsync(client, $"subject:{subject}-held is:held")).GetProperty("id").GetString()!;
    }

    [Fact]
    public async Task Ten_simultaneous_releases_deliver_held_mail_once_and_the_next_hops_words_are_told()
    {
        using var client = await SignInAsync(User);
        var id = await HeldAsync(client, "Tenfold");
        var opened = await client.GetFromJsonAsync<JsonElement>($"/api/v1/messages/{id}", Cancel);
        Assert.Equal("Your block list has a@sender.example.", opened.GetProperty("why")[0].GetProperty("sentence").GetString());

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => client.PostAsJsonAsync($"/api/v1/messages/{id}/release", new { }, Cancel)));
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode));
        JsonElement dispatches = default;
        await Machine.UntilAsync("the next hop to take it", async () =>
        {
            dispatches = (await client.GetFromJsonAsync<JsonElement>($"/api/v1/messages/{id}/dispatches", Cancel)).GetProperty("items");
            return dispatches[0].GetProperty("state").GetString() == "accepted";
        });
        Assert.Equal(1, dispatches.GetArrayLength());
        Assert.NotEmpty(dispatches[0].GetProperty("words").GetString()!);
        using var timeline = await client.GetAsync($"/api/v1/messages/{id}/timeline", Cancel);
        var steps = (await timeline.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("items").EnumerateArray().Select(step => step.GetProperty("code").GetString());
        Assert.Single(steps, code => code == "released");
    }

    [Fact]
    public async Task A_safe_copy_arrives_and_a_whole_query_is_released_as_one_job()
    {
        using var client = await SignInAsync(User);
        var id = await HeldAsync(client, "Whole");
        await SendAsync("Whole-held-too");
        await FoundAsync(client, "subject:Whole-held-too is:held");
        using var copy = await client.PostAsync($"/api/v1/messages/{id}/safe-copy", null, Cancel);
        Assert.Equal(HttpStatusCode.Accepted, copy.StatusCode);
        using var started = await client.PostAsJsonAsync("/api/v1/bulk", new { act = "release", query = "subject:Whole is:held" }, Cancel);
        JsonElement job = default;
        await Machine.UntilAsync("the job to end", async () =>
        {
            job = await client.GetFromJsonAsync<JsonElement>(started.Headers.Location, Cancel);
            return job.GetProperty("state").GetString() == "done";
        });
        Assert.Equal((2, 2, 0), (job.GetProperty("total").GetInt32(), job.GetProperty("done").GetInt32(), job.GetProperty("refused").GetInt32()));
        await Machine.UntilAsync("both dispatches to be accepted", async () =>
            (await client.GetFromJsonAsync<JsonElement>($"/api/v1/messages/{id}/dispatches", Cancel)).GetProperty("items").EnumerateArray()
                .Count(dispatch => dispatch.GetProperty("state").GetString() == "accepted") == 2);
    }

    [Theory]
    [InlineData("en-GB", 1440)]
    [InlineData("en-GB", 390)]
    [InlineData("zh-TW", 1440)]
    [InlineData("zh-TW", 390)]
    public async Task Pages_of_the_quarantine_are_accessible_and_fit_and_work_by_one_tap(string locale, int widthPixels)
    {
        Browser.Need();
        using var client = await SignInAsync(User);
        var id = await HeldAsync(client, "Pages");
        var other = (await FoundAsync(client, "subject:Pages-before")).GetProperty("id").GetString();
        await SendAsync("Pages-more");
        await FoundAsync(client, "subject:Pages-more is:held");
        await using var browser = await Browser.StartAsync();
        var page = await browser.PageAsync(locale: locale, widthPixels: widthPixels);
        await page.GotoAsync(new Uri(Demo.Web, "/signin").ToString());
        await page.Locator("input[name=address]").FillAsync(Demo.Accounts[User].Address);
        await page.Locator("input[name=password]").FillAsync(Demo.Accounts[User].Password);
        await page.Locator("main button[type=submit]").ClickAsync();
        await page.Locator("form.search").WaitForAsync();
        var faults = new List<string>();
        foreach (var path in new[] { "/quarantine", "/mail?q=subject%3APages", $"/mail/{id}", $"/mail/{other}" })
        {
            await page.GotoAsync(new Uri(Demo.Web, path).ToString());
            await Look.AtAsync(page, $"{locale}-{widthPixels}-{(path == $"/mail/{id}" ? "held" : path == $"/mail/{other}" ? "message" : path.Split('?')[0].Trim('/'))}", faults);
        }

        await page.GotoAsync(new Uri(Demo.Web, "/quarantine").ToString());
        await page.Locator(".held-row button[value=release]").First.ClickAsync();
        await page.Locator(".badge.pending, .badge.released").First.WaitForAsync();
        await page.Locator("details.bulk summary").ClickAsync();
        await page.Locator("details.bulk button[value=reportSpam]").ClickAsync();
        await page.Locator("[data-part=job]").WaitForAsync();
        await Look.AtAsync(page, $"{locale}-{widthPixels}-job", faults);
        await page.GotoAsync(new Uri(Demo.Web, "/jobs").ToString());
        await page.Locator("a[href^='/jobs/']").First.WaitForAsync();
        await Look.AtAsync(page, $"{locale}-{widthPixels}-jobs", faults);
        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    [Theory]
    [InlineData("en-GB", 1440)]
    [InlineData("en-GB", 390)]
    [InlineData("zh-TW", 1440)]
    [InlineData("zh-TW", 390)]
    public async Task Pages_of_administrators_are_accessible_and_a_campaign_holds(string locale, int widthPixels)
    {
        Browser.Need();
        using var client = await SignInAsync(User);
        await SendAsync("Campaign-one");
        var id = (await FoundAsync(client, "subject:Campaign-one")).GetProperty("id").GetString();
        using var program = await SignInAsync(Admin);
        Assert.Equal(HttpStatusCode.OK, (await program.GetAsync("/api/v1/admin/requests", Cancel)).StatusCode);
        await using var browser = await Browser.StartAsync();
        var page = await browser.PageAsync(locale: locale, widthPixels: widthPixels);
        await page.GotoAsync(new Uri(Demo.Web, "/signin").ToString());
        await page.Locator("input[name=address]").FillAsync(Demo.Accounts[Admin].Address);
        await page.Locator("input[name=password]").FillAsync(Demo.Accounts[Admin].Password);
        await page.Locator("main button[type=submit]").ClickAsync();
        await page.Locator("form.search").WaitForAsync();
        var faults = new List<string>();
        await page.GotoAsync(new Uri(Demo.Web, $"/admin/campaign?record={id}").ToString());
        await Look.AtAsync(page, $"{locale}-{widthPixels}-campaign", faults);
        await page.Locator("input[name=reason]").FillAsync("a test");
        await page.Locator("button[value=hold]").ClickAsync();
        await page.Locator(".note.good").WaitForAsync();
        using var closed = await client.GetAsync($"/api/v1/messages/{id}/raw", Cancel);
        Assert.Equal(HttpStatusCode.Conflict, closed.StatusCode);
        using var asked = await client.PostAsJsonAsync($"/api/v1/messages/{id}/request", new { words = "I need it for the audit" }, Cancel);
        Assert.Equal(HttpStatusCode.OK, asked.StatusCode);
        await page.GotoAsync(new Uri(Demo.Web, "/admin/requests").ToString());
        await Look.AtAsync(page, $"{locale}-{widthPixels}-requests", faults);
        await page.Locator(".links a").First.ClickAsync();
        await page.Locator("pre.text").WaitForAsync();
        await Look.AtAsync(page, $"{locale}-{widthPixels}-request", faults);
        await page.Locator("button[value=true]").ClickAsync();
        await page.Locator(".empty").WaitForAsync();
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync($"/api/v1/messages/{id}/raw", Cancel)).StatusCode);
        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }
}
