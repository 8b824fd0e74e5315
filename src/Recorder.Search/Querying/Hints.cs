namespace Recorder.Search.Querying;

/// <summary>What the reader of a query could not do as typed: a closed code, a colon, the text it concerns.</summary>
internal sealed class Hints
{
    private const int MaxHints = 20;
    private const int MaxSubjectChars = 60;
    private readonly List<string> _all = [];

    public IReadOnlyList<string> All => _all;

    public void UnknownOperator(string name) => Add("unknown-operator", name);
    public void BadDate(string value) => Add("bad-date", value);
    public void BadSize(string value) => Add("bad-size", value);
    public void EmptyOperator(string name) => Add("empty-operator", name);
    public void Ignored(string text) => Add("ignored", text);
    public void PrefixTooShort(string text) => Add("prefix-too-short", text);
    public void PrefixTooWide(string text) => Add("prefix-too-wide", text);
    public void PhraseCut(string text) => Add("phrase-cut", text);
    public void TooManyClauses() => Add("too-many-clauses", QueryParser.MaxClauses.ToString(System.Globalization.CultureInfo.InvariantCulture));
    public void TooDeep() => Add("too-deep", QueryParser.MaxDepth.ToString(System.Globalization.CultureInfo.InvariantCulture));
    public void QueryCut() => Add("query-cut", QueryParser.MaxChars.ToString(System.Globalization.CultureInfo.InvariantCulture));
    public void BadCursor() => Add("bad-cursor", "");

    /// <summary>A part of the index is being made anew: so many entries of the log at most cannot be found.</summary>
    public void Incomplete(long entries) => Add("incomplete", entries.ToString(System.Globalization.CultureInfo.InvariantCulture));

    private void Add(string code, string subject)
    {
        var hint = $"{code}:{(subject.Length <= MaxSubjectChars ? subject : subject[..MaxSubjectChars])}";
        if (_all.Count < MaxHints && !_all.Contains(hint)) _all.Add(hint);
    }
}
