using CsCheck;
using Recorder.Search;

namespace Recorder.Tests.Search;

public class HighlightTests
{
    private static Highlighter For(string query)
    {
        using var bed = new SearchBed();
        return bed.Search(query).Highlighter;
    }

    private static string Shown(string text, IEnumerable<TextSpan> spans)
    {
        foreach (var span in spans.Reverse()) text = text.Insert(span.End, "]").Insert(span.Start, "[");
        return text;
    }

    [Theory]
    [InlineData("report", "The REPORT, reported", "The [REPORT], reported")]
    [InlineData("repo*", "The report, reported", "The [report], [reported]")]
    [InlineData("cafe", "Café 咖啡", "[Café] 咖啡")]
    [InlineData("\"cafe\"", "Café cafe", "Café [cafe]")]
    [InlineData("\"final report\"", "final report, report final", "[final report], report final")]
    [InlineData("final report", "final, the report", "[final], the [report]")]
    [InlineData("成績", "期末成績公告與成績單", "期末[成績]公告與[成績]單")]
    [InlineData("績", "期末成績公告", "期末成[績]公告")]
    [InlineData("「末成績」", "期末成績公告", "期[末成績]公告")]
    [InlineData("iPhone15手機", "新的iPhone15手機 手機", "新的[iPhone15][手機] [手機]")]
    [InlineData("\"iPhone15手\"", "新的iPhone15手機", "新的[iPhone15手]機")]
    [InlineData("ABC-123", "order ABC-123 and ABC 124", "order [ABC-123] and ABC 124")]
    [InlineData("ﾒﾆｭｰ", "本日のメニュー", "本日の[メニュー]")]
    [InlineData("ガイド", "ｶﾞｲﾄﾞ", "[ｶﾞｲﾄﾞ]")]
    [InlineData("한국", "한국어 메일", "[한국]어 메일")]
    [InlineData("𠮷野", "𠮷野家", "[𠮷野]家")]
    [InlineData("🚀", "ship it 🚀", "ship it [🚀]")]
    [InlineData("ｆｕｌｌ", "Ｆｕｌｌ width", "[Ｆｕｌｌ] width")]
    [InlineData("softhyphen", "soft\u00ADhyphen x", "[soft\u00ADhyphen] x")]
    [InlineData("a OR b", "a b c", "[a] [b] c")]
    [InlineData("-report final", "final report", "[final] report")]
    [InlineData("from:ming report", "ming report", "ming [report]")]
    [InlineData("body:report final", "final report", "[final] report")]
    [InlineData("subject:(成績 OR exam)", "成績 exam", "[成績] [exam]")]
    [InlineData("末成績 成績公", "期末成績公告", "期[末成績公]告")]
    public void Words_of_the_query_are_marked_in_a_subject(string query, string subject, string shown) =>
        Assert.Equal(shown, Shown(subject, For(query).InSubject(subject)));

    [Fact]
    public void A_snippet_is_cut_around_the_most_different_words()
    {
        var text = string.Concat(Enumerable.Repeat("alpha words of no use. ", 40)) + "here the budget meets the alpha report " + string.Concat(Enumerable.Repeat("and goes on. ", 40));
        var snippet = For("alpha budget report").Cut(text, 200);
        Assert.NotNull(snippet);
        Assert.InRange(snippet.Text.Length, 150, 202);
        Assert.Contains("[budget] meets the [alpha] [report]", Shown(snippet.Text, snippet.Hits));
        Assert.StartsWith("…", snippet.Text);
        Assert.Null(For("subject:alpha").Cut(text, 200));
        Assert.Null(For("nothing").Cut(text, 200));
    }

    [Fact]
    public void Whatever_the_text_spans_lie_in_it_in_order_and_what_is_found_is_marked()
    {
        string[] words = ["report", "成績", "Café", "期末成績公告", "ABC-123", "ﾒﾆｭｰ", "🚀", "e\u0301", "\uD800", "\0", " ", "\n", "。", "x", "iPhone15手機", "\u200B", "ｶﾞ"];
        var text = Gen.OneOf(Gen.String, Gen.Int[0, words.Length - 1].Select(i => words[i]).Array[0, 40].Select(string.Concat));
        Gen.Select(text, Gen.OneOf(text, Gen.Int[0, words.Length - 1].Select(i => words[i]))).Sample((shown, typed) =>
        {
            var words = For(typed);
            foreach (var spans in (IReadOnlyList<TextSpan>[])[words.InSubject(shown), words.InText(shown)])
            {
                var at = 0;
                foreach (var span in spans)
                {
                    Assert.True(span.Start >= at && span.Length > 0 && span.End <= shown.Length);
                    at = span.End;
                }
            }
            var snippet = words.Cut(shown, 20);
            Assert.True(snippet is null || snippet.Hits.All(hit => hit.Start >= 0 && hit.End <= snippet.Text.Length));
        }, iter: 300, threads: 1);
    }

    [Theory]
    [InlineData("report")]
    [InlineData("期末")]
    [InlineData("alpha-report")]
    [InlineData("\"會議通知\"")]
    [InlineData("inv*")]
    public void A_hit_in_subject_or_text_is_marked_there(string query)
    {
        using var bed = new SearchBed();
        bed.Index.Add(SampleMail.Many(200, new Random(9)));
        bed.Index.Refresh(new Dictionary<string, long> { ["a"] = 200, ["b"] = 200 });
        var mails = SampleMail.Many(200, new Random(9)).ToDictionary(mail => mail.Id);
        foreach (var mail in mails.Values)
        {
            var page = bed.Search($"subject:{query} OR body:{query}", 500);
            var isHit = page.Items.Any(hit => hit.Id == mail.Id);
            Assert.Equal(isHit, page.Highlighter.InSubject(mail.Subject).Count + page.Highlighter.InText(mail.Text).Count > 0);
        }
    }
}
