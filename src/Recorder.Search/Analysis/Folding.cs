using System.Globalization;
using System.Text;
using Lucene.Net.Analysis.Miscellaneous;

namespace Recorder.Search.Analysis;

/// <summary>
/// The two forms of a word. Exact: width and case folded (NFKC, lower case). Folded: accents gone too.
/// A document carries both where they differ; a query uses the folded one, in quotes the exact one.
/// </summary>
internal static class Folding
{
    private const int NoCharacter = 0xFFFE;

    public static string Exact(ReadOnlySpan<char> validText)
    {
        var wide = validText.ToString().Normalize(NormalizationForm.FormKC);
        return wide.ToLowerInvariant().Replace('ς', 'σ');
    }

    public static string Accents(string exact)
    {
        if (Ascii.IsValid(exact)) return exact;
        var output = new char[exact.Length * 4];
        var length = ASCIIFoldingFilter.FoldToASCII(exact.ToCharArray(), 0, output, 0, exact.Length);
        return WithoutLooseMarks(output.AsSpan(0, length)).ToLowerInvariant();
    }

    /// <summary>Full-width forms to half-width ones over a whole query; lone surrogates and U+FFFE are replaced, since normalising refuses them.</summary>
    public static string Width(string text)
    {
        if (Ascii.IsValid(text)) return text;
        var builder = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes()) builder.Append((rune.Value == NoCharacter ? Rune.ReplacementChar : rune).ToString());
        return builder.ToString().Normalize(NormalizationForm.FormKC);
    }

    private static string WithoutLooseMarks(ReadOnlySpan<char> text)
    {
        var builder = new StringBuilder(text.Length);
        foreach (var c in text)
            if (c is < '\u0300' or > '\u036F') builder.Append(c);
        return builder.ToString();
    }
}
