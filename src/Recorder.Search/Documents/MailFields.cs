using Lucene.Net.Documents;
using Lucene.Net.Index;
using Recorder.Search.Querying;

namespace Recorder.Search.Documents;

/// <summary>Names and kinds of the Lucene fields. A change here or in Analysis needs a new <see cref="FormatVersion"/>, so that old indexes are rebuilt.</summary>
internal static class MailFields
{
    public const string FormatVersion = "mail-4";

    public const string Owner = "owner";
    public const string Blind = "blind"; // owners that To and Cc do not name
    public const string State = "state"; // owner, a zero character, disposition code or its first part
    public const string Has = "has";
    public const string MessageId = "mid";
    public const string SizeBytes = "size";
    public const string Row = "row";
    public const string Attachment = "attachment";

    public const string Text = "text"; // the text alone; words anywhere are asked of every field in Everywhere
    public const string Subject = "subject";
    public const string From = "from";
    public const string To = "to";
    public const string Cc = "cc";
    public const string FileName = "file";
    public const string List = "list";
    public const string Envelope = "env"; // every owner's words: for the administrator's view only

    public const string BlindEnvelope = "benv"; // the same of the owners in Blind

    /// <summary>Where a word without operator is looked for. No text stands in two of them, so that nothing is indexed twice.</summary>
    public static readonly IReadOnlyList<string> Everywhere = [Text, Subject, From, To, Cc, FileName, List];

    /// <summary>Exact terms longer than this are cut on both sides; Lucene refuses terms over 32,766 bytes.</summary>
    public const int MaxKeywordChars = 1000;

    public static readonly FieldType Positions = Frozen(IndexOptions.DOCS_AND_FREQS_AND_POSITIONS, isTokenized: true);
    public static readonly FieldType DocumentsOnly = Frozen(IndexOptions.DOCS_ONLY, isTokenized: true);
    public static readonly FieldType KeywordType = Frozen(IndexOptions.DOCS_ONLY, isTokenized: false);

    /// <summary>The documents-only companion that holds single run characters.</summary>
    public static string Singles(string field) => field + "1";

    /// <summary>The documents-only companion that holds word beginnings of 2 to 4 characters.</summary>
    public static string Prefixes(string field) => field + "p";

    public static string Keyword(string value) => value.Length <= MaxKeywordChars ? value : value[..MaxKeywordChars];

    public static string StateTerm(string owner, string code) => Keyword($"{owner}\0{code}");

    public static IReadOnlyList<string> Of(SearchField field) => field switch
    {
        SearchField.Subject => [Subject],
        SearchField.From => [From],
        SearchField.To => [To, Cc],
        SearchField.Cc => [Cc],
        SearchField.FileName => [FileName],
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
