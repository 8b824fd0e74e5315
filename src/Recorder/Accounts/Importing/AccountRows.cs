namespace Recorder.Accounts.Importing;

/// <summary>What one line of a file, or one entry of a directory, says.</summary>
/// <param name="Account">Address of the account, as written.</param>
/// <param name="Addresses">Further addresses of it, as written.</param>
/// <param name="Problem">Why the line says nothing that can be used; null where it does.</param>
/// <param name="Identity">What stays the same for one person; null where the source does not say.</param>
public sealed record ListedAccount(
    int Line, string Account, string? Name = null, IReadOnlyList<string>? Addresses = null, string? Problem = null, string? Identity = null);

/// <summary>Reads accounts and aliases out of files of others.</summary>
public static class AccountRows
{
    public const string Csv = "csv", Postfix = "postfix";

    /// <param name="format"><see cref="Csv"/> or <see cref="Postfix"/>.</param>
    public static IReadOnlyList<ListedAccount> Read(TextReader file, string format) => format == Postfix ? ReadPostfix(file) : ReadCsv(file);

    /// <summary><c>address,name,aliases</c>; aliases are separated by spaces or semicolons. A first line of names is passed over.</summary>
    private static List<ListedAccount> ReadCsv(TextReader file) => [.. Lines(file)
        .Where(line => line.Text.Trim() is { Length: > 0 } and not ['#', ..] && !(line.Number == 1 && line.Text.StartsWith("address", StringComparison.OrdinalIgnoreCase)))
        .Select(line => (line.Number, Fields: Split(line.Text)))
        .Select(line => new ListedAccount(
            line.Number, line.Fields[0], line.Fields.ElementAtOrDefault(1),
            [.. (line.Fields.ElementAtOrDefault(2) ?? "").Split([' ', ';'], StringSplitOptions.RemoveEmptyEntries)]))];

    /// <summary>Postfix's virtual(5): <c>alias target</c>; a line that begins with a space goes on with the one before.</summary>
    private static List<ListedAccount> ReadPostfix(TextReader file)
    {
        var whole = new List<(int Number, string Text)>();
        foreach (var line in Lines(file).Where(line => line.Text.Trim() is { Length: > 0 } and not ['#', ..]))
        {
            if (char.IsWhiteSpace(line.Text[0]) && whole.Count > 0) whole[^1] = (whole[^1].Number, $"{whole[^1].Text} {line.Text.Trim()}");
            else whole.Add(line);
        }

        return [.. whole.Select(line => OfAlias(line.Number, line.Text.Split([' ', '\t', ','], StringSplitOptions.RemoveEmptyEntries)))];
    }

    private static ListedAccount OfAlias(int number, string[] words) => words switch
    {
        [['@', ..], ..] => new ListedAccount(number, words[0], Problem: "takes every address of a domain, which belongs to nobody alone"),
        [var alias, ..] when !alias.Contains('@') => new ListedAccount(number, alias, Problem: "is no full address"),
        [var alias, var target] => new ListedAccount(number, target, Addresses: [alias]),
        [var alias, ..] => new ListedAccount(number, alias, Problem: words.Length == 1 ? "leads nowhere" : "leads to several: grant delegates instead"),
        _ => new ListedAccount(number, "", Problem: "is empty"),
    };

    // RFC 4180 §2: quotes around a field, doubled within.
    private static List<string> Split(string line)
    {
        var (fields, field, quoted) = (new List<string>(), new System.Text.StringBuilder(), false);
        for (var index = 0; index < line.Length; index++)
        {
            if (line[index] == '"' && quoted && index + 1 < line.Length && line[index + 1] == '"') field.Append(line[++index]);
            else if (line[index] == '"') quoted = !quoted;
            else if (line[index] == ',' && !quoted) { fields.Add(field.ToString().Trim()); field.Clear(); }
            else field.Append(line[index]);
        }

        fields.Add(field.ToString().Trim());
        return fields;
    }

    private static IEnumerable<(int Number, string Text)> Lines(TextReader file)
    {
        for (var number = 1; file.ReadLine() is { } text; number++) yield return (number, text);
    }
}
