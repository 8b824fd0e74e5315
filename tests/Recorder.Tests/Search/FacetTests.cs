using CsCheck;
using Recorder.Search;

namespace Recorder.Tests.Search;

public class FacetTests
{
    [Theory]
    [InlineData(1_000_000)]
    [InlineData(37)]
    public void Every_facet_says_what_its_narrowed_query_finds_and_nothing_is_left_out(int partitionDocuments)
    {
        using var bed = new SearchBed(partitionDocuments);
        var mails = SampleMail.Many(300, new Random(5));
        foreach (var batch in mails.Chunk(45))
        {
            bed.Index.Add(batch);
            bed.Index.Refresh(SampleMail.Through(batch));
        }
        Gen.Int.Sample(seed =>
        {
            var random = new Random(seed);
            var query = SlowQuery.Random(random);
            var scope = SampleMail.Owners.Where(_ => random.Next(2) == 0).Select(address => new OwnerScope(address)).ToList();
            var page = bed.Index.Search(new SearchRequest(scope, query.Text, 1) { WithFacets = true });
            foreach (var facet in page.Facets)
            {
                var narrowed = bed.Index.Search(new SearchRequest(scope, $"{facet.Clause} {query.Text}", 1));
                Assert.True(narrowed.Total == facet.Count && facet.IsExact && facet.Count > 0, $"{facet} but {narrowed.Total}: {query.Text} seed {seed}");
            }
            Assert.Equal(page.Total, page.Facets.Where(facet => facet.Kind == "month").Sum(facet => facet.Count));
            var attached = SlowQuery.Ids(mails, scope, query).Count(id => mails.First(mail => mail.Id == id).AttachmentNames.Count > 0);
            Assert.Equal(attached, page.Facets.FirstOrDefault(facet => facet is { Kind: "has", Value: "attachment" })?.Count ?? 0);
        }, iter: 60, threads: 1);
    }

    [Fact]
    public void Beyond_ten_thousand_hits_facets_are_lower_bounds_and_say_so()
    {
        using var bed = new SearchBed();
        bed.Index.Add([.. Enumerable.Range(0, MailIndex.ExactTotal + 50).Select(_ => bed.Mail("report"))]);
        bed.Show();
        var page = bed.Index.Search(new SearchRequest([new OwnerScope("amy@example.edu")], "report") { WithFacets = true });
        Assert.False(page.TotalIsExact);
        Assert.All(page.Facets, facet => Assert.Equal((MailIndex.ExactTotal, false), (facet.Count, facet.IsExact)));
        Assert.Contains(page.Facets, facet => facet is { Kind: "sender", Value: "sender@sender.example" });
    }

    [Fact]
    public void Months_are_those_of_the_readers_zone()
    {
        using var bed = new SearchBed();
        bed.Add(bed.Mail("one") with { ReceivedAt = new DateTimeOffset(2026, 10, 31, 20, 0, 0, TimeSpan.Zero) });
        bed.Show();
        var taipei = TimeZoneInfo.CreateCustomTimeZone("t", TimeSpan.FromHours(8), "t", "t");
        SearchPage At(TimeZoneInfo? zone, string query) => bed.Index.Search(new SearchRequest(null, query, Zone: zone) { WithFacets = true });
        Assert.Equal("on:2026-10", At(null, "").Facets.Single(facet => facet.Kind == "month").Clause);
        Assert.Equal("on:2026-11", At(taipei, "").Facets.Single(facet => facet.Kind == "month").Clause);
        Assert.Single(At(taipei, "on:2026-11").Items);
    }

    [Fact]
    public void The_best_match_of_the_newest_comes_first_and_pages_go_to_the_end()
    {
        using var bed = new SearchBed(300);
        for (var i = 0; i < 1200; i++) bed.Add(bed.Mail(i % 100 == 7 ? "budget report" : i % 10 == 3 ? "report" : "other", "budget report in the text"));
        bed.Show();
        var ids = new List<string>();
        for (string? cursor = null; ;)
        {
            var page = bed.Index.Search(new SearchRequest(null, "budget report", 70, cursor) { Order = HitOrder.Best });
            Assert.Equal(1200, page.Total);
            ids.AddRange(page.Items.Select(hit => hit.Id));
            if (cursor is null)
            {
                Assert.All(page.Items.Take(5), hit => Assert.Equal("budget report", hit.Subject));
                Assert.All(page.Items.Skip(5).Take(50), hit => Assert.Equal("report", hit.Subject));
            }
            if ((cursor = page.Next) is null) break;
            bed.Add(bed.Mail("budget report", "arrives while pages are turned"));
            bed.Show();
        }
        Assert.Equal((1200, 1200), (ids.Count, ids.Distinct().Count()));
    }

    [Fact]
    public void A_cursor_of_one_order_is_none_of_the_other()
    {
        using var bed = new SearchBed();
        for (var i = 0; i < 10; i++) bed.Add(bed.Mail("report"));
        bed.Show();
        var newest = bed.Index.Search(new SearchRequest(null, "report", 3));
        Assert.Contains("bad-cursor:", bed.Index.Search(new SearchRequest(null, "report", 3, newest.Next) { Order = HitOrder.Best }).Hints);
    }
}
