namespace Recorder.Search.Querying;

internal enum TokenKind { Word, Quoted, Open, Close, Or, Not, Operator }

/// <param name="Text">The word, what the quotes hold, or the operator's name as typed.</param>
/// <param name="Start">Where it stands in the width-folded query, quotes and colon included.</param>
/// <param name="End">Behind it.</param>
/// <param name="Name">Set for operators only.</param>
internal readonly record struct Token(TokenKind Kind, string Text, int Start, int End, Operator? Name = null);

/// <summary>
/// Cuts a query into tokens. The text is width-folded before, so full-width colons, brackets, quotes and spaces need no rules here;
/// Chinese corner brackets and curly quotes are quotes.
/// </summary>
internal sealed class Lexer(string text, Hints hints)
{
    private const int MaxNameChars = 24;
    private readonly List<Token> _tokens = [];
    private int _at;

    public static IReadOnlyList<Token> Read(string text, Hints hints)
    {
        var lexer = new Lexer(text, hints);
        while (lexer.SkipSpace()) lexer.ReadOne();
        return lexer._tokens;
    }

    private bool SkipSpace()
    {
        while (_at < text.Length && char.IsWhiteSpace(text[_at])) _at++;
        return _at < text.Length;
    }

    private void ReadOne()
    {
        if (text[_at] == '(') Single(TokenKind.Open);
        else if (text[_at] == ')') Single(TokenKind.Close);
        else if (ClosingQuotes(text[_at]) is { } closing) Quoted(closing);
        else if (IsMinus(text[_at]) && !AfterOperator) Minus();
        else Word();
    }

    private bool AfterOperator => _tokens.Count > 0 && _tokens[^1].Kind == TokenKind.Operator;

    private void Single(TokenKind kind) => _tokens.Add(new Token(kind, text[_at].ToString(), _at, ++_at));

    private void Quoted(string closing)
    {
        var start = _at + 1;
        var end = text.AsSpan(start).IndexOfAny(closing);
        var length = end < 0 ? text.Length - start : end;
        _at = Math.Min(text.Length, start + length + 1);
        _tokens.Add(new Token(TokenKind.Quoted, text.Substring(start, length), start - 1, _at));
    }

    private void Minus()
    {
        var next = _at + 1;
        if (next >= text.Length || char.IsWhiteSpace(text[next])) _at = next; // a dash between words asks for nothing
        else if (IsMinus(text[next]) || text[next] == ')') Word();
        else Single(TokenKind.Not);
    }

    private void Word()
    {
        var start = _at++;
        var mayBeOperator = !AfterOperator;
        for (; _at < text.Length && !EndsWord(text[_at]); _at++)
        {
            if (text[_at] != ':' || !mayBeOperator) continue;
            if (TakeOperator(start)) return;
            mayBeOperator = false;
        }
        Plain(start, text[start.._at]);
    }

    private void Plain(int start, string word)
    {
        // Behind an operator every word is its value: a sender may be named OR.
        if (word == "OR" && !AfterOperator) _tokens.Add(new Token(TokenKind.Or, word, start, _at));
        else if (word != "AND" || AfterOperator) _tokens.Add(new Token(TokenKind.Word, word, start, _at));
    }

    private bool TakeOperator(int start)
    {
        var name = text[start.._at];
        if (Operators.Named(name) is { } known)
        {
            _at++;
            _tokens.Add(new Token(TokenKind.Operator, name, start, _at, known));
            return true;
        }
        if (LooksLikeName(name) && HasValueAt(_at + 1)) hints.UnknownOperator(name);
        return false;
    }

    /// <summary>Not a time (10:30), not a web address (http://), not a pasted "Re: subject".</summary>
    private bool HasValueAt(int at) => at < text.Length && !EndsWord(text[at]) && text[at] != '/';

    private static bool LooksLikeName(string name) =>
        name.Length <= MaxNameChars && name.All(c => char.IsLetter(c) || c == '_');

    private static bool EndsWord(char c) => char.IsWhiteSpace(c) || c is '(' or ')' || ClosingQuotes(c) is not null;

    private static bool IsMinus(char c) => c is '-' or '\u2212';

    private static string? ClosingQuotes(char opening) => opening switch
    {
        '"' or '\u201C' or '\u201D' or '\u201E' or '\u201F' => "\"\u201C\u201D",
        '「' => "」",
        '『' => "』",
        _ => null,
    };
}
