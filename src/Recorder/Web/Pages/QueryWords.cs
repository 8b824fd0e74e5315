using Recorder.Web.Texts;

namespace Recorder.Web.Pages;

/// <summary>Words of the query language as a person of one language reads them.</summary>
internal static class QueryWords
{
    /// <summary>The English names come first; of the Chinese ones the last is the whole word.</summary>
    public static string Of(IReadOnlyList<string> names, Text text) =>
        text.Tag == "en" || System.Text.Ascii.IsValid(names[^1]) ? names[0] : names[^1];
}
