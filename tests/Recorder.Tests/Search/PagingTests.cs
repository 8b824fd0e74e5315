using Recorder.Search;

namespace Recorder.Tests.Search;

public class PagingTests
{
    [Fact]
    public void Paging_reaches_the_end_with_every_mail_once_while_mail_arrives_and_partitions_close()
    {
        using var bed = new SearchBed(partitionDocuments: 25);
        var random = new Random(21);
        var before = SampleMail.Many(200, random);
        bed.Index.Add(before);
        bed.Index.Refresh(SampleMail.Through(before));
        var (seen, cursor, next) = (new List<string>(), (string?)null, 201);
        do
        {
            var page = bed.Search("", limit: 7, cursor);
            Assert.Equal(200, page.Total);
            seen.AddRange(page.Items.Select(i => i.Id));
            cursor = page.Next;
            var arrived = Enumerable.Range(next, 4).Select(i => SampleMail.Make(i, random)).ToList(); // some with old received times
            next += 4;
            bed.Index.Add(arrived);
            bed.Index.Refresh(SampleMail.Through(arrived));
            if (next % 5 == 0) bed.Index.Commit(SampleMail.Through(arrived));
        }
        while (cursor is not null);
        Assert.Equal(before.Select(m => m.Id).Order(), seen.Order());
        Assert.Equal(next - 1, bed.Index.DocumentCount);
    }

    [Fact]
    public void A_cursor_of_another_query_or_none_at_all_starts_at_the_first_page_with_a_hint()
    {
        using var bed = new SearchBed();
        bed.Index.Add(SampleMail.Many(20, new Random(1)));
        bed.Show();
        var first = bed.Search("", 5);
        foreach (var (query, cursor) in (ValueTuple<string, string>[])[("alpha OR beta", first.Next!), ("", "garbage"), ("", first.Next![..^2]), ("", first.Next! + "AA")])
        {
            var page = bed.Search(query, 5, cursor);
            Assert.Contains("bad-cursor:", page.Hints);
            Assert.Equal(bed.Search(query, 5).Items.Select(i => i.Id), page.Items.Select(i => i.Id));
        }
    }

    [Fact]
    public void Totals_are_exact_to_ten_thousand_and_then_more_than_that()
    {
        using var bed = new SearchBed(partitionDocuments: 6000);
        var mail = bed.Mail("alpha");
        SearchDocument Copy(int i) => mail with { Id = $"c{i}", Sequence = i, ReceivedAt = mail.ReceivedAt.AddSeconds(i) };
        bed.Index.Add(Enumerable.Range(1, 10_000).Select(Copy).ToList());
        bed.Show();
        var exact = bed.Search("alpha");
        Assert.Equal((10_000, true), (exact.Total, exact.TotalIsExact));
        bed.Index.Add(Enumerable.Range(10_001, 20_000).Select(Copy).ToList());
        bed.Show();
        var more = bed.Search("alpha");
        Assert.Equal((10_000, false), (more.Total, more.TotalIsExact));
        Assert.Equal(Enumerable.Range(0, 50).Select(i => $"c{30_000 - i}"), more.Items.Select(i => i.Id));
        var second = bed.Search("alpha", 50, more.Next);
        Assert.Equal((10_000, false), (second.Total, second.TotalIsExact));
        Assert.Equal(Enumerable.Range(50, 50).Select(i => $"c{30_000 - i}"), second.Items.Select(i => i.Id));
    }

    [Fact]
    public void A_large_segment_in_any_order_of_time_gives_the_newest_first_to_the_very_end()
    {
        using var bed = new SearchBed();
        var random = new Random(5);
        var mail = bed.Mail("alpha");
        var mails = Enumerable.Range(1, 25_000).Select(i => mail with
        {
            Id = $"c{i}", Sequence = i, Owners = [i % 3 == 0 ? "b" : "a"], ReceivedAt = mail.ReceivedAt.AddSeconds(i % 10 == 0 ? random.Next(-25_000, 25_000) : i),
        }).ToList();
        bed.Index.Add(mails);
        bed.Show();
        var expected = mails.OrderByDescending(m => m.ReceivedAt).ThenByDescending(m => m.Sequence).Select(m => m.Id).ToList();
        var (seen, cursor) = (new List<string>(), (string?)null);
        do
        {
            var page = bed.Search("alpha", 500, cursor);
            seen.AddRange(page.Items.Select(i => i.Id));
            cursor = page.Next;
        }
        while (cursor is not null);
        Assert.Equal(expected, seen);
        var afternoon = SearchBed.Now.AddHours(3);
        Assert.Equal(
            mails.Count(m => m.Owners[0] == "b" && m.ReceivedAt >= afternoon),
            bed.Index.Search(new SearchRequest([new OwnerScope("b", afternoon)], "alpha")).Total);
    }

    [Theory]
    [InlineData(1_000_000)]
    [InlineData(7)]
    public void Mail_that_is_kept_since_later_than_it_was_received_expires_later(int partitionDocuments)
    {
        using var bed = new SearchBed(partitionDocuments);
        var imported = SearchBed.Now.AddDays(-10);
        for (var i = 0; i < 40; i++)
            bed.Add(bed.Mail($"alpha {i}") with { ReceivedAt = SearchBed.Now.AddDays(-4000 + i), KeptSince = i % 4 == 0 ? imported : null });
        bed.Show();
        foreach (var (limit, expected) in new[] { (imported.AddDays(-1), 10), (imported.AddTicks(1), 0) })
        {
            var page = bed.Index.Search(new SearchRequest(null, "alpha", NotBefore: limit));
            Assert.Equal((expected, expected), (page.Items.Count, (int)page.Total));
        }
    }

    [Fact]
    public void What_has_expired_is_found_in_no_way()
    {
        using var bed = new SearchBed();
        var old = bed.Add(bed.Mail("alpha") with { ReceivedAt = SearchBed.Now.AddDays(-400) });
        var young = bed.Add(bed.Mail("alpha"));
        bed.Show();
        var limit = SearchBed.Now.AddDays(-365);
        var page = bed.Index.Search(new SearchRequest(null, "alpha", NotBefore: limit));
        Assert.Equal(young.Id, Assert.Single(page.Items).Id);
        Assert.Equal(1, page.Total);
        Assert.Null(bed.Index.Find(old.Id, null, limit));
        Assert.NotNull(bed.Index.Find(old.Id, null, null));
    }

    [Fact]
    public void An_empty_scope_sees_nothing()
    {
        using var bed = SearchBed.With("alpha");
        var page = bed.Index.Search(new SearchRequest([], ""));
        Assert.Empty(page.Items);
        Assert.Equal(0, page.Total);
        Assert.Null(bed.Index.Find("id-000001", [], null));
    }

    [Fact]
    public void A_hit_carries_what_a_list_shows()
    {
        using var bed = new SearchBed();
        var mail = bed.Add(bed.Mail("Subject", "text") with
        {
            Owners = ["x@example.edu", "amy@example.edu"], AttachmentNames = ["a.pdf"],
            Dispositions = new Dictionary<string, string> { ["x@example.edu"] = "held.spam", ["amy@example.edu"] = "deliver" },
        });
        bed.Show();
        var hit = Assert.Single(bed.Search("", 50, null, new OwnerScope("amy@example.edu")).Items);
        Assert.Equal((mail.Id, "a", 1L, mail.ReceivedAt), (hit.Id, hit.Lane, hit.Sequence, hit.ReceivedAt));
        Assert.Equal(("deliver", "Subject", mail.From, mail.To), (hit.Disposition, hit.Subject, hit.From, hit.To));
        Assert.Equal(("text", true, 1000L), (hit.Summary, hit.HasAttachment, hit.SizeBytes));
        Assert.Equal(["amy@example.edu"], hit.Addresses);
        Assert.Equivalent(hit, bed.Index.Find(mail.Id, [new OwnerScope("amy@example.edu")], null));
    }

    [Fact]
    public void A_forged_cursor_is_no_cursor()
    {
        // Version, order, then a lane whose length is negative; the checksum is no secret.
        byte[] body = [1, .. new byte[8], 0xFF, 0xFF, 0xFF, 0xFF, 0x0F];
        byte[] checksum = System.Security.Cryptography.SHA256.HashData([.. body, .. "all"u8])[..8];
        var text = System.Buffers.Text.Base64Url.EncodeToString([.. body, .. checksum]);
        Assert.Null(Recorder.Search.Paging.Cursor.FromText(text, "all"));
    }
}
