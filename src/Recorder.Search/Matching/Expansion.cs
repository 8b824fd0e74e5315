using Lucene.Net.Index;
using Lucene.Net.Util;

namespace Recorder.Search.Matching;

/// <summary>The terms of a segment with one beginning.</summary>
internal static class Expansion
{
    /// <summary>The enumerator stands on each term as it is given; in term order.</summary>
    public static IEnumerable<BytesRef> Of(TermsEnum terms, BytesRef prefix)
    {
        if (terms.SeekCeil(prefix) == TermsEnum.SeekStatus.END) yield break;
        while (StringHelper.StartsWith(terms.Term, prefix))
        {
            yield return terms.Term;
            if (!terms.MoveNext()) yield break;
        }
    }
}
