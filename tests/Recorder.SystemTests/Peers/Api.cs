using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Recorder.SystemTests.Peers;

/// <summary>One signed-in account at Recorder's HTTP surface.</summary>
internal sealed class Api : IDisposable
{
    private readonly HttpClient client;

    private Api(HttpClient client) => this.client = client;

    public static async Task<Api> SignInAsync(RecorderProcess recorder, string address, string password)
    {
        var client = new HttpClient { BaseAddress = new Uri(recorder.Web, "/api/v1/") };
        var answer = await client.PostAsJsonAsync("session", new { address, password });
        Assert.True(answer.IsSuccessStatusCode, $"sign in as {address}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        var token = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["token"]!.GetValue<string>();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return new Api(client);
    }

    public async Task<JsonNode> GetAsync(string path) => JsonNode.Parse(await client.GetStringAsync(path))!;

    /// <summary>Null where it is not this account's, or not there.</summary>
    public async Task<byte[]?> RawAsync(string id)
    {
        using var answer = await client.GetAsync($"messages/{id}/raw");
        return answer.IsSuccessStatusCode ? await answer.Content.ReadAsByteArrayAsync() : null;
    }

    /// <summary>Ids and subjects of all hits, page by page to the end.</summary>
    public async Task<IReadOnlyList<(string Id, string Subject)>> FindAsync(string query)
    {
        var all = new List<(string, string)>();
        string? cursor = null;
        do
        {
            var page = await GetAsync($"messages?limit=200&q={Uri.EscapeDataString(query)}" + (cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}"));
            all.AddRange(page["items"]!.AsArray().Select(item => (item!["id"]!.GetValue<string>(), item["subject"]!.GetValue<string>())));
            cursor = page["next"]?.GetValue<string>();
        }
        while (cursor is not null);
        return all;
    }

    /// <summary>Waits until everything recorded so far can be found.</summary>
    public Task UntilIndexedAsync() => Machine.UntilAsync("the index to be at the end of the log", async () => (await GetAsync("messages?limit=1"))["indexLag"]!.GetValue<long>() == 0);

    public Task<HttpResponseMessage> PostAsync(string path, object body) => client.PostAsJsonAsync(path, body);

    public Task<HttpResponseMessage> PutAsync(string path, object body) => client.PutAsJsonAsync(path, body);

    public void Dispose() => client.Dispose();
}
