using Lucene.Net.Util;

namespace Recorder.Search.Documents;

/// <summary>
/// A field whose words people search. Fields that are asked together share a dictionary, in which a word of a field follows
/// the same word of the text: one look-up finds it wherever it stands, in a block that is read anyway.
/// </summary>
/// <param name="Dictionary">The name of the Lucene field.</param>
/// <param name="Mark">What ends its terms there: nothing, or one control character, which no word has.</param>
internal sealed record WordField(string Dictionary, string Mark = "")
{
    /// <summary>Marks lie before everything that may follow in a longer word.</summary>
    public const char LastMark = '\u001F';

    /// <summary>The documents-only companion that holds single run characters.</summary>
    public WordField Singles => this with { Dictionary = Dictionary + "1" };

    /// <summary>The documents-only companion that holds word beginnings of two characters.</summary>
    public WordField Prefixes => this with { Dictionary = Dictionary + "p" };

    /// <summary>The documents-only companion that holds whole addresses, and domains behind their at sign.</summary>
    public WordField Addresses => this with { Dictionary = Dictionary + "a" };

    public string Term(string word) => word + Mark;

    /// <summary>The word without the mark; null for a term of another field.</summary>
    public string? WordOf(string term) => (Mark.Length == 0 ? term[^1] > LastMark : term[^1] == Mark[0]) ? term[..^Mark.Length] : null;

    /// <summary>Whether a term belongs to this field.</summary>
    public bool Has(BytesRef term) => term.Bytes[term.Offset + term.Length - 1] is var last && (Mark.Length == 0 ? last > LastMark : last == Mark[0]);
}
