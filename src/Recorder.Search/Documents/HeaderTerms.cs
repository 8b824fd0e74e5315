using Recorder.Search.Analysis;
using Recorder.Search.Querying;

namespace Recorder.Search.Documents;

/// <summary>
/// What <c>header:Name:value</c> finds: the names of all fields, and the words of those that say something to people.
/// Trace and signature fields would be half the index and are found by their names alone.
/// </summary>
internal static class HeaderTerms
{
    private const int MaxFields = 100, MaxValueChars = 300, MaxWordsOfField = 40, MaxNameChars = 60, MaxIds = 30;

    /// <summary>A longer word with a digit in it is a machine's: no two messages share one, and nobody types it.</summary>
    private const int MaxCodeChars = 12;

    private static readonly string[] NamesAlone =
    [
        "received", "dkim-signature", "arc-", "x-received", "x-google-dkim-signature", "x-gm-message-state", "x-ms-exchange-", "x-microsoft-antispam",
        "x-forefront-", "domainkey-signature", "message-id", "date", "x-ms-traffictypediagnostic", "x-google-smtp-source", "x-proofpoint-", "x-ironport-",
        "content-type", "mime-version", "content-transfer-encoding", "return-path", "delivered-to", "received-spf", "thread-index", "x-original-to",
    ];

    public static IEnumerable<string> Of(IReadOnlyList<SearchHeader> fields)
    {
        var terms = new HashSet<string>(StringComparer.Ordinal);
        foreach (var field in fields.Take(MaxFields))
            if (field.Name.Length is > 0 and <= MaxNameChars) Add(terms, field.Name.ToLowerInvariant(), field.Value);
        return terms;
    }

    /// <summary>The messages that fields name, in terms that stand beside those of the messages themselves.</summary>
    public static IEnumerable<string> NamedBy(IReadOnlyList<SearchHeader> fields) => fields.Take(MaxFields)
        .Where(field => HeaderFields.NamesMessages(field.Name)).SelectMany(field => IdsIn(field.Value).Select(id => MailFields.NamedTerm(field.Name.ToLowerInvariant(), id))).Distinct();

    private static IEnumerable<string> IdsIn(string value) =>
        value.Split([' ', '\t', ','], StringSplitOptions.RemoveEmptyEntries).Take(MaxIds).Select(id => id.TrimStart('<').TrimEnd('>'));

    private static void Add(HashSet<string> terms, string name, string value)
    {
        terms.Add(name);
        if (!HeaderFields.NamesMessages(name) && HeaderFields.Own(name) is null && !Array.Exists(NamesAlone, alone => name.StartsWith(alone, StringComparison.Ordinal)))
            foreach (var unit in TextUnits.Of(value.Length <= MaxValueChars ? value : value[..MaxValueChars]).Take(MaxWordsOfField).Where(IsPeoples))
                terms.UnionWith(WordsOf(unit).Select(word => MailFields.HeaderTerm(name, word)));
    }

    private static bool IsPeoples(TextUnit unit) => unit.IsRun || unit.Folded.Length <= MaxCodeChars || !unit.Folded.Any(char.IsAsciiDigit);

    /// <summary>What a query asks for: the same, each in all its forms.</summary>
    public static IEnumerable<IReadOnlyList<string>> FormsOf(TextUnit unit)
    {
        var areTraditional = unit.IsRun && ChineseForms.AreTraditional(unit.Folded);
        return WordsOf(unit).Distinct().Select(word => unit.IsRun ? ChineseForms.Of(word, areTraditional) : [word]);
    }

    /// <summary>A word, or the single characters and pairs of a run.</summary>
    public static IEnumerable<string> WordsOf(TextUnit unit)
    {
        if (!unit.IsRun) return [unit.Folded];
        var pieces = new List<string>();
        for (var rest = unit.Folded.AsSpan(); !rest.IsEmpty; rest = rest[TokenList.Width(rest)..])
        {
            pieces.Add(rest[..TokenList.Width(rest)].ToString());
            pieces.Add(TokenList.Pair(rest).ToString());
        }
        return pieces;
    }
}
