using System.IO.Enumeration;
using Recorder.Ledger;

namespace Recorder.Screening.Sources;

/// <summary>What the names of a filter's rules mean to us, and which of them are worth keeping.</summary>
internal sealed class SymbolRules(ScreeningOptions options)
{
    /// <summary>Symbols kept with a record.</summary>
    public const int MaxKept = 16;

    private const int MaxNameLength = 64;

    // Rspamd names an antivirus rule after its block (CLAMAV) or as its symbol says (CLAM_VIRUS); failures have a suffix.
    private static readonly string[] Malware = ["*_VIRUS", "CLAMAV", "SOPHOS", "JUST_EICAR", "VADE_MALWARE"];
    private static readonly string[] Phish = ["PHISHED_OPENPHISH", "PHISHED_PHISHTANK", "VADE_PHISHING"];

    private readonly IList<string> malware = options.MalwareSymbols is { Count: > 0 } own ? own : Malware;
    private readonly IList<string> phish = options.PhishSymbols is { Count: > 0 } own ? own : Phish;

    /// <returns>Malware, Phish, or null where no symbol means either.</returns>
    public MailCategory? CategoryOf(IEnumerable<ScreeningSymbol> symbols)
    {
        MailCategory? worst = null;
        foreach (var symbol in symbols)
        {
            if (IsAny(malware, symbol.Name)) return MailCategory.Malware;
            if (IsAny(phish, symbol.Name)) worst = MailCategory.Phish;
        }
        return worst;
    }

    /// <summary>Those that decide a category first, then the largest; what added nothing is left out.</summary>
    public IReadOnlyList<ScreeningSymbol> Largest(IEnumerable<ScreeningSymbol> symbols) =>
        [.. symbols.Where(IsName).Select(symbol => (Symbol: symbol, IsDecisive: IsAny(malware, symbol.Name) || IsAny(phish, symbol.Name)))
            .Where(one => one.IsDecisive || one.Symbol.Score is not 0)
            .OrderByDescending(one => one.IsDecisive).ThenByDescending(one => Math.Abs(one.Symbol.Score ?? 0))
            .ThenBy(one => one.Symbol.Name, StringComparer.Ordinal)
            .Select(one => one.Symbol).Take(MaxKept)];

    // Shown to people and stored with the record: only what a filter would call a rule.
    private static bool IsName(ScreeningSymbol symbol) =>
        symbol.Name.Length is > 0 and <= MaxNameLength && symbol.Name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-' or '.' or ':');

    private static bool IsAny(IList<string> patterns, string name)
    {
        for (var i = 0; i < patterns.Count; i++)
        {
            if (FileSystemName.MatchesSimpleExpression(patterns[i], name, ignoreCase: true)) return true;
        }
        return false;
    }
}
