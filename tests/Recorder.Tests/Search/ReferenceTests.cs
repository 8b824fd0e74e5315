using CsCheck;
using Recorder.Search;

namespace Recorder.Tests.Search;

public class ReferenceTests
{
    private const int Mails = 300;

    [Theory]
    [InlineData(1_000_000)]
    [InlineData(37)]
    public void The_index_answers_like_someone_who_looks_at_every_mail(int partitionDocuments)
    {
        using var bed = new SearchBed(partitionDocuments);
        var mails = Fill(bed, seed: 11);
        Gen.Int.Sample(seed =>
        {
            var random = new Random(seed);
            var query = SlowQuery.Random(random);
            var scope = random.Next(3) == 0 ? null : Scopes(random);
            var found = AllPages(bed, query.Text, scope, random.Next(5, 60));
            Assert.True(SlowQuery.Ids(mails, scope, query).SequenceEqual(found.Select(h => h.Id)), $"{query.Text} seed {seed}");
        }, iter: 200, threads: 1);
    }

    [Fact]
    public void No_hit_total_or_address_goes_beyond_the_scope()
    {
        using var bed = new SearchBed(50);
        var mails = Fill(bed, seed: 12).ToDictionary(m => m.Id);
        Gen.Int.Sample(seed =>
        {
            var random = new Random(seed);
            var scope = Scopes(random);
            var query = SlowQuery.Random(random).Text;
            var page = bed.Index.Search(new SearchRequest(scope, query, 500));
            Assert.Equal(page.Items.Count, page.Total);
            foreach (var hit in page.Items)
            {
                var own = SlowQuery.Own(mails[hit.Id], scope).ToList();
                Assert.NotEmpty(own);
                Assert.Equal(own, hit.Addresses);
                Assert.Equal(mails[hit.Id].Dispositions[own[0]], hit.Disposition);
            }
            foreach (var mail in mails.Values.Take(50))
                Assert.Equal(SlowQuery.Own(mail, scope).Any(), bed.Index.Find(mail.Id, scope, null) is not null);
        }, iter: 120, threads: 1);
    }

    [Fact]
    public void Whatever_is_typed_gets_an_answer_within_bounds()
    {
        using var bed = new SearchBed(50);
        Fill(bed, seed: 13);
        string[] pieces =
        [
            "(", ")", "\"", "「", "」", "“", "-", "－", ":", "：", "*", "OR", "AND", " ", "　", "from:", "寄件者：", "附件:", "has:", "is:", "after:", "before:",
            "older_than:", "newer_than:", "larger:", "on:", "日期：", "header:", "X-A:", "in-reply-to:", "is:hidden", "is:released", "含：圖片", "last week", "民國115年", "..", "<a@b.c>", "@b.c", "name <a@b.c>", "body:", "2026-11", "2026-99-99", "9999y", "99999999999999999999d", "5M", "1e9G", "report", "期", "期末成績", "al*", "a*", "\uD800",
            "\0", "@", "a@b", "a@b.c", "<>", "rfc822msgid:", "bcc:", "to:", "[", "\\", "\u0301", "ﷺ", "🚀",
        ];
        var piece = Gen.Int[0, pieces.Length - 1].Select(i => pieces[i]);
        var typed = Gen.OneOf(Gen.String, piece.Array[0, 60].Select(string.Concat), piece.Array[0, 2000].Select(string.Concat));
        Gen.Select(typed, Gen.String, Gen.Int[-5, 10_000]).Sample((query, cursor, limit) =>
        {
            var page = bed.Index.Search(new SearchRequest([new OwnerScope(SampleMail.Owners[0])], query, limit, cursor) { WithFacets = true, Order = (HitOrder)(limit & 1) });
            Assert.InRange(page.Items.Count, 0, 500);
            foreach (var part in page.Understood.Take(3)) bed.Index.Search(new SearchRequest([], part.Without));
            foreach (var hit in page.Items.Take(3)) page.Highlighter.Cut(hit.Summary, 50);
            Assert.InRange(page.Hints.Count, 0, 20);
            Assert.All(page.Items, hit => Assert.Equal([SampleMail.Owners[0]], hit.Addresses));
        }, iter: 400, threads: 1);
    }

    private static List<SearchDocument> Fill(SearchBed bed, int seed)
    {
        var mails = SampleMail.Many(Mails, new Random(seed));
        foreach (var batch in mails.Chunk(40))
        {
            bed.Index.Add(batch);
            bed.Index.Refresh(SampleMail.Through(batch)); // several segments in each partition
        }
        return mails;
    }

    private static List<OwnerScope> Scopes(Random random) =>
        Enumerable.Range(0, random.Next(4)).Select(_ => new OwnerScope(SampleMail.Pick(SampleMail.Owners, random), End(random), End(random))).ToList();

    private static DateTimeOffset? End(Random random) => random.Next(2) == 0 ? null : SearchBed.Now.AddHours(-random.Next(500));

    private static List<SearchHit> AllPages(SearchBed bed, string query, IReadOnlyList<OwnerScope>? scope, int limit)
    {
        var hits = new List<SearchHit>();
        for (string? cursor = null; ; )
        {
            var page = bed.Index.Search(new SearchRequest(scope, query, limit, cursor));
            hits.AddRange(page.Items);
            if (page.Next is null)
            {
                Assert.Equal(hits.Count, page.Total);
                return hits;
            }
            cursor = page.Next;
        }
    }
}
