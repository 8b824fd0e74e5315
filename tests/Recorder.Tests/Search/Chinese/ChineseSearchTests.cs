using Recorder.Search;

namespace Recorder.Tests.Search.Chinese;

/// <summary>Who writes one script finds what was written in the other.</summary>
public sealed class ChineseSearchTests
{
    [Theory]
    [InlineData("期末成绩已经公布", "成績")]
    [InlineData("期末成績已經公布", "成绩")]
    [InlineData("期末成绩已经公布", "期末成績")]
    [InlineData("期末成绩已经公布", "「成績已經公」")]
    [InlineData("期末成績已經公布", "\"绩已经\"")]
    [InlineData("期末成绩已经公布", "績")]
    [InlineData("期末成績已經公布", "绩")]
    [InlineData("理发店的头发", "頭髮")]
    [InlineData("理髮店的頭髮", "头发")]
    [InlineData("他發現了", "发现")]
    [InlineData("三天后见", "三天後見")]
    [InlineData("天后宫前", "天后宮")]
    [InlineData("臺灣大學", "台灣大學")]
    [InlineData("台灣大學", "臺灣")]
    [InlineData("台湾大学", "臺灣大學")]
    [InlineData("臺灣大學", "台湾大学")]
    [InlineData("新的iPhone15手机到货", "iPhone15手機")]
    [InlineData("新的iPhone15手机到货", "\"iPhone15手機\"")]
    [InlineData("新的iPhone15机", "\"iPhone15機\"")] // one character behind a word
    [InlineData("新的iPhone15机壳", "\"iPhone15機\"")]
    [InlineData("学习资料", "資*")]
    [InlineData("学习资料", "學習 OR 考試")]
    [InlineData("学习资料", "(學習 資料)")]
    [InlineData("乾坤", "乾坤")]
    [InlineData("学習と研究", "学習")]
    [InlineData("名著", "名著")]
    [InlineData("𠮷会", "𠮷會")]
    public void A_text_is_found_by(string text, string query)
    {
        using var bed = SearchBed.With(text);
        Assert.True(bed.Finds(query));
        Assert.NotEmpty(bed.Search(query).Highlighter.InText(text));
        Assert.False(bed.Finds($"-({query})"));
    }

    [Theory]
    [InlineData("三天後宮前見", "天后宮")] // what both scripts have stands for itself in a traditional word
    [InlineData("頭發現了", "頭髮")]
    [InlineData("頭髮", "發")]
    [InlineData("成就與績效", "成绩")]
    [InlineData("成绩", "「績成」")]
    [InlineData("公里", "裡面")]
    [InlineData("開會", "会议")]
    [InlineData("会 议", "會議")]
    public void A_text_is_not_found_by(string text, string query)
    {
        using var bed = SearchBed.With(text);
        Assert.False(bed.Finds(query));
        Assert.Empty(bed.Search(query).Highlighter.InText(text));
    }

    [Theory]
    [InlineData("成績", "期末成绩公告與成績單", "期末[成绩]公告與[成績]單")]
    [InlineData("绩", "成績與成绩", "成[績]與成[绩]")]
    [InlineData("「末成績公」", "期末成绩公告", "期[末成绩公]告")]
    [InlineData("\"iPhone15手機\"", "新的iPhone15手机 手机", "新的[iPhone15手机] 手机")]
    [InlineData("iPhone15手機", "新的iPhone15手机 手机", "新的[iPhone15][手机] [手机]")]
    [InlineData("头发", "頭髮、頭發、头发、髮頭", "[頭髮]、[頭發]、[头发]、髮頭")]
    [InlineData("天后宮", "三天後宮，天后宫，天后宮", "三天後宮，[天后宫]，[天后宮]")]
    [InlineData("會議 -成績", "会议與成绩", "[会议]與成绩")]
    [InlineData("𠮷會", "𠮷会", "[𠮷会]")]
    public void Words_of_the_other_script_are_marked(string query, string text, string marked)
    {
        using var bed = new SearchBed();
        var spans = bed.Search(query).Highlighter.InText(text);
        foreach (var span in spans.Reverse()) text = text.Insert(span.End, "]").Insert(span.Start, "[");
        Assert.Equal(marked, text);
    }

    [Theory]
    [InlineData("subject:會議")]
    [InlineData("from:經理")]
    [InlineData("附件:報表")]
    [InlineData("filename:財務報表")]
    [InlineData("header:X-Dept:財務處")]
    [InlineData("header:X-Dept:財")]
    [InlineData("主旨:「會議紀錄」")]
    [InlineData("寄件者:總經理")]
    public void Every_field_of_words_is_asked_in_both_scripts(string query)
    {
        using var bed = new SearchBed();
        bed.Add(bed.Mail("会议纪录", "正文") with { From = "总经理 <ceo@example.cn>", AttachmentNames = ["财务报表.xlsx"], Headers = [new("X-Dept", "财务处")] });
        bed.Show();
        Assert.True(bed.Finds(query));
        Assert.False(bed.Search(query, scope: new OwnerScope("bob@example.edu")).Items.Count > 0);
    }

    [Fact]
    public void The_best_match_counts_the_other_script_too()
    {
        using var bed = new SearchBed();
        var best = bed.Add(bed.Mail("会议", "x"));
        bed.Add(bed.Mail("x", "會議"));
        bed.Show();
        var page = bed.Index.Search(new SearchRequest(null, "會議") { Order = HitOrder.Best });
        Assert.Equal(best.Id, page.Items[0].Id);
        Assert.Equal(2, page.Total);
    }
}
