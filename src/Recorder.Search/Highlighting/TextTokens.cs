using System.Text;
using Recorder.Search.Analysis;

namespace Recorder.Search;

/// <summary>A word, or a run of characters, with its place in the text.</summary>
/// <param name="Starts">Where each unit of <paramref name="Folded"/> comes from; one more, the end.</param>
internal sealed record TextToken(bool IsRun, string Exact, string Folded, IReadOnlyList<int> Starts)
{
    public int Start => Starts[0];

    public int End => Starts[^1];
}

/// <summary>Cuts a text as <see cref="TextScanner"/> does, and keeps where its words stand.</summary>
internal static class TextTokens
{
    public static IReadOnlyList<TextToken> Of(string text)
    {
        var tokens = new List<TextToken>();
        for (var at = 0; at < text.Length;)
        {
            var kind = ClassAt(text, at, out var width);
            if (kind is CharClass.Separator or CharClass.Ignored)
            {
                at += width;
                continue;
            }
            var end = EndOf(text, at, kind);
            Add(tokens, text, at, end, kind);
            at = end;
        }
        return tokens;
    }

    private static int EndOf(string text, int at, CharClass kind)
    {
        while (at < text.Length && (ClassAt(text, at, out var width) is var next && (next == kind || next == CharClass.Ignored))) at += width;
        return at;
    }

    private static void Add(List<TextToken> tokens, string text, int start, int end, CharClass kind)
    {
        if (kind == CharClass.Word)
        {
            var exact = Folding.Exact(Visible(text.AsSpan(start, end - start)));
            if (exact.Length > 0) tokens.Add(new TextToken(false, exact, Folding.Accents(exact), [start, end]));
            return;
        }
        var (run, starts) = Run(text, start, end);
        if (run.Length > 0) tokens.Add(new TextToken(true, run, run, starts));
    }

    /// <summary>Character by character, so that each folded one knows where it came from; a mark joins the one before it.</summary>
    private static (string Run, List<int> Starts) Run(string text, int start, int end)
    {
        var (run, starts) = (new StringBuilder(), new List<int>());
        for (var at = start; at < end;)
        {
            var next = NextCharacter(text, at, end);
            foreach (var c in Folding.Exact(Visible(text.AsSpan(at, next - at))))
            {
                run.Append(c);
                starts.Add(at);
            }
            at = next;
        }
        starts.Add(end);
        return (run.ToString(), starts);
    }

    private static int NextCharacter(string text, int at, int end)
    {
        at += Width(text, at);
        while (at < end && (text[at] is '\uFF9E' or '\uFF9F' or '\u3099' or '\u309A' || ClassAt(text, at, out _) == CharClass.Ignored)) at += Width(text, at);
        return Math.Min(at, end);
    }

    private static string Visible(ReadOnlySpan<char> text)
    {
        var visible = new StringBuilder(text.Length);
        for (var at = 0; at < text.Length;)
        {
            Rune.DecodeFromUtf16(text[at..], out var rune, out var width);
            if (CharClasses.Of(rune) != CharClass.Ignored) visible.Append(rune.ToString());
            at += width;
        }
        return visible.ToString();
    }

    private static int Width(string text, int at) => Rune.TryGetRuneAt(text, at, out var rune) ? rune.Utf16SequenceLength : 1;

    private static CharClass ClassAt(string text, int at, out int width)
    {
        width = 1;
        var kind = CharClasses.Of(text[at]);
        if (kind != CharClass.Surrogate) return kind;
        if (!Rune.TryGetRuneAt(text, at, out var rune)) return CharClass.Separator;
        width = rune.Utf16SequenceLength;
        return CharClasses.Of(rune);
    }
}
