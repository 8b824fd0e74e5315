using System.Text.RegularExpressions;
using System.Xml.Linq;
using Recorder.Tests.Architecture;
using Recorder.Web.Texts;

namespace Recorder.Tests.Web;

public sealed partial class TextTests
{
    private const string One = ".one";

    private static Dictionary<string, string> Table(string file) => XDocument.Load(Path.Combine(Tree.Root, $"src/Recorder/Web/Texts/{file}")).Root!
        .Elements("data").ToDictionary(data => data.Attribute("name")!.Value, data => data.Element("value")!.Value);

    [Fact]
    public void Both_languages_have_every_text_with_the_same_blanks()
    {
        var (english, chinese) = (Table("Text.resx"), Table("Text.zh-Hant.resx"));
        var forOne = english.Where(text => text.Key.EndsWith(One, StringComparison.Ordinal)).ToList();
        forOne.ForEach(text => english.Remove(text.Key));
        Assert.All(forOne, text => Assert.Superset(Blanks(text.Value).ToHashSet(), Blanks(english[text.Key[..^One.Length]]).ToHashSet()));
        Assert.Equal(english.Keys.Order(), chinese.Keys.Order());
        Assert.All(english, text => Assert.Equal((text.Key, Blanks(text.Value)), (text.Key, Blanks(chinese[text.Key]))));
        Assert.All(chinese.Where(text => text.Key is not ("language" or "product")), text => Assert.Matches(@"[\u4E00-\u9FFF]", text.Value));
    }

    [Theory]
    [InlineData("1", "1 message", "共 1 封郵件")]
    [InlineData("2", "2 messages", "共 2 封郵件")]
    public void English_counts_one_thing_in_other_words(string count, string english, string chinese) =>
        Assert.Equal((english, chinese), (Text.English["results", count], Text.Chinese["results", count]));

    [Fact]
    public void Every_code_that_search_and_timeline_can_say_has_words()
    {
        var english = Table("Text.resx");
        var hints = Codes("src/Recorder.Search/Querying/Hints.cs", HintCode()).Select(code => "hint." + code);
        var refusals = Tree.Sources("src/Recorder").SelectMany(file => RefusalCode().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value))
            .Except(["too-many-attempts", "busy", "no-such-account", "no-such-token", "no-such-grant", "last-admin", "no-master-key", "wrong-master-key"]).Select(code => "refused." + code);
        Assert.DoesNotContain(hints.Concat(refusals), name => !english.ContainsKey(name));
        Assert.NotEmpty(hints);
    }

    private static IEnumerable<string> Codes(string file, Regex pattern) => pattern.Matches(File.ReadAllText(Path.Combine(Tree.Root, file))).Select(match => match.Groups[1].Value);

    private static string Blanks(string text) => string.Concat(Blank().Matches(text).Select(match => match.Value).Distinct().Order());

    [GeneratedRegex(@"\{[0-9]\}")]
    private static partial Regex Blank();

    [GeneratedRegex("Add\\(\"([a-z-]+)\"")]
    private static partial Regex HintCode();

    [GeneratedRegex("ActRefusedException\\(\"([a-z-]+)\"")]
    private static partial Regex RefusalCode();
}
