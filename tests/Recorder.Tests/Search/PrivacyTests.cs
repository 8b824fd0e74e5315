using CsCheck;
using Recorder.Search;

namespace Recorder.Tests.Search;

/// <summary>
/// Promise 5 for searches, as non-interference: a reader's answer is the same, to the last count, facet, hint and marked
/// word, whether the index holds everybody's mail or nothing but the reader's own copies.
/// </summary>
public class PrivacyTests
{
    private static readonly string[] Marks = [RecordMarkNames.Released, RecordMarkNames.Resent, RecordMarkNames.Requested, RecordMarkNames.Reported, RecordMarkNames.Hidden];

    private sealed class SomeMarks(HashSet<(string Mark, string Address, string Id)> all) : IRecordMarks
    {
        public IReadOnlyList<string> Of(string mark, string? address) =>
            [.. all.Where(one => one.Mark == mark && one.Address == address).Select(one => one.Id).Order(StringComparer.Ordinal)];
    }

    [Theory]
    [InlineData(1_000_000)]
    [InlineData(60)]
    public void Mail_and_recipients_of_others_change_nothing_in_a_readers_answer(int partitionDocuments) => Gen.Int.Sample(
        seed =>
        {
            var random = new Random(seed);
            var mails = SampleMail.Many(150, random);
            var scope = Scopes(random);
            using var everybody = Filled(mails, partitionDocuments);
            using var own = Filled([.. mails.Select(mail => Narrowed(mail, scope)).OfType<SearchDocument>()], partitionDocuments);
            var marks = AnyMarks(mails, random);
            for (var i = 0; i < 25; i++)
            {
                var request = new SearchRequest(scope, Query(random), random.Next(1, 20))
                {
                    Marks = marks, WithFacets = true, Order = random.Next(4) == 0 ? HitOrder.Best : HitOrder.Newest,
                };
                var (among, alone) = (Shown(everybody, request), Shown(own, request));
                Assert.True(among == alone, $"{request.Query} seed {seed}\n{among}\n{alone}");
            }
        },
        iter: 8, threads: 1);

    /// <summary>All pages as one text: whatever differs anywhere differs here.</summary>
    private static string Shown(SearchBed bed, SearchRequest request)
    {
        var lines = new List<string>();
        for (string? cursor = null; ;)
        {
            var page = bed.Index.Search(request with { Cursor = cursor });
            lines.Add($"{page.Total} {page.TotalIsExact} {string.Join(' ', page.Hints)} {string.Join(' ', page.Understood)} {page.Next is not null}");
            lines.AddRange(page.Facets.Select(facet => facet.ToString()));
            foreach (var hit in page.Items)
                lines.Add($"{hit with { Addresses = [] }} {string.Join(',', hit.Addresses)} {string.Join(',', page.Highlighter.InSubject(hit.Subject))} {page.Highlighter.Cut(hit.Summary, 80)?.Text}");
            if ((cursor = page.Next) is null) return string.Join('\n', lines);
        }
    }

    private static SearchBed Filled(List<SearchDocument> mails, int partitionDocuments)
    {
        var bed = new SearchBed(partitionDocuments);
        foreach (var batch in mails.Chunk(35))
        {
            bed.Index.Add(batch);
            bed.Index.Refresh(SampleMail.Through(batch));
        }
        return bed;
    }

    private static SearchDocument? Narrowed(SearchDocument mail, List<OwnerScope> scope)
    {
        var own = SlowQuery.Own(mail, scope).ToList();
        return own.Count == 0 ? null : mail with { Owners = own, Dispositions = own.ToDictionary(address => address, address => mail.Dispositions[address]) };
    }

    private static List<OwnerScope> Scopes(Random random) =>
        [.. SampleMail.Owners.Where(_ => random.Next(2) == 0).DefaultIfEmpty(SampleMail.Owners[1]).Select(address => new OwnerScope(address, End(random), End(random)))];

    private static DateTimeOffset? End(Random random) => random.Next(2) == 0 ? null : SearchBed.Now.AddHours(-random.Next(500));

    private static SomeMarks AnyMarks(List<SearchDocument> mails, Random random) => new(
        [.. mails.SelectMany(mail => SampleMail.Owners.Where(_ => random.Next(4) == 0).Select(address => (SampleMail.Pick(Marks, random), address, mail.Id)))]);

    private static string Query(Random random) => random.Next(10) switch
    {
        0 => "",
        1 => $"is:{SampleMail.Pick(QueryLanguage.States, random).Name}",
        2 => $"-is:{SampleMail.Pick(QueryLanguage.States, random).Name}",
        3 => $"bcc:{SampleMail.Pick(SampleMail.Owners, random)}",
        4 => $"to:{SampleMail.Pick(SampleMail.Owners, random).Split('@')[0]}",
        5 => $"to:@{SampleMail.Pick(SampleMail.Owners, random).Split('@')[1]} OR {SampleMail.Pick(SampleMail.Words, random)[..3]}*",
        6 => SampleMail.Pick(SampleMail.Owners, random),
        _ => $"{SlowQuery.Random(random).Text} OR is:{SampleMail.Pick(QueryLanguage.States, random).Name}",
    };
}
