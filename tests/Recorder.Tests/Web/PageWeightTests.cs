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

    [GeneratedRegex("/assets/[^\"]+")]
    private static partial Regex Assets();
}
