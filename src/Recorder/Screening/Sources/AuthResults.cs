using System.Text;

namespace Recorder.Screening.Sources;

/// <summary>One method's result within an Authentication-Results field.</summary>
/// <param name="Method">Lower case, without version.</param>
/// <param name="Result">Lower case.</param>
/// <param name="Properties">By <c>ptype.property</c> in lower case; the first of equal names.</param>
internal sealed record AuthResult(string Method, string Result, IReadOnlyDictionary<string, string> Properties);

/// <summary>
/// An Authentication-Results field (RFC 8601 §2.2). One thing that the grammar does not have, and there are no results:
/// who can write half of a field must not be able to make the other half say something new.
/// </summary>
/// <param name="Results">null where the field cannot be read to its end.</param>
internal sealed record AuthResults(string ServerId, IReadOnlyList<AuthResult>? Results)
{
    private const int MaxResults = 50;

    /// <returns>null where not even the server's name can be read.</returns>
    public static AuthResults? Parse(string value)
    {
        var reader = new Reader(value);
        if (!reader.SkipSpace() || reader.Word(";") is not { Length: > 0 } id) return null;
        return new AuthResults(id, ReadAll(reader));
    }

    private static List<AuthResult>? ReadAll(Reader reader)
    {
        var results = new List<AuthResult>();
        if (!reader.SkipSpace()) return null;
        // authres-version: this is version 1 (§2.2).
        if (!reader.IsEnd && reader.Peek != ';' && (reader.Word(";") != "1" || !reader.SkipSpace())) return null;
        while (!reader.IsEnd)
        {
            if (!reader.Take(';') || !reader.SkipSpace()) return null;
            if (reader.IsEnd) break;
            if (ReadOne(reader) is not { } result || results.Count == MaxResults) return null;
            if (result.Method.Length > 0) results.Add(result);
        }
        return results;
    }

    private static AuthResult? ReadOne(Reader reader)
    {
        if (reader.Word(";=/")?.ToLowerInvariant() is not { Length: > 0 } method || !reader.SkipSpace()) return null;
        if (method == "none" && (reader.IsEnd || reader.Peek == ';')) return new AuthResult("", "", new Dictionary<string, string>());
        if (reader.Take('/') && (!reader.SkipSpace() || reader.Word(";=") is not { Length: > 0 } || !reader.SkipSpace())) return null;
        if (!reader.Take('=') || !reader.SkipSpace() || reader.Word(";=")?.ToLowerInvariant() is not { Length: > 0 } result) return null;
        return ReadProperties(reader) is { } properties ? new AuthResult(method, result, properties) : null;
    }

    private static Dictionary<string, string>? ReadProperties(Reader reader)
    {
        var properties = new Dictionary<string, string>(StringComparer.Ordinal);
        while (true)
        {
            if (!reader.SkipSpace()) return null;
            if (reader.IsEnd || reader.Peek == ';') return properties;
            // reason = value, or ptype.property = value.
            if (reader.Word(";=")?.ToLowerInvariant() is not { Length: > 0 } name || !reader.SkipSpace() || !reader.Take('=') || !reader.SkipSpace()) return null;
            if (reader.Word(";") is not { } value) return null;
            properties.TryAdd(name, value);
        }
    }

    /// <summary>A place in the field's text.</summary>
    private sealed class Reader(string text)
    {
        private int at;

        public bool IsEnd => at == text.Length;

        public char Peek => text[at];

        public bool Take(char wanted)
        {
            if (IsEnd || text[at] != wanted) return false;
            at++;
            return true;
        }

        /// <summary>White space and comments, nested too (RFC 5322 §3.2.2).</summary>
        /// <returns>false for a comment without end.</returns>
        public bool SkipSpace()
        {
            var depth = 0;
            for (; at < text.Length; at++)
            {
                var letter = text[at];
                if (letter == '(') depth++;
                else if (letter == ')' && depth > 0) depth--;
                else if (letter == '\\' && depth > 0) at++;
                else if (depth == 0 && letter is not (' ' or '\t' or '\r' or '\n')) return true;
            }
            at = text.Length;
            return depth == 0;
        }

        /// <summary>A quoted string without its quotes, or everything up to white space, a comment or one of the stops. A quoted local part may begin an address.</summary>
        /// <returns>null for a string without end, or with a quote in the middle.</returns>
        public string? Word(string stops)
        {
            var word = new StringBuilder();
            if (Take('"') && !Quoted(word)) return null;
            for (; at < text.Length && text[at] is not (' ' or '\t' or '\r' or '\n' or '(') && !stops.Contains(text[at]); at++)
            {
                if (text[at] is '"' or ')') return null;
                word.Append(text[at]);
            }
            return word.ToString();
        }

        private bool Quoted(StringBuilder word)
        {
            for (; at < text.Length; at++)
            {
                if (text[at] == '"')
                {
                    at++;
                    return true;
                }
                if (text[at] == '\\' && ++at == text.Length) return false;
                word.Append(text[at]);
            }
            return false;
        }
    }
}
