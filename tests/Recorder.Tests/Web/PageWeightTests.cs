using System.Text.RegularExpressions;
using Recorder.Tests.Fakes;
using Recorder.Web.Security;

namespace Recorder.Tests.Web;

public sealed partial class PageWeightTests(ITestOutputHelper output)
{
    private const int MaxBytes = 150_000;

    // A list is long by its mail, which does not count; a page of it without mail is counted.
    private static IEnumerable<string> Pages(WebWorld world) => world.Endpoints.SelectMany(RouteTable.NamesOf).Distinct()
        .Where(route => route.StartsWith("GET /", StringComparison.Ordinal) && !route.Contains('{') && !route.Contains("/api/") && !route.EndsWith("/export", StringComparison.Ordinal))
        .Select(route => route[4..]);

    [Fact]
    public async Task Every_page_with_all_it_loads_stays_under_150_kB_even_uncompressed()
    {
        await using var world = await WebWorld.StartAsync();
        var admin = await world.BrowserAsync(WebWorld.Admin);
        var id = await world.RecordAsync(System.Text.Encoding.UTF8.GetString(Mails.Message("Small")), WebWorld.Admin);
        await world.Counter.IndexAsync();
        var heaviest = 0;
        foreach (var path in Pages(world).Append($"/mail/{id}").Append($"/mail/{id}/source"))
        {
            using var answer = await admin.GetAsync(path);
            if (answer.Headers.Location is not null) continue;
            var page = await answer.Content.ReadAsStringAsync();
            var bytes = System.Text.Encoding.UTF8.GetByteCount(page);
            foreach (var asset in Assets().Matches(page).Select(match => match.Value).Distinct()) bytes += (await admin.GetByteArrayAsync(asset)).Length;
            heaviest = Math.Max(heaviest, bytes);
            Assert.True(bytes < MaxBytes, $"{path} weighs {bytes} bytes");
        }

        output.WriteLine($"the heaviest page: {heaviest} bytes");
        Assert.InRange(heaviest, 20_000, MaxBytes);
    }

    [Fact]
    public async Task Files_of_the_look_come_compressed_to_a_browser_and_plain_to_others()
    {
        await using var world = await WebWorld.StartAsync();
        var browser = await world.BrowserAsync(WebWorld.Alice);
        var file = Assets().Match(await browser.GetStringAsync("/mail")).Value;
        var plain = await browser.GetByteArrayAsync(file);
        using var request = new HttpRequestMessage(HttpMethod.Get, file) { Headers = { { "Accept-Encoding", "gzip, deflate, br, zstd" } } };
        using var answer = await browser.SendAsync(request);
        Assert.Equal(["br"], answer.Content.Headers.ContentEncoding);
        Assert.Contains("Accept-Encoding", answer.Headers.Vary);
        var compressed = await answer.Content.ReadAsByteArrayAsync();
        Assert.True(compressed.Length * 2 < plain.Length, $"{compressed.Length} of {plain.Length} bytes");
        await using var opened = new System.IO.Compression.BrotliStream(new MemoryStream(compressed), System.IO.Compression.CompressionMode.Decompress);
        using var whole = new MemoryStream();
        await opened.CopyToAsync(whole);
        Assert.Equal(plain, whole.ToArray());
        // What holds somebody's mail never is: its length would tell of it.
        using var page = new HttpRequestMessage(HttpMethod.Get, "/mail") { Headers = { { "Accept-Encoding", "gzip, deflate, br, zstd" } } };
        using var list = await browser.SendAsync(page);
        Assert.Empty(list.Content.Headers.ContentEncoding);
    }

    [GeneratedRegex("/assets/[^\"]+")]
    private static partial Regex Assets();
}
