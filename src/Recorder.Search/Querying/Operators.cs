namespace Recorder.Search.Querying;

/// <summary>What people type, looked up in the table of <see cref="QueryLanguage"/>.</summary>
internal static class Operators
{
    private static readonly Dictionary<string, Operator> Names = ByName(QueryLanguage.Operators, row => row.Names, row => row.Operator);
    private static readonly Dictionary<string, StateWord> States = ByName(QueryLanguage.States, row => row.Names, row => row);
    private static readonly Dictionary<string, KindWord> Kinds = ByName(QueryLanguage.Kinds, row => row.Names, row => row);

    public static Operator? Named(string name) => Names.TryGetValue(name, out var found) ? found : null;

    public static StateWord? State(string name) => States.GetValueOrDefault(name);

    public static KindWord? Kind(string name) => Kinds.GetValueOrDefault(name);

    /// <summary>The field that takes words, or null for operators whose value is not words.</summary>
    public static SearchField? Field(Operator name) => name switch
    {
        Operator.From => SearchField.From,
        Operator.To => SearchField.To,
        Operator.Cc => SearchField.Cc,
        Operator.Bcc => SearchField.Bcc,
        Operator.Subject => SearchField.Subject,
        Operator.Body => SearchField.Body,
        Operator.FileName => SearchField.FileName,
        Operator.Attachment => SearchField.Attachment,
        Operator.List => SearchField.List,
        _ => null,
    };

    private static Dictionary<string, TValue> ByName<TRow, TValue>(
        IReadOnlyList<TRow> rows, Func<TRow, IReadOnlyList<string>> names, Func<TRow, TValue> value) =>
        rows.SelectMany(row => names(row).Select(name => KeyValuePair.Create(name, value(row))))
            .ToDictionary(StringComparer.OrdinalIgnoreCase);
}
