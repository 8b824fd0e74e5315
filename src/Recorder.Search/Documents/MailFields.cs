using Lucene.Net.Documents;
using Lucene.Net.Index;
using Recorder.Search.Querying;

namespace Recorder.Search.Documents;

/// <summary>Names and kinds of the Lucene fields. A change here or in Analysis needs a new <see cref="FormatVersion"/>, so that old indexes are rebuilt.</summary>
internal static class MailFields
{
    public const string FormatVersion = "mail-12";

    public const string Owner = "owner";
    public const string Blind = "blind"; // owners that To and Cc do not name
    public const string State = "state"; // owner, a zero character, disposition code or its first part
    public const string Has = "has";
    public const string MessageId = "mid";
    public const string SizeBytes = "size";
    public const string Row = "row";
    public const string Sender = "sender"; // the author's address as a doc value, for facets
    public const string Header = "hdr"; // name, and name, a zero character, word; what names messages is in MessageId

    private const string Words = "word";
    public static readonly WordField Text = new(Words), Subject = new(Words, "\u0001"), From = new(Words, "\u0002"), To = new(Words, "\u0003"),
        Cc = new(Words, "\u0004"), FileName = new(Words, "\u0005"), List = new(Words, "\u0006"),
        Attached = new(Words, "\u0007"); // the text of attachments

    public static readonly WordField Envelope = new("env"); // every owner's words: for the administrator's view only
    public static readonly WordField BlindEnvelope = new("benv"); // the same of the owners in Blind

    /// <summary>Where a word without operator is looked for. No text stands in two of them, so that nothing is indexed twice.</summary>
    public static readonly IReadOnlyList<WordField> Everywhere = [Text, Subject, From, To, Cc, FileName, List, Attached];

    /// <summary>Exact terms longer than this are cut on both sides; Lucene refuses terms over 32,766 bytes.</summary>
    public const int MaxKeywordChars = 1000;

    public static readonly FieldType Positions = Frozen(IndexOptions.DOCS_AND_FREQS_AND_POSITIONS, isTokenized: true);
    public static readonly FieldType DocumentsOnly = Frozen(IndexOptions.DOCS_ONLY, isTokenized: true);
    public static readonly FieldType KeywordType = Frozen(IndexOptions.DOCS_ONLY, isTokenized: false);

    public static string Keyword(string value) => value.Length <= MaxKeywordChars ? value : value[..MaxKeywordChars];

    public static string HeaderTerm(string lowerName, string word) => Keyword($"{lowerName}\0{word}");

    /// <summary>A message that a header field names: next to the term of that message itself.</summary>
    public static string NamedTerm(string lowerName, string messageId) => $"{DenseTerms.OfMessageId(messageId)}\0{lowerName}";

    public static string StateTerm(string owner, string code) => Keyword($"{owner}\0{code}");

    public static IReadOnlyList<WordField> Of(SearchField field) => field switch
    {
        SearchField.Subject => [Subject],
        SearchField.From => [From],
        SearchField.To => [To, Cc],
        SearchField.Cc => [Cc],
        SearchField.Body => [Text],
        SearchField.FileName => [FileName],
        SearchField.Attachment => [FileName, Attached],
        SearchField.List => [List],
        _ => Everywhere,
    };

    // Nothing is scored: hits come by date, so norms would be dead weight.
    private static FieldType Frozen(IndexOptions options, bool isTokenized)
    {
        var type = new FieldType { IsIndexed = true, IsTokenized = isTokenized, OmitNorms = true, IndexOptions = options };
        type.Freeze();
        return type;
    }
}
