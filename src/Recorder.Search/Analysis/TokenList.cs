using System.Text;

namespace Recorder.Search.Analysis;

/// <summary>
/// The tokens of one field in memory, so that a text is scanned once and replayed into several Lucene fields.
/// A run of n characters takes n positions: its n-1 pairs, then the last character alone, so that a phrase may go on behind it.
/// </summary>
internal sealed class TokenList : ITextSink
{
    private const int KeptChars = 1 << 20;
    private char[] _chars = new char[1024];
    private int _used;
    private readonly List<Token> _tokens = [], _addresses = [];
    private readonly TextScanner _scanner;

    public TokenList() => _scanner = new TextScanner(this);

    public readonly record struct Token(int Start, int Length, int Increment);

    public Grams Grams { get; } = new();

    public IReadOnlyList<Token> Tokens => _tokens;

    /// <summary>Whole addresses and their domains. Asked for alone, never within a phrase: documents-only.</summary>
    public IReadOnlyList<Token> Addresses => _addresses;

    public ReadOnlySpan<char> Text(Token token) => _chars.AsSpan(token.Start, token.Length);

    public void Clear()
    {
        var wasLong = _used > KeptChars;
        _used = 0;
        _tokens.Clear();
        _addresses.Clear();
        Grams.Clear();
        // Long texts come in rows: the next may have use for the room.
        if (_chars.Length <= KeptChars || wasLong) return;
        _chars = new char[1024];
        _tokens.Capacity = 0;
    }

    public void Scan(string text)
    {
        MakeRoom(text.Length);
        _scanner.Scan(text);
    }

    public void Word(ReadOnlySpan<char> exact, ReadOnlySpan<char> folded)
    {
        Add(folded, increment: 1);
        Grams.AddPrefix(folded);
        if (exact.SequenceEqual(folded)) return;
        Add(exact, increment: 0);
        Grams.AddPrefix(exact);
    }

    public void Run(ReadOnlySpan<char> run)
    {
        Grams.AddSingles(run);
        for (var rest = run; !rest.IsEmpty; rest = rest[Width(rest)..]) Add(Pair(rest), increment: 1);
    }

    public void Address(ReadOnlySpan<char> whole)
    {
        if (whole.Length > AddressShape.MaxChars) return;
        var (start, at) = (Keep(whole), whole.IndexOf('@'));
        _addresses.Add(new Token(start, whole.Length, Increment: 1));
        _addresses.Add(new Token(start + at, whole.Length - at, Increment: 1)); // from:@example.edu
    }

    /// <summary>The first two code points, or the last one.</summary>
    internal static ReadOnlySpan<char> Pair(ReadOnlySpan<char> run)
    {
        var first = Width(run);
        return first == run.Length ? run : run[..(first + Width(run[first..]))];
    }

    internal static int Width(ReadOnlySpan<char> run) => char.IsHighSurrogate(run[0]) && run.Length > 1 ? 2 : 1;

    // A long text fills about as many characters and a sixth as many tokens; growing to that by doubling would leave as much behind.
    private void MakeRoom(int characters)
    {
        if (_used + characters <= KeptChars) return;
        Array.Resize(ref _chars, Math.Max(_chars.Length, _used + characters));
        _tokens.EnsureCapacity(_tokens.Count + characters / 6);
    }

    // Lucene refuses a first token without a position of its own.
    private void Add(ReadOnlySpan<char> token, int increment) => _tokens.Add(new Token(Keep(token), token.Length, _tokens.Count == 0 ? 1 : increment));

    private int Keep(ReadOnlySpan<char> token)
    {
        if (_used + token.Length > _chars.Length)
            Array.Resize(ref _chars, Math.Max(_chars.Length * 2, _used + token.Length));
        token.CopyTo(_chars.AsSpan(_used));
        _used += token.Length;
        return _used - token.Length;
    }
}
