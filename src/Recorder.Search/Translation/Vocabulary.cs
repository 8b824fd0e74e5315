using Lucene.Net.Index;
using Lucene.Net.Util;

namespace Recorder.Search.Translation;

/// <summary>The terms that one partition knows, bounded.</summary>
internal sealed class Vocabulary(IndexReader reader)
{
    public const int MaxExpansions = 1024;

    /// <summary>Up to 1,024 terms with this beginning, in term order segment by segment.</summary>
    public IReadOnlyCollection<string> Starting(string field, string prefix, Func<string, bool> keep, out bool complete)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        complete = true;
        foreach (var leaf in reader.Leaves)
            if (leaf.AtomicReader.GetTerms(field) is { } terms)
                complete &= Collect(terms.GetEnumerator(), new BytesRef(prefix), keep, found);
        return found;
    }

    private static bool Collect(TermsEnum terms, BytesRef prefix, Func<string, bool> keep, HashSet<string> found)
    {
        if (terms.SeekCeil(prefix) == TermsEnum.SeekStatus.END) return true;
        do
        {
            if (!StringHelper.StartsWith(terms.Term, prefix)) return true;
            var term = terms.Term.Utf8ToString();
            if (!keep(term) || found.Contains(term)) continue;
            if (found.Count == MaxExpansions) return false;
            found.Add(term);
        }
        while (terms.MoveNext());
        return true;
    }
}
