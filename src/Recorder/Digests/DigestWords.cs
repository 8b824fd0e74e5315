using System.Globalization;
using System.Resources;

namespace Recorder.Digests;

/// <summary>The words of digests, in one language or in both, of <c>DigestText.resx</c> and <c>DigestText.zh-Hant.resx</c>.</summary>
internal sealed class DigestWords
{
    private static readonly ResourceManager Table = new("Recorder.Digests.DigestText", typeof(DigestWords).Assembly);
    private static readonly CultureInfo English = CultureInfo.GetCultureInfo("en"), Chinese = CultureInfo.GetCultureInfo("zh-Hant");
    private readonly IReadOnlyList<CultureInfo> languages;

    private DigestWords(IReadOnlyList<CultureInfo> languages) => this.languages = languages;

    /// <param name="tag">en or zh-Hant; anything else means both.</param>
    public static DigestWords For(string? tag) => new(tag switch
    {
        "en" => [English],
        "zh-Hant" => [Chinese],
        _ => [Chinese, English],
    });

    /// <summary>Of the HTML: where both languages stand, the first one's.</summary>
    public string Tag => languages[0].Name == "en" ? "en" : "zh-Hant-TW";

    /// <summary>One sentence a language.</summary>
    public IEnumerable<string> Sentences(string name, params object[] values) =>
        languages.Select(language => string.Format(CultureInfo.InvariantCulture, Table.GetString(name, language) ?? throw new MissingManifestResourceException(name), values));

    /// <summary>A few words, both languages in one line.</summary>
    public string Label(string name, params object[] values) => string.Join(" / ", Sentences(name, values).Distinct());

    public string Reason(string disposition) =>
        Label(Table.GetString("reason." + disposition, English) is null ? "reason.other" : "reason." + disposition);
}
