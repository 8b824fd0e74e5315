using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Recorder.Tests.Fakes;

namespace Recorder.Tests.Web;

public sealed class ApiTests
{
    private static async Task<JsonElement> Json(HttpClient client, string path) => await client.GetFromJsonAsync<JsonElement>(path);

    [Fact]
    public async Task A_program_finds_a_message_and_has_it_sent_again_once()
    {
        await using var world = await WebWorld.StartAsync();
        var alice = await world.ProgramAsync(WebWorld.Alice);
        var id = await world.RecordAsync("From: Lib <lib@example.org>\r\nSubject: Minutes\r\n\r\nHello.\r\n", WebWorld.Alice);
        await world.Counter.IndexAsync();

        var page = await Json(alice, "/api/v1/messages?q=Minutes&limit=5");
        var item = page.GetProperty("items")[0];
        Assert.Equal((id.ToString(), "Minutes"), (item.GetProperty("id").GetString(), item.GetProperty("subject").GetString()));
        Assert.Equal(["id", "receivedAt", "from", "to", "subject", "summary", "size", "state", "hasAttachment"], item.EnumerateObject().Select(member => member.Name));
        Assert.Equal(["items", "next", "total", "totalIsExact", "hints", "indexedThrough", "indexLag", "understood"], page.EnumerateObject().Select(member => member.Name));
        Assert.Equal("Hello.", (await Json(alice, $"/api/v1/messages/{id}")).GetProperty("text").GetString()!.Trim());

        for (var ask = 0; ask < 2; ask++)
        {
            using var answer = await alice.PostAsJsonAsync($"/api/v1/messages/{id}/resend", new { to = WebWorld.Alice });
            Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
            Assert.Equal("pending", (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("state").GetString());
            Assert.Equal(1, (await Json(alice, answer.Headers.Location!.OriginalString)).GetProperty("items").GetArrayLength());
        }

        var steps = (await Json(alice, $"/api/v1/messages/{id}/timeline")).GetProperty("items").EnumerateArray().Select(step => step.GetProperty("code").GetString());
        Assert.Equal(["received", "viewed", "resend-requested"], steps);
    }

    [Fact(Timeout = 60_000)]
    public async Task One_account_asking_for_a_hundred_things_at_once_is_slowed_and_others_are_not()
    {
        Stalled? stalled = null;
        await using var world = await WebWorld.StartAsync(real => stalled = new Stalled(real));
        var (alice, bob) = (await world.ProgramAsync(WebWorld.Alice), await world.ProgramAsync(WebWorld.Bob));
        var id = await world.RecordAsync("Subject: x\r\n\r\nHello.\r\n", WebWorld.Alice, WebWorld.Bob);
        var asked = Enumerable.Range(0, 100).Select(_ => alice.GetAsync($"/api/v1/messages/{id}/raw")).ToList();
        using var first = await (await Task.WhenAny(asked)).WaitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.TooManyRequests, first.StatusCode);
        using var other = await bob.GetAsync($"/api/v1/messages/{id}", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);

        // Those that wait for their turn do not end before it comes.
        while (asked.Count(one => one.IsCompleted) < 52)
        {
            await Task.Yield();
        }

        stalled!.LetGo();
        var answers = await Task.WhenAll(asked);
        Assert.Equal(48, answers.Count(answer => answer.StatusCode == HttpStatusCode.NotFound));
        Array.ForEach(answers, answer => answer.Dispose());
    }

    [Theory]
    [InlineData("to-other", HttpStatusCode.Conflict, "not-own-address")]
    [InlineData("release", HttpStatusCode.Conflict, "not-held")]
    [InlineData("bad-json", HttpStatusCode.BadRequest, "bad-request")]
    [InlineData("unknown-route", HttpStatusCode.NotFound, "http-404")]
    [InlineData("wrong-method", HttpStatusCode.MethodNotAllowed, "http-405")]
    [InlineData("bad-limit", HttpStatusCode.BadRequest, "bad-request")]
    [InlineData("wrong-password", HttpStatusCode.Unauthorized, "wrong-credentials")]
    public async Task Every_error_is_a_problem_document_with_a_code(string which, HttpStatusCode status, string code)
    {
        await using var world = await WebWorld.StartAsync();
        var alice = await world.ProgramAsync(WebWorld.Alice);
        var id = await world.RecordAsync("Subject: Minutes\r\n\r\nHello.\r\n", WebWorld.Alice);
        using var answer = await (which switch
        {
            "to-other" => alice.PostAsJsonAsync($"/api/v1/messages/{id}/resend", new { to = WebWorld.Bob }),
            "release" => alice.PostAsync($"/api/v1/messages/{id}/release", null),
            "bad-json" => alice.PostAsync("/api/v1/session", new StringContent("{", null, "application/json")),
            "unknown-route" => alice.GetAsync("/api/v1/nothing"),
            "wrong-method" => alice.DeleteAsync("/api/v1/messages"),
            "bad-limit" => alice.GetAsync("/api/v1/messages?limit=many"),
            _ => alice.PostAsJsonAsync("/api/v1/session", new { address = WebWorld.Alice, password = "x" }),
        });
        Assert.Equal((status, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType!.MediaType));
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(((int)status, code), (problem.GetProperty("status").GetInt32(), problem.GetProperty("code").GetString()));
        Assert.NotEmpty(problem.GetProperty("detail").GetString()!);
    }

    [Fact]
    public async Task A_view_that_cannot_be_recorded_is_refused_with_503()
    {
        await using var world = await WebWorld.StartAsync(real => new Busy(real));
        var alice = await world.ProgramAsync(WebWorld.Alice);
        var id = await world.RecordAsync("Subject: Minutes\r\n\r\nHello.\r\n", WebWorld.Alice);
        using var answer = await alice.GetAsync($"/api/v1/messages/{id}");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.DoesNotContain("Hello", await answer.Content.ReadAsStringAsync());
        using var page = await alice.GetAsync($"/mail/{id}");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, page.StatusCode);
        using var source = await alice.GetAsync($"/mail/{id}/source");
        Assert.Equal(HttpStatusCode.InternalServerError, source.StatusCode);
        Assert.DoesNotContain("unforeseen", await source.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("en", "Many people are searching")]
    [InlineData("zh-TW", "請過幾秒再試一次")]
    public async Task A_search_that_finds_no_place_says_when_to_try_again(string language, string words)
    {
        await using var world = await WebWorld.StartAsync(real => new Busy(real));
        var alice = await world.ProgramAsync(WebWorld.Alice);
        alice.DefaultRequestHeaders.Add("Accept-Language", language);
        using var answer = await alice.GetAsync("/api/v1/messages?q=minutes");
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType!.MediaType));
        Assert.True(answer.Headers.RetryAfter!.Delta > TimeSpan.Zero);
        Assert.Equal("search-busy", (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString());
        using var page = await alice.GetAsync("/mail?q=minutes");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, page.StatusCode);
        Assert.Contains(words, System.Net.WebUtility.HtmlDecode(await page.Content.ReadAsStringAsync()));
    }

    [Fact]
    public async Task An_ended_token_opens_nothing()
    {
        await using var world = await WebWorld.StartAsync();
        var alice = await world.ProgramAsync(WebWorld.Alice);
        using var ended = await alice.DeleteAsync("/api/v1/session");
        Assert.Equal(HttpStatusCode.NoContent, ended.StatusCode);
        using var late = await alice.GetAsync("/api/v1/messages");
        Assert.Equal(HttpStatusCode.Unauthorized, late.StatusCode);
    }

    [Fact]
    public async Task The_description_names_every_route_of_the_API_with_its_answer()
    {
        await using var world = await WebWorld.StartAsync();
        var document = await Json(world.Anonymous(), "/openapi/v1.json");
        var routes = document.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Select(method => (Name: $"{method.Name.ToUpperInvariant()} {path.Name}", method.Value)))
            .ToList();
        var mapped = world.Endpoints.SelectMany(Recorder.Web.Security.RouteTable.NamesOf).Where(name => name.Contains(" /api/")).Select(name => name.Replace(":int", ""));
        Assert.Equal(mapped.Order(), routes.Select(route => route.Name).Order());
        Assert.All(routes, route => Assert.True(
            route.Value.GetProperty("responses").EnumerateObject().Any(answer => answer.Name is "204" || (answer.Name[0] == '2' && answer.Value.TryGetProperty("content", out _))), route.Name));
        Assert.Contains("MessageItem", document.GetProperty("components").GetProperty("schemas").EnumerateObject().Select(schema => schema.Name));
    }
}
