using System.Globalization;
using System.Resources;
using Recorder.Ledger;

namespace Recorder.Web.Texts;

/// <summary>Every word a person reads on a page, in the two languages of <c>Text.resx</c> and <c>Text.zh-Hant.resx</c>.</summary>
public sealed class Text(CultureInfo culture)
{
    public const string LanguageCookie = "recorder.lang";
    private const string One = ".one";
    private static readonly ResourceManager Words = new("Recorder.Web.Texts.Text", typeof(Text).Assembly);

    public static Text English { get; } = new(CultureInfo.GetCultureInfo("en"));

    public static Text Chinese { get; } = new(CultureInfo.GetCultureInfo("zh-Hant"));

    /// <summary>For dates and numbers.</summary>
    public CultureInfo Culture { get; } = culture.Name == "en" ? CultureInfo.GetCultureInfo("en-GB") : CultureInfo.GetCultureInfo("zh-TW");

    /// <summary>The <c>lang</c> attribute.</summary>
    public string Tag => culture.Name == "en" ? "en" : "zh-Hant-TW";

    /// <exception cref="MissingManifestResourceException">A name that the tables do not have: a mistake in a page.</exception>
    public string this[string name] =>
        Words.GetString(name, culture) ?? throw new MissingManifestResourceException($"no text named '{name}'");

    /// <summary>With the blanks filled; English has words of their own where the first of them is one, and Chinese needs none.</summary>
    public string this[string name, params object?[] values] =>
        string.Format(Culture, values is [1 or 1L or "1", ..] && this == English ? Or(name + One, this[name]) : this[name], values);

    /// <summary>For codes that may be newer than the tables.</summary>
    public string Or(string name, string fallback) => Words.GetString(name, culture) ?? fallback;

    /// <summary>The reader's language: an explicit choice, then the account's, then the browser's; English otherwise.</summary>
    public static Text For(HttpContext http)
    {
        var chosen = http.Request.Cookies[LanguageCookie] ?? http.Features.Get<Accounts.Reader>()?.Account.Language;
        if (chosen is not null)
        {
            return Of(chosen);
        }

        foreach (var wish in http.Request.GetTypedHeaders().AcceptLanguage.OrderByDescending(one => one.Quality ?? 1))
        {
            var tag = wish.Value.Value ?? "";
            if (tag.StartsWith("zh", StringComparison.OrdinalIgnoreCase) || tag.StartsWith("en", StringComparison.OrdinalIgnoreCase))
            {
                return Of(tag);
            }
        }

        return English;
    }

    /// <summary>By a tag such as en or zh-Hant.</summary>
    public static Text Of(string tag) => tag.StartsWith("zh", StringComparison.OrdinalIgnoreCase) ? Chinese : English;
}
