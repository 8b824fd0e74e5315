namespace Recorder.Search.Analysis;

/// <summary>
/// How the same Chinese words are written in the other script. A query asks for every form; the index holds words as they were
/// written, so that exact ones stay exact and a better table needs no new index. See docs/decisions/chinese.md.
/// </summary>
internal static class ChineseForms
{
    /// <summary>The most that one or two characters may stand for; two of the richest make 20.</summary>
    private const int MaxForms = 32;
    private const string ResourceName = "chinese.txt";

    private static readonly Dictionary<char, string> Traditional = [], Simplified = [], Alternatives = [];

    static ChineseForms()
    {
        using var table = new StreamReader(typeof(ChineseForms).Assembly.GetManifestResourceStream(ResourceName)!);
        while (table.ReadLine() is { } line)
            if (line.Length > 2 && line[0] != '#') Read(line[0], line[2..]);
    }

    /// <summary>
    /// Whether a run of characters must be meant in the traditional script, since one of them is of no other and none of the
    /// simplified alone. Then a character that both scripts have (后) stands for itself and not for what it would simplify (後).
    /// </summary>
    public static bool AreTraditional(ReadOnlySpan<char> run)
    {
        var isTraditional = false;
        foreach (var c in run)
        {
            if (Traditional.TryGetValue(c, out var stands) && !stands.Contains(c, StringComparison.Ordinal)) return false;
            isTraditional |= Simplified.TryGetValue(c, out var simple) && !simple.Contains(c, StringComparison.Ordinal);
        }
        return isTraditional;
    }

    /// <summary>The forms of one or two characters: as typed first, then each script's by itself, since nobody mixes them in one word.</summary>
    public static IReadOnlyList<string> Of(string piece, bool areTraditional)
    {
        if (!piece.AsSpan().ContainsAny(Table.Known)) return [piece];
        var sides = Products(piece, c => TraditionalOf(c, areTraditional)).Concat(Products(piece, SimplifiedOf));
        return [.. sides.Prepend(piece).Distinct(StringComparer.Ordinal).Take(MaxForms)];
    }

    private static string TraditionalOf(char c, bool areTraditional) =>
        Traditional.TryGetValue(c, out var stands) && !(areTraditional && stands.Contains(c, StringComparison.Ordinal))
            ? string.Concat(stands.Select(Written)) : Written(c);

    private static string SimplifiedOf(char c)
    {
        var simple = string.Concat(Written(c).Select(form => Simplified.GetValueOrDefault(form, "")));
        return simple.Length > 0 ? simple : c.ToString();
    }

    /// <summary>A traditional character in each way people write it (台, 臺).</summary>
    private static string Written(char c) => c + Alternatives.GetValueOrDefault(c, "");

    private static IEnumerable<string> Products(string piece, Func<char, string> formsOf) =>
        piece.Aggregate((IEnumerable<string>)[""], (begun, c) => begun.SelectMany(text => formsOf(c), static (text, form) => text + form));

    private static void Read(char first, string others)
    {
        if (first == '=')
        {
            Add(Alternatives, others[0], others[1]);
            Add(Alternatives, others[1], others[0]);
            return;
        }
        foreach (var traditional in others)
        {
            Add(Traditional, first, traditional);
            Add(Simplified, traditional, first);
        }
    }

    private static void Add(Dictionary<char, string> to, char from, char form) => to[from] = to.GetValueOrDefault(from, "") + form;

    /// <summary>Built when the table has been read.</summary>
    private static class Table
    {
        public static readonly System.Buffers.SearchValues<char> Known =
            System.Buffers.SearchValues.Create([.. Traditional.Keys, .. Simplified.Keys, .. Alternatives.Keys]);
    }
}
