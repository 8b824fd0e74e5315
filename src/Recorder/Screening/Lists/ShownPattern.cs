using System.Globalization;

namespace Recorder.Screening.Lists;

/// <summary>Patterns as people read them.</summary>
public static class ShownPattern
{
    private static readonly IdnMapping Idn = new() { AllowUnassigned = true };

    /// <summary>Domains in Unicode, where their A-labels are valid and come back the same.</summary>
    public static string Of(string pattern)
    {
        if (!pattern.Contains("xn--", StringComparison.Ordinal)) return pattern;
        var at = pattern.LastIndexOf('@') + 1;
        return pattern[..at] + string.Join('.', pattern[at..].Split('.').Select(Label));
    }

    private static string Label(string label)
    {
        try
        {
            return label.StartsWith("xn--", StringComparison.Ordinal) && Idn.GetUnicode(label) is var shown && Idn.GetAscii(shown) == label ? shown : label;
        }
        catch (ArgumentException)
        {
            return label;
        }
    }
}
