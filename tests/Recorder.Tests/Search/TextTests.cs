namespace Recorder.Tests.Search;

public class TextTests
{
    [Theory]
    [InlineData("The quarterly Report is ready", "report")]
    [InlineData("The quarterly Report is ready", "\"quarterly report\"")]
    [InlineData("Ｆｕｌｌ ｗｉｄｔｈ", "full")]
    [InlineData("full", "ｆｕｌｌ")]
    [InlineData("not\uFFFEa character", "not\uFFFEa")]
    [InlineData("café au lait", "cafe")]
    [InlineData("café au lait", "CAFÉ")]
    [InlineData("café au lait", "\"café\"")]
    [InlineData("cafe\u0301 decomposed", "café")]
    [InlineData("Straße", "strasse")]
    [InlineData("İstanbul", "istanbul")]
    [InlineData("⾦屬⼯業", "金屬工業")]
    [InlineData("金屬工業", "⾦屬")]
    [InlineData("期末成績公告", "成績")]
    [InlineData("期末成績公告", "\"末成績公\"")]
    [InlineData("期末成績公告", "績")]
    [InlineData("期末成績公告", "期")]
    [InlineData("期末成績公告", "告")]
    [InlineData("新的iPhone15手機到貨", "iPhone15手機")]
    [InlineData("新的iPhone15手機到貨", "iphone15")]
    [InlineData("新的iPhone15手機到貨", "手機")]
    [InlineData("新的iPhone15手機到貨", "\"iPhone15手\"")]
    [InlineData("新的iPhone15手機到貨", "\"的iPhone15\"")]
    [InlineData("手機是 iPhone15 的", "iPhone15手機")]
    [InlineData("order ABC-123 shipped", "ABC-123")]
    [InlineData("order ABC-123 shipped", "abc")]
    [InlineData("order ABC-123 shipped", "123")]
    [InlineData("leave: http://lists.example/leave?mail=amy@example.edu&x=1", "amy@example.edu")]
    [InlineData("bounced to SRS0=a1=b2=example.org=amy@example.edu", "\"SRS0=a1=b2=example.org=amy@example.edu\"")]
    [InlineData("bounced to SRS0=a1=b2=example.org=amy@example.edu", "SRS0=a1=b2=example.org=amy@example.edu")]
    [InlineData("see report_final.pdf", "report_final.pdf")]
    [InlineData("see report_final.pdf", "final")]
    [InlineData("write to amy.lin@cs.example.edu.tw today", "amy.lin@cs.example.edu.tw")]
    [InlineData("write to amy.lin@cs.example.edu.tw today", "lin")]
    [InlineData("write to amy.lin@cs.example.edu.tw today", "cs.example.edu.tw")]
    [InlineData("write to amy.lin@cs.example.edu.tw today", "amy.lin@cs*")]
    [InlineData("𠮷野家のメニュー", "𠮷")]
    [InlineData("𠮷野家のメニュー", "𠮷野")]
    [InlineData("ﾒﾆｭｰ", "メニュー")]
    [InlineData("한국어 메일", "한국")]
    [InlineData("ราคาพิเศษ", "พิเศษ")]
    [InlineData("ship it 🚀 now", "🚀")]
    [InlineData("soft\u00ADhyphen", "softhyphen")]
    [InlineData("universities", "univer*")]
    [InlineData("universities", "un*")]
    [InlineData("universities", "univ*")]
    [InlineData("order ABC-123456 shipped", "ABC-12345*")]
    public void A_text_is_found_by(string text, string query)
    {
        using var bed = SearchBed.With(text);
        Assert.True(bed.Finds(query));
    }

    [Theory]
    [InlineData("The quarterly Report is ready", "\"report quarterly\"")]
    [InlineData("resume", "\"résumé\"")]
    [InlineData("期末成績公告", "成公")]
    [InlineData("期末 成績公告", "\"末成\"")]
    [InlineData("期末。成績公告", "末成")]
    [InlineData("order ABC 9 123 shipped", "ABC-123")]
    [InlineData("write to eve@example.edu.tw today", "eve@example.edu")]
    [InlineData("write to steve@example.edu today", "eve@example.edu")]
    [InlineData("新的iPhone15手機到貨", "\"新iPhone15\"")]
    [InlineData("universities", "ni*")]
    [InlineData("universities", "univeb*")]
    public void A_text_is_not_found_by(string text, string query)
    {
        using var bed = SearchBed.With(text);
        Assert.False(bed.Finds(query));
    }

    [Fact]
    public void A_word_that_a_mail_program_wrapped_is_found()
    {
        var line = string.Concat(Enumerable.Repeat("這是一行很長的文字", 4));
        using var bed = SearchBed.With($"{line}期末成\r\n績公告");
        Assert.True(bed.Finds("成績"));
        Assert.True(bed.Finds("\"期末成績公告\""));
    }

    [Fact]
    public void Short_lines_do_not_run_into_each_other()
    {
        using var bed = SearchBed.With("蘋果\n香蕉");
        Assert.False(bed.Finds("果香"));
    }

    [Fact]
    public void A_phrase_does_not_cross_from_the_subject_into_the_text()
    {
        using var bed = SearchBed.With("beta", subject: "alpha");
        Assert.True(bed.Finds("alpha beta"));
        Assert.False(bed.Finds("\"alpha beta\""));
    }

    [Fact]
    public void Words_written_together_may_stand_in_different_places_where_scripts_change()
    {
        using var bed = new SearchBed();
        bed.Add(bed.Mail("手機到貨", "the iphone15 is here"));
        bed.Show();
        Assert.True(bed.Finds("iPhone15手機"));
        Assert.False(bed.Finds("subject:iPhone15手機"));
    }

    [Fact]
    public void An_address_of_any_length_is_found_as_typed()
    {
        var domain = string.Concat(Enumerable.Repeat("department.", 15)) + "example.edu";
        foreach (var address in (string[])[$"amy@{domain}", $"{new string('a', 64)}@{domain}", $"{new string('a', 90)}@{domain}"])
        {
            using var bed = SearchBed.With($"write to {address} today");
            Assert.True(bed.Finds(address), address);
        }
    }

    [Fact]
    public void Words_of_any_length_are_indexed_and_found_by_their_beginning()
    {
        var word = new string('x', 100_000);
        using var bed = SearchBed.With(word + " " + string.Concat(Enumerable.Repeat("漢", 50_000)) + " end");
        Assert.True(bed.Finds(word[..300]));
        Assert.True(bed.Finds("漢漢漢"));
        Assert.True(bed.Finds("end"));
    }

    [Fact]
    public void Broken_text_is_indexed_as_far_as_it_goes()
    {
        using var bed = SearchBed.With("one \uD800 two \uDC00\uDC00 three\uFFFF @ @@ a@ @b \u0301 \0 four");
        foreach (var word in (string[])["one", "two", "three", "four"]) Assert.True(bed.Finds(word), word);
    }
}
