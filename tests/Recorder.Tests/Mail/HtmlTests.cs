using System.Text.Json;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;
using CsCheck;
using Recorder.Mail;

namespace Recorder.Tests.Mail;

public class HtmlTests
{
    private static string? Clean(string html, bool remote = false) => HtmlCleaner.Clean(html, remote, id => id == "known" ? "/parts/3" : null).Html;

    public static TheoryData<string, string> Cases() => new()
    {
        { "<p>one<p>two", "<p>one</p><p>two</p>" }, { "<b>bold", "<b>bold</b>" }, { "a < b & c", "a &lt; b &amp; c" },
        { "<script>alert(1)</script>x", "x" }, { "<style>p{color:red}</style>x", "x" }, { "<p onclick=x()>a</p>", "<p>a</p>" },
        { "<form action=http://e><input name=a><button>b</button></form>", "b" }, { "<iframe src=http://e>x</iframe>y", "y" },
        { "<svg><script>1</script></svg>x", "x" }, { "<p id=a class=b name=c>x</p>", "<p>x</p>" }, { "<!-- c -->x<!-->y", "xy" },
        { "<a href='javascript:1'>x</a>", "<a rel=\"noopener noreferrer nofollow\" target=\"_blank\">x</a>" },
        { "<a href='java\nscript:1'>x</a>", "<a rel=\"noopener noreferrer nofollow\" target=\"_blank\">x</a>" },
        { "<a href='https://e.org/?a=1&b=2'>x</a>", "<a href=\"https://e.org/?a=1&amp;b=2\" rel=\"noopener noreferrer nofollow\" target=\"_blank\">x</a>" },
        { "<a href='//e.org/'>x</a>", "<a href=\"https://e.org/\" rel=\"noopener noreferrer nofollow\" target=\"_blank\">x</a>" },
        { "<a href='/settings'>x</a>", "<a rel=\"noopener noreferrer nofollow\" target=\"_blank\">x</a>" },
        { "<img src=cid:known alt=p>", "<img src=\"/parts/3\" alt=\"p\">" }, { "<img src=cid:other alt=p>", "<img alt=\"p\">" }, { "<img src=/parts/9>", "<img>" },
        { "<img src=http://e/x.gif>", "<img>" }, { "<img src=data:image/png;base64,iVBORw0KGgo=>", "<img src=\"data:image/png;base64,iVBORw0KGgo=\">" },
        { "<img src='data:image/svg+xml;base64,PHN2Zz4='>", "<img>" }, { "<img srcset='http://e/x 2x'>", "<img>" },
        { "<table background=http://e/x><td>a", "<table><tbody><tr><td>a</td></tr></tbody></table>" },
        { "<div style='color:red;position:fixed;top:0'>x</div>", "<div style=\"color: rgba(255, 0, 0, 1)\">x</div>" },
        { "<div style='background-image:url(http://e/x)'>x</div>", "<div>x</div>" }, { "<div style='width:expression(1)'>x</div>", "<div>x</div>" },
        { "<li>a<li>b", "<li>a</li><li>b</li>" }, { "<table><tr><td>a<td>b<tr><td>c</table>", "<table><tbody><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></tbody></table>" },
        { "<table><tr><td></div>a</td></tr></table>", "<table><tbody><tr><td>a</td></tr></tbody></table>" }, { "<h1>中文</h1>", "<h1>中文</h1>" },
        { "<textarea><b></textarea>x", "x" }, { "<p title='a\"b>c'>x</p>", "<p title=\"a&quot;b&gt;c\">x</p>" },
    };

    [Theory, MemberData(nameof(Cases))]
    public void Markup_is_reduced_to_what_is_safe(string html, string expected) => Assert.Equal(expected, Clean(html));

    [Theory]
    [InlineData("<img src=http://e/x.gif>", true), InlineData("<img src=//e/x.gif>", true), InlineData("<img src=cid:a>", false), InlineData("<p>x", false),
     InlineData("<style>p{background:url(http://e/x)}</style>", true), InlineData("<p style='background:url(//e/x)'>", true), InlineData("<link rel=stylesheet href=http://e/x>", true),
     InlineData("<a href=http://e/x>y</a>", false), InlineData("<table background=http://e/x>", true), InlineData("<iframe src=http://e>", true)]
    public void Content_wanted_from_elsewhere_is_reported(string html, bool expected) => Assert.Equal(expected, HtmlCleaner.Clean(html).HasRemoteContent);

    [Fact]
    public void Remote_images_stay_when_asked() => Assert.Equal("<img src=\"http://e.org/x.gif\">", Clean("<img src='http://e.org/x.gif'>", remote: true));

    [Fact]
    public void No_known_attack_survives()
    {
        var file = Corpus.File("xss-vectors.jsonl");
        var count = 0;
        foreach (var line in File.ReadLines(file))
        {
            var vector = JsonDocument.Parse(line).RootElement;
            var payload = vector.GetProperty("payload").GetString()!;
            AssertHarmless(vector.GetProperty("id").GetString()!, HtmlCleaner.Clean(payload).Html, remoteAllowed: false);
            AssertHarmless(vector.GetProperty("id").GetString()!, HtmlCleaner.Clean(payload, showRemoteContent: true).Html, remoteAllowed: true);
            HtmlText.Of(payload);
            count++;
        }
        Assert.Equal(341, count);
    }

    [Fact]
    public void Random_tag_soup_comes_out_harmless() =>
        Gen.OneOf(new[] { "<", ">", "</", "<script", "<svg>", "<math>", "<style>", "</style>", "<img src=", "javascript:alert(1)", "http://e.org/x", " onerror=", "'", "\"", "=", "<!--", "-->", "--!>",
            "<a href=", "<p style=", "url(http://e/)", "<table>", "<td>", "</td>", "<title>", "<textarea>", "<noscript>", "<template>", "<b>", "</b>", "<p>", "&#106;", "&lt", "&quot;", "\0", "/", "x", "<![CDATA[", "]]>", "<select>", "<mglyph>", "<annotation-xml encoding=text/html>" }.Select(piece => Gen.Const(piece)).ToArray())
            .Array[0, 40].Sample(pieces => AssertHarmless("random", HtmlCleaner.Clean(string.Concat(pieces)).Html, remoteAllowed: false), iter: 2_000);

    private static void AssertHarmless(string id, string? html, bool remoteAllowed)
    {
        Assert.NotNull(html);
        var document = new HtmlParser().ParseDocument("<body>" + html);
        Assert.True(document.QuerySelector("script,style,iframe,object,embed,form,input,svg,math,link,meta,base,template,noscript") is null, $"{id}: {html}");
        foreach (var attribute in document.All.SelectMany(element => element.Attributes))
        {
            var value = attribute.Value.ToLowerInvariant();
            Assert.False(attribute.Name.StartsWith("on", StringComparison.Ordinal), $"{id}: {html}");
            Assert.False(attribute.Name is "id" or "name" or "class" or "srcdoc" or "srcset", $"{id}: {html}");
            if (attribute.Name is "href" or "src" or "background")
                Assert.True(value.StartsWith("http://") || value.StartsWith("https://") || value.StartsWith("mailto:") || value.StartsWith("data:image/"), $"{id}: {html}");
            if (attribute.Name is "src" or "background" && !remoteAllowed)
                Assert.False(value.StartsWith("http"), $"{id}: {html}");
            if (attribute.Name == "style")
                Assert.False(value.Contains("url(") || value.Contains("expression") || value.Contains("position") || value.Contains("behavior") || value.Contains("@import"), $"{id}: {html}");
        }
    }

    public static TheoryData<string, string> Tangles() => new()
    {
        { "nested", string.Concat(Enumerable.Repeat("<div>", 30_000)) + "x" }, { "formatting", string.Concat(Enumerable.Range(0, 3_000).Select(i => $"<b title={i}>")) + string.Concat(Enumerable.Repeat("<p>x", 20_000)) },
        { "tables", string.Concat(Enumerable.Repeat("<table><tr><td>", 10_000)) + "x" }, { "attributes", "<p " + string.Concat(Enumerable.Range(0, 200_000).Select(i => $"a{i} ")) + ">x" },
        { "open comments", string.Concat(Enumerable.Repeat("<!--", 400_000)) }, { "open tags", string.Concat(Enumerable.Repeat("<a ", 500_000)) }, { "open quotes", string.Concat(Enumerable.Repeat("<a b='", 300_000)) },
        { "entities", string.Concat(Enumerable.Repeat("&amp", 400_000)) }, { "angle brackets", new string('<', 2_000_000) }, { "raw text", "<script>" + string.Concat(Enumerable.Repeat("</", 900_000)) },
        { "end tags", string.Concat(Enumerable.Repeat("<div>", 100)) + string.Concat(Enumerable.Repeat("</b>", 400_000)) }, { "anchors", string.Concat(Enumerable.Repeat("<a href=x><p>", 15_000)) },
        { "styles", string.Concat(Enumerable.Repeat("<p style='color:red;color:blue;margin:1px 2px'>", 20_000)) }, { "ampersands", new string('&', 2_000_000) }, { "dashes", "<!--" + new string('-', 2_000_000) },
        { "foster", "<table>" + string.Concat(Enumerable.Repeat("<b><tr>x", 20_000)) },
    };

    [Theory, MemberData(nameof(Tangles))]
    public void Tangled_markup_neither_overflows_the_stack_nor_multiplies(string shape, string html)
    {
        var clean = HtmlCleaner.Clean(html).Html;
        Assert.True(clean is null || clean.Length < 8 * html.Length + 1_000, $"{shape}: {clean?.Length}");
        Assert.True(HtmlText.Of(html).Length <= 2 * html.Length, shape);
    }

    [Theory]
    [InlineData("<p>one</p><p>two</p>", "one\ntwo"), InlineData("a<br>b<br/>c", "a\nb\nc"), InlineData("<b>bo</b>ld", "bold"), InlineData("a &amp; b &lt;c&gt; &#20013;", "a & b <c> 中"),
     InlineData("<script>x</script>y<style>z</style>", "y"), InlineData("<title>t</title>b", "b"), InlineData("<img alt='a cat'>!", "a cat !"), InlineData("<td>a</td><td>b</td>", "a b"),
     InlineData("<pre>a\n  b</pre>", "a\nb"), InlineData("  a \n b  ", "a b"), InlineData("<ul><li>a<li>b</ul>", "a\nb"), InlineData("a<!-- c -->b", "ab"), InlineData("<p title='>'>x", "x"),
     InlineData("期<wbr>中\u00AD考\u200B試", "期中考試"), InlineData("1 < 2", "1 < 2"), InlineData("a<", "a<"), InlineData("<a href='x'>link</a>", "link"), InlineData("<noscript>n</noscript>", "n"), InlineData("", "")]
    public void Markup_reads_as_text(string html, string expected) => Assert.Equal(expected, HtmlText.Of(html));

    [Fact]
    public void Text_stops_at_the_length_asked_for() => Assert.Equal("abc", HtmlText.Of("<p>abcdef</p>", 3));
}
