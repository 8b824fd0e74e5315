using System.Diagnostics;
using Recorder.Search.Analysis;
using Recorder.Tests.Architecture;

namespace Recorder.Tests.Search.Chinese;

public sealed class ChineseTableTests
{
    /// <summary>From Debian's package unicode-data.</summary>
    private const string Unihan = "/usr/share/unicode/Unihan_Variants.txt.bz2";

    [Theory]
    [InlineData("成績", true, "成績 成绩")]
    [InlineData("成绩", false, "成绩 成績")]
    [InlineData("學習", true, "學習 学习")]
    [InlineData("学习", false, "学习 學習")]
    [InlineData("会议", false, "会议 会議 會議")]
    [InlineData("头发", false, "头发 头發 头髮 頭發 頭髮")]
    [InlineData("頭髮", true, "頭髮 头发")]
    [InlineData("發", true, "發 发")]
    [InlineData("发", false, "发 發 髮")]
    [InlineData("以後", true, "以後 以后")]
    [InlineData("天后", false, "天后 天後")]
    [InlineData("天后", true, "天后")]
    [InlineData("臺灣", true, "臺灣 台灣 台湾")]
    [InlineData("台灣", true, "台灣 臺灣 台湾")]
    [InlineData("台湾", false, "台湾 檯湾 臺湾 枱湾 颱湾 台灣 檯灣 臺灣 枱灣 颱灣")]
    [InlineData("乾坤", true, "乾坤 干坤")]
    [InlineData("編著", true, "編著 编着 编著")]
    [InlineData("因爲", true, "因爲 因為 因为")]
    [InlineData("這裏", true, "這裏 這裡 这裡 这里")]
    [InlineData("学習", false, "学習 學習 学习")] // Japanese as it is written, too
    [InlineData("山水", false, "山水")]
    [InlineData("メニ", false, "メニ")]
    [InlineData("한국", false, "한국")]
    [InlineData("𠮷野", false, "𠮷野")]
    [InlineData("𠮷會", true, "𠮷會 𠮷会")]
    public void A_pair_or_a_character_has_these_forms(string piece, bool areTraditional, string forms) =>
        Assert.Equal(forms.Split(' ').Order(StringComparer.Ordinal), ChineseForms.Of(piece, areTraditional).Order(StringComparer.Ordinal));

    [Theory]
    [InlineData("天后宮", true)]
    [InlineData("天后", false)]
    [InlineData("天后庙", false)]
    [InlineData("皇后說话", false)] // of both: anything may be meant
    [InlineData("メニュー", false)]
    [InlineData("", false)]
    public void A_run_is_traditional_where_it_can_be_nothing_else(string run, bool isTraditional) => Assert.Equal(isTraditional, ChineseForms.AreTraditional(run));

    [Fact]
    public void Every_form_is_as_long_as_what_it_stands_for_and_leads_back()
    {
        foreach (var c in Enumerable.Range(0x3400, 0x9FFF - 0x3400).Select(code => ((char)code).ToString()))
        {
            var forms = ChineseForms.Of(c, areTraditional: false);
            Assert.Equal(c, forms[0]);
            Assert.InRange(forms.Count, 1, 8);
            Assert.All(forms, form => Assert.Equal(1, form.Length));
            Assert.All(forms, form => Assert.Contains(c, ChineseForms.Of(form, areTraditional: false).SelectMany(back => ChineseForms.Of(back, areTraditional: false))));
        }
    }

    [Fact]
    public async Task The_table_is_what_its_generator_makes_of_Unihan()
    {
        Assert.SkipUnless(File.Exists(Unihan), "unicode-data is not installed");
        Assert.SkipUnless(File.Exists("/usr/bin/bzcat") || File.Exists("/bin/bzcat"), "bzip2 is not installed");
        var (unihan, table) = (await ReadAsync(Unihan), Path.Combine(Tree.Root, "src", "Recorder.Search", "Analysis", "chinese.txt"));
        var known = await File.ReadAllTextAsync(table, TestContext.Current.CancellationToken);
        Assert.SkipUnless(UnihanVariants.VersionOf(unihan) == UnihanVariants.VersionOf(known), $"the table is of Unicode {UnihanVariants.VersionOf(known)}, the data of {UnihanVariants.VersionOf(unihan)}");
        var made = UnihanVariants.Table(unihan);
        if (made != known) await File.WriteAllTextAsync(table + ".new", made, TestContext.Current.CancellationToken);
        Assert.True(made == known, $"compare with {table}.new and take that");
    }

    private static async Task<string> ReadAsync(string packed)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        using var unpacking = Process.Start(new ProcessStartInfo("bzcat", [packed]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        try
        {
            var text = await unpacking.StandardOutput.ReadToEndAsync(limit.Token);
            await unpacking.WaitForExitAsync(limit.Token);
            return text;
        }
        finally
        {
            if (!unpacking.HasExited) unpacking.Kill();
        }
    }
}
