using System.Buffers;
using System.Text;

namespace Recorder.Search.Analysis;

/// <summary>Receives what <see cref="TextScanner"/> finds, in reading order. Spans are valid during the call only.</summary>
internal interface ITextSink
{
    /// <summary>One word of at most 40 characters, with and without accents.</summary>
    void Word(ReadOnlySpan<char> exact, ReadOnlySpan<char> folded);

    /// <summary>Characters of a script without spaces, at least one.</summary>
    void Run(ReadOnlySpan<char> run);

    /// <summary>A whole address around an at sign, after the parts before the at sign and before those behind it.</summary>
    void Address(ReadOnlySpan<char> whole);
}

/// <summary>
/// Breaks text into words, runs and addresses (the idea of UAX #29, cut finer: every punctuation mark ends a word, so that
/// identifiers and file names are found by their parts, and as a whole by the order of the parts). Never throws, whatever the text.
/// </summary>
internal sealed class TextScanner(ITextSink sink)
{
    public const int MaxWordChars = 40;
    private const int MaxRunChars = 8192;

    /// <summary>A line this long that breaks between two run characters was wrapped by the sender's program, not ended by its writer.</summary>
    private const int WrappedLineChars = 24;

    private static readonly SearchValues<char> AsciiWord = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");

    private readonly char[] _token = new char[MaxRunChars];
    private int _length;
    private int _lineStart;
    private bool _ascii;
    private CharClass _open;

    public void Scan(string text)
    {
        (_length, _lineStart, _ascii, _open) = (0, 0, true, CharClass.Separator);
        for (var i = 0; i < text.Length;)
        {
            if (char.IsAsciiLetterOrDigit(text[i]))
            {
                i += AppendAscii(text.AsSpan(i));
                continue;
            }
            var kind = Classify(text, i, out var width);
            if (kind == CharClass.Separator) i = Separate(text, i);
            else if (kind != CharClass.Ignored) Append(kind, text.AsSpan(i, width));
            i += width;
        }
        Flush();
    }

    /// <summary>The letters and digits that the text begins with, at once: most of most mail.</summary>
    private int AppendAscii(ReadOnlySpan<char> text)
    {
        if (_open != CharClass.Word) Flush();
        _open = CharClass.Word;
        var end = text.IndexOfAnyExcept(AsciiWord);
        var word = end < 0 ? text : text[..end];
        var kept = word[..Math.Min(word.Length, Math.Max(0, MaxWordChars - _length))];
        Ascii.ToLower(kept, _token.AsSpan(_length), out _);
        _length += kept.Length;
        return word.Length;
    }

    private static CharClass Classify(string text, int at, out int width)
    {
        width = 1;
        var kind = CharClasses.Of(text[at]);
        if (kind != CharClass.Surrogate) return kind;
        var whole = Rune.TryGetRuneAt(text, at, out var rune);
        width = whole ? 2 : 1;
        return whole ? CharClasses.Of(rune) : CharClass.Separator;
    }

    /// <summary>Ends the open token unless a wrapped line goes on; answers the last index used up.</summary>
    private int Separate(string text, int at)
    {
        if (_open == CharClass.Run && WrapEnd(text, at) is int end)
        {
            _lineStart = end + 1;
            return end;
        }
        Flush();
        if (text[at] == '\n') _lineStart = at + 1;
        if (text[at] == '@' && AddressShape.Around(text, at) is { } address) sink.Address(address);
        return at;
    }

    private int? WrapEnd(string text, int at)
    {
        if (at - _lineStart < WrappedLineChars) return null;
        var i = at;
        if (text[i] == ' ') i++;
        if (i < text.Length && text[i] == '\r') i++;
        if (i + 1 >= text.Length || text[i] != '\n') return null;
        return Classify(text, i + 1, out _) == CharClass.Run ? i : null;
    }

    private void Append(CharClass kind, ReadOnlySpan<char> codePoint)
    {
        if (_open != kind) Flush();
        _open = kind;
        if (kind == CharClass.Run && _length + 2 > MaxRunChars) Flush(CharClass.Run);
        if (kind == CharClass.Word && _length + codePoint.Length > MaxWordChars) return; // the rest of an over-long word is not indexed
        codePoint.CopyTo(_token.AsSpan(_length));
        _length += codePoint.Length;
        _ascii = false;
    }

    private void Flush(CharClass next = CharClass.Separator)
    {
        var token = _token.AsSpan(0, _length);
        if (_length > 0 && _ascii) sink.Word(token, token);
        else if (_length > 0) Emit(_open, Folding.Exact(token));
        (_length, _ascii, _open) = (0, true, next);
    }

    private void Emit(CharClass kind, string exact)
    {
        if (exact.Length == 0) return;
        if (kind == CharClass.Run) sink.Run(exact);
        else sink.Word(Cut(exact), Cut(WithoutAccents(exact)));
    }

    // Accents without a letter would fold to nothing, and a term of no length be one for all of them.
    private static string WithoutAccents(string exact) => Folding.Accents(exact) is { Length: > 0 } folded ? folded : exact;

    private static ReadOnlySpan<char> Cut(string word)
    {
        if (word.Length <= MaxWordChars) return word;
        var end = char.IsHighSurrogate(word[MaxWordChars - 1]) ? MaxWordChars - 1 : MaxWordChars;
        return word.AsSpan(0, end);
    }
}
