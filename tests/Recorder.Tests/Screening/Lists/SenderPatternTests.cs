using CsCheck;
using Recorder.Ledger;
using Recorder.Screening.Lists;

namespace Recorder.Tests.Screening.Lists;

public sealed class SenderPatternTests
{
    [Theory]
    [InlineData("Ann@Example.ORG", "ann@example.org", PatternForm.Address)]
    [InlineData("  Ann Lee <Ann@Example.org> ", "ann@example.org", PatternForm.Address)]
    [InlineData("mailto:ann@example.org", "ann@example.org", PatternForm.Address)]
    [InlineData("ann＠example。org", "ann@example.org", PatternForm.Address)]
    [InlineData("\"ann\"@example.org", "ann@example.org", PatternForm.Address)]
    [InlineData("\"an n\"@example.org", "\"an n\"@example.org", PatternForm.Address)]
    [InlineData("王@例子.測試", "王@xn--fsqu00a.xn--g6w251d", PatternForm.Address)]
    [InlineData("e\u0301ve@example.org", "\u00e9ve@example.org", PatternForm.Address)]
    [InlineData("ann@[192.0.2.1]", "ann@[192.0.2.1]", PatternForm.Address)]
    [InlineData("Example.org.", "example.org", PatternForm.Domain)]
    [InlineData("@example.org", "example.org", PatternForm.Domain)]
    [InlineData("*@example.org", "example.org", PatternForm.Domain)]
    [InlineData("bücher.example", "xn--bcher-kva.example", PatternForm.Domain)]
    [InlineData("XN--BCHER-KVA.example", "xn--bcher-kva.example", PatternForm.Domain)]
    [InlineData(".example.org", "*.example.org", PatternForm.Below)]
    [InlineData("*.例子.測試", "*.xn--fsqu00a.xn--g6w251d", PatternForm.Below)]
    [InlineData("@*.example.org", "*.example.org", PatternForm.Below)]
    [InlineData("*@.example.org", "*.example.org", PatternForm.Below)]
    [InlineData("News-**@Example.org", "news-*@example.org", PatternForm.Wildcard)]
    [InlineData("a?c@例子.測試", "a?c@xn--fsqu00a.xn--g6w251d", PatternForm.Wildcard)]
    [InlineData("mail*.example.org", "*@mail*.example.org", PatternForm.Wildcard)]
    [InlineData("ann@*.example.org", "ann@*.example.org", PatternForm.Wildcard)]
    public void What_people_write_has_one_form(string written, string canonical, PatternForm form)
    {
        Assert.Equal(new SenderPattern(form, canonical), SenderPattern.TryRead(written, ListKind.Allow, out _));
        Assert.Equal(new SenderPattern(form, canonical), SenderPattern.TryRead(canonical, ListKind.Block, out _));
        Assert.Equal(form, SenderPattern.Stored(canonical).Form);
    }

    [Theory]
    [InlineData("", PatternProblem.Empty)]
    [InlineData("   ", PatternProblem.Empty)]
    [InlineData("*", PatternProblem.TooWide)]
    [InlineData("*@*", PatternProblem.TooWide)]
    [InlineData("*.*", PatternProblem.TooWide)]
    [InlineData("@", PatternProblem.TooWide)]
    [InlineData("bob", PatternProblem.BadDomain)]
    [InlineData("ann@", PatternProblem.BadDomain)]
    [InlineData("ann@exam ple.org", PatternProblem.BadDomain)]
    [InlineData("ann@-example.org", PatternProblem.BadDomain)]
    [InlineData("ann@example..org", PatternProblem.BadDomain)]
    [InlineData("a\nb@example.org", PatternProblem.BadLocalPart)]
    [InlineData("*.com", PatternProblem.TooWideToAllow)]
    [InlineData(".xyz", PatternProblem.TooWideToAllow)]
    [InlineData("boss@*", PatternProblem.TooWideToAllow)]
    [InlineData("boss@*.com", PatternProblem.TooWideToAllow)]
    [InlineData("mail-*@例?.tw", PatternProblem.WildcardInUnicodeLabel)]
    [InlineData("a*b*c*d*e*f*g*h@example.org", PatternProblem.TooManyStars)]
    public void What_cannot_be_listed_says_why(string written, PatternProblem expected)
    {
        Assert.Null(SenderPattern.TryRead(written, ListKind.Allow, out var problem));
        Assert.Equal(expected, problem);
        Assert.Equal("bad-pattern", Assert.Throws<ActRefusedException>(() => SenderPattern.Read(written, ListKind.Allow)).Code);
    }

    [Theory]
    [InlineData("*.com", "*.com")]
    [InlineData("casino-boss@*", "casino-boss@*")]
    public void What_is_too_wide_to_allow_can_be_blocked(string written, string canonical) =>
        Assert.Equal(canonical, SenderPattern.Read(written, ListKind.Block).Text);

    [Fact]
    public void What_is_too_long_is_refused()
    {
        Assert.Null(SenderPattern.TryRead(new string('a', 320) + "@example.org", ListKind.Block, out var whole));
        Assert.Null(SenderPattern.TryRead(new string('a', 128) + "*@example.org", ListKind.Block, out var wildcard));
        Assert.Equal((PatternProblem.TooLong, PatternProblem.TooLong), (whole, wildcard));
    }

    [Fact]
    public void Reading_never_throws_and_what_it_gives_reads_as_itself() => Gen.OneOf(Gen.String[0, 60], Gen.Char["abB@*?..\"<>\\ -é中:[]1"].Array[0, 12].Select(letters => new string(letters))).Sample(written =>
    {
        if (SenderPattern.TryRead(written, ListKind.Block, out _) is { } once)
            Assert.Equal(once, SenderPattern.TryRead(once.Text, ListKind.Block, out _));
    });

    [Theory]
    [InlineData("news-*@b.org", "news-1@b.org", true)]
    [InlineData("news-*@b.org", "NEWS-@B.org", true)]
    [InlineData("news-*@b.org", "news@b.org", false)]
    [InlineData("news-*@b.org", "news-x@b.org.evil.example", false)]
    [InlineData("a?c@b.org", "abc@b.org", true)]
    [InlineData("a?c@b.org", "ac@b.org", false)]
    [InlineData("a?c@b.org", "a\U00020BB7c@b.org", true)]
    [InlineData("*@mail*.b.org", "x@mail7.b.org", true)]
    [InlineData("*@mail*.b.org", "x@mail.evil@mail1.b.org", true)]
    [InlineData("ann@*.b.org", "ann@b.org", false)]
    [InlineData("*x*y*@b.org", "1x2y3@b.org", true)]
    [InlineData("*x*y*@b.org", "1y2x3@b.org", false)]
    public void Wildcards_match_as_people_expect(string pattern, string sender, bool matches) =>
        Assert.Equal(matches, Wildcard.Matches(pattern, SenderAddress.Read(sender)!));

    [Fact]
    public void Wildcards_agree_with_a_plain_definition() =>
        Gen.Select(Gen.Char["ab*?"].Array[0, 8], Gen.Char["ab"].Array[0, 10]).Sample((pattern, text) =>
            Assert.Equal(Plain(new string(pattern), new string(text)), Wildcard.Matches(pattern, text)));

    private static bool Plain(string pattern, string text) => pattern.Length == 0 ? text.Length == 0
        : pattern[0] == '*' ? Plain(pattern[1..], text) || (text.Length > 0 && Plain(pattern, text[1..]))
        : text.Length > 0 && (pattern[0] == '?' || pattern[0] == text[0]) && Plain(pattern[1..], text[1..]);

    [Theory]
    [InlineData("")]
    [InlineData("<>")]
    [InlineData("nobody")]
    [InlineData("@example.org")]
    [InlineData("a@")]
    public void What_is_no_address_matches_nothing(string written) => Assert.Null(SenderAddress.Read(written));

    [Theory]
    [InlineData("<@relay.example:Ann@EXAMPLE.org>", "ann@example.org")]
    [InlineData("\"broken@example.org", "\"\\\"broken\"@example.org")]
    public void A_sender_is_read_leniently(string written, string text) => Assert.Equal(text, SenderAddress.Read(written)!.Text);
}
