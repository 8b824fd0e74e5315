using Recorder.Accounts;

namespace Recorder.Screening.Lists;

/// <summary>Domains as entries name them: stricter than what mail may come from, since a slip of the pen would match nothing for ever.</summary>
internal static class DomainName
{
    private const int MaxLabelLength = 63;

    /// <returns>A-labels in lower case (or an address literal); null for what is no domain.</returns>
    public static string? Read(string written) => MailDomain.Normalise(written) is { } name && IsDomain(name) ? name : null;

    /// <summary>Labels without a wildcard become A-labels; one with a wildcard must be ASCII.</summary>
    public static string? ReadWildcard(string written, out PatternProblem problem)
    {
        problem = PatternProblem.BadDomain;
        var labels = written.Split('.');
        for (var index = 0; index < labels.Length; index++)
        {
            var label = labels[index];
            var hasWildcard = label.AsSpan().IndexOfAny('*', '?') >= 0;
            if (hasWildcard && !label.All(char.IsAscii)) problem = PatternProblem.WildcardInUnicodeLabel;
            if ((hasWildcard ? label.All(IsLetterOfLabelOrWildcard) ? label.ToLowerInvariant() : null : Read(label)) is not { } canonical) return null;
            labels[index] = canonical;
        }
        return string.Join('.', labels);
    }

    /// <summary>The last two labels are named, so that the entry is about somebody's domain.</summary>
    public static bool EndsInName(string wildcard)
    {
        var labels = wildcard.Split('.');
        return labels.Length >= 2 && labels.TakeLast(2).All(label => label.AsSpan().IndexOfAny('*', '?') < 0);
    }

    private static bool IsDomain(string name) => name is ['[', .., ']']
        ? name[1..^1].All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or ':')
        : name.Split('.').All(label => label.Length is > 0 and <= MaxLabelLength && label.All(IsLetterOfLabel) && label[0] != '-' && label[^1] != '-');

    // Underscores are no host name's, but domains of mail have them.
    private static bool IsLetterOfLabel(char letter) => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_';

    private static bool IsLetterOfLabelOrWildcard(char letter) => IsLetterOfLabel(letter) || letter is '*' or '?';
}
