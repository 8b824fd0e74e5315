using System.Text;
using Lucene.Net.Index;
using Lucene.Net.Search;
using Recorder.Search.Analysis;
using Recorder.Search.Documents;
using Recorder.Search.Querying;

namespace Recorder.Search.Translation;

/// <summary>Words and phrases as Lucene queries.</summary>
internal sealed class TextClauses(Vocabulary vocabulary, Hints hints)
{
    /// <summary>Each group of words in any of the fields.</summary>
    public Query Matching(IReadOnlyList<string> fields, TextNode words)
    {
        Query InAny(Func<string, Query> clause) => Combine.Or(fields.Select(clause));
        if (words.WholeAddress is { } address) return InAny(field => Term(field, address));
        if (words.Quoted) return InAny(field => Phrase(field, words.Units, exact: true, prefix: false));
        var groups = Groups(words.Units);
        return Combine.And(groups.Select((group, i) =>
            InAny(field => Phrase(field, group, exact: false, words.Prefix && i == groups.Count - 1))));
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

    private Query Phrase(string field, IReadOnlyList<TextUnit> units, bool exact, bool prefix)
    {
        if (units.Count > 1) return InOrder(field, units, exact, prefix);
        var form = units[0].Form(exact);
        if (units[0].IsRun) return Run(field, form);
        return prefix ? Beginning(field, form) : Term(field, form);
    }

    private static Query Term(string field, string term) => new TermQuery(new Term(field, term));

    private static Query Run(string field, string run)
    {
        var pairs = Pairs(run);
        if (pairs.Count == 0) return Term(MailFields.Singles(field), run);
        if (pairs.Count == 1) return Term(field, pairs[0]);
        var phrase = new PhraseQuery();
        for (var i = 0; i < pairs.Count; i++) phrase.Add(new Term(field, pairs[i]), i);
        return phrase;
    }

    // Every term counts, however many there are: a bound over everybody's words would let a reader learn from the own
    // results which words stand in other people's mail.
    private static Query Beginning(string field, string word) => word.Length <= Grams.MaxPrefixChars
        ? Term(MailFields.Prefixes(field), word)
        : new ConstantScoreQuery(new CachingWrapperFilter(new PrefixFilter(new Term(field, word))));

    private Query InOrder(string field, IReadOnlyList<TextUnit> units, bool exact, bool prefix)
    {
        var phrase = new MultiPhraseQuery();
        var position = 0;
        for (var i = 0; i < units.Count; i++)
        {
            var form = units[i].Form(exact);
            if (units[i].IsRun) position = AddRun(phrase, field, form, position);
            else phrase.Add(prefix && i == units.Count - 1 ? Alternatives(field, form) : [new Term(field, form)], position++);
        }
        return phrase;
    }

    private Term[] Alternatives(string field, string beginning) =>
        [new Term(field, beginning), .. Expand(field, beginning).Where(t => t != beginning).Select(t => new Term(field, t))];

    /// <summary>Adds a run inside a longer phrase and answers the position behind it.</summary>
    private int AddRun(MultiPhraseQuery phrase, string field, string run, int position)
    {
        var pairs = Pairs(run);
        for (var i = 0; i < pairs.Count; i++) phrase.Add([new Term(field, pairs[i])], position + i);
        if (pairs.Count == 0) phrase.Add(PairsFrom(field, run), position);
        return position + pairs.Count + 1;
    }

    /// <summary>One character alone: the end of a run in the text, or the first of a pair.</summary>
    private Term[] PairsFrom(string field, string character)
    {
        var pairs = vocabulary.Starting(field, character, term => CountRunes(term) == 2, out var complete);
        if (!complete) hints.PrefixTooWide(character);
        return [new Term(field, character), .. pairs.Select(pair => new Term(field, pair))];
    }

    private IReadOnlyCollection<string> Expand(string field, string beginning)
    {
        var found = vocabulary.Starting(field, beginning, keep: static _ => true, out var complete);
        if (!complete) hints.PrefixTooWide(beginning);
        return found;
    }

    private static List<string> Pairs(string run)
    {
        var pairs = new List<string>();
        for (var rest = run.AsSpan(); TokenList.Width(rest) < rest.Length; rest = rest[TokenList.Width(rest)..])
            pairs.Add(TokenList.Pair(rest).ToString());
        return pairs;
    }

    private static int CountRunes(string text)
    {
        var count = 0;
        foreach (var _ in text.EnumerateRunes()) count++;
        return count;
    }
}
