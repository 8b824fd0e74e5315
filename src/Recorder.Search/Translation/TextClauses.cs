using System.Text;
using Recorder.Search.Analysis;
using Recorder.Search.Documents;
using Recorder.Search.Matching;
using Recorder.Search.Querying;

namespace Recorder.Search.Translation;

/// <summary>Words and phrases as clauses.</summary>
internal sealed class TextClauses(Hints hints)
{
    /// <summary>Each group of words in any of the fields.</summary>
    public Clause Matching(IReadOnlyList<WordField> fields, TextNode words)
    {
        if ((words.WholeAddress ?? words.Domain) is { } address) return Term(fields.Select(field => field.Addresses), address);
        if (words.Quoted) return Phrase(fields, words.Units, exact: true, prefix: false);
        var groups = Groups(words.Units);
        return Combine.And(groups.Select((group, i) => Phrase(fields, group, exact: false, words.Prefix && i == groups.Count - 1)));
    }

    /// <summary>Without quotes, words joined by punctuation stay together (<c>ABC-123</c>) and runs stand alone (<c>iPhone15手機</c>).</summary>
    private static List<List<TextUnit>> Groups(IReadOnlyList<TextUnit> units)
    {
        var groups = new List<List<TextUnit>>();
        foreach (var unit in units)
            if (groups.Count > 0 && !unit.IsRun && !groups[^1][^1].IsRun) groups[^1].Add(unit);
            else groups.Add([unit]);
        return groups;
    }

    private Clause Phrase(IReadOnlyList<WordField> fields, IReadOnlyList<TextUnit> units, bool exact, bool prefix)
    {
        if (units.Count > 1) return Combine.Or(fields.Select(field => InOrder(field, units, exact, prefix)));
        var form = units[0].Form(exact);
        if (units[0].IsRun) return Run(fields, RunPieces.Of(form));
        return prefix ? Beginning(fields, form) : Term(fields, form);
    }

    /// <summary>Fields with one dictionary are asked at once.</summary>
    private static Clause Term(IEnumerable<WordField> fields, string word) => Combine.Or(fields.GroupBy(field => field.Dictionary).Select(
        shared => shared.Count() == 1 ? (Clause)new Word(shared.Key, shared.Single().Term(word)) : new MarkedWord([.. shared], word)));

    private static Clause Run(IReadOnlyList<WordField> fields, RunPieces run)
    {
        if (run.IsSingle) return Terms([.. fields.Select(field => field.Singles)], run.Forms[0]);
        if (run.Forms.Count == 1) return Terms(fields, run.Forms[0]);
        return Combine.Or(fields.Select(field => new InOrder(field.Dictionary, [.. run.Forms.Select((pair, at) => Pair(field, pair, at))])));
    }

    private static Clause Terms(IReadOnlyList<WordField> fields, IReadOnlyList<string> forms) => Combine.Or(forms.Select(form => Term(fields, form)));

    private static Place Pair(WordField field, IReadOnlyList<string> forms, int position) =>
        AnyPlace.Of([.. forms.Select(form => new ExactPlace(field.Term(form), position))]);

    // Every term counts, however many there are: a bound over everybody's words would let a reader learn from the own
    // results which words stand in other people's mail.
    private static Clause Beginning(IReadOnlyList<WordField> fields, string word) => word.Length <= Grams.MinPrefixChars
        ? Term(fields.Select(field => field.Prefixes), word)
        : Combine.Or(fields.GroupBy(field => field.Dictionary).Select(shared => new Beginning([.. shared], word)));

    private InOrder InOrder(WordField field, IReadOnlyList<TextUnit> units, bool exact, bool prefix)
    {
        var places = new List<Place>();
        var position = 0;
        for (var i = 0; i < units.Count; i++)
        {
            var form = units[i].Form(exact);
            if (units[i].IsRun) position = AddRun(field, places, RunPieces.Of(form), position);
            else places.Add(prefix && i == units.Count - 1 ? Open(field, form, static _ => true, position++) : new ExactPlace(field.Term(form), position++));
        }
        return new InOrder(field.Dictionary, places);
    }

    /// <summary>Adds a run inside a longer phrase and answers the position behind it.</summary>
    private int AddRun(WordField field, List<Place> places, RunPieces run, int position)
    {
        // One character alone: the end of a run in the text, or the first of a pair.
        if (run.IsSingle) places.Add(AnyPlace.Of([.. run.Forms[0].Select(form => Open(field, form, static term => CountRunes(term) <= 2, position))]));
        else places.AddRange(run.Forms.Select((pair, i) => Pair(field, pair, position + i)));
        return position + (run.IsSingle ? 1 : run.Forms.Count + 1);
    }

    private OpenPlace Open(WordField field, string beginning, Func<string, bool> keep, int position) =>
        new(beginning, term => field.WordOf(term) is { } word && keep(word), () => hints.PrefixTooWide(beginning), position);

    private static int CountRunes(string text)
    {
        var count = 0;
        foreach (var _ in text.EnumerateRunes()) count++;
        return count;
    }
}
