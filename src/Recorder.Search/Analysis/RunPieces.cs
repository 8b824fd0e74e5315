namespace Recorder.Search.Analysis;

/// <summary>A run of a query as the index knows runs: its overlapping pairs, or its one character, each in all its forms.</summary>
internal sealed class RunPieces
{
    private RunPieces(string run, IReadOnlyList<IReadOnlyList<string>> forms, bool isSingle) => (Run, Forms, IsSingle) = (run, forms, isSingle);

    public string Run { get; }

    /// <summary>Piece by piece, the form as typed first.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Forms { get; }

    /// <summary>One character alone.</summary>
    public bool IsSingle { get; }

    public static RunPieces Of(string run)
    {
        var pieces = new List<string>();
        for (var rest = run.AsSpan(); TokenList.Width(rest) < rest.Length; rest = rest[TokenList.Width(rest)..]) pieces.Add(TokenList.Pair(rest).ToString());
        var isSingle = pieces.Count == 0;
        if (isSingle) pieces.Add(run);
        var areTraditional = ChineseForms.AreTraditional(run);
        return new RunPieces(run, [.. pieces.Select(piece => ChineseForms.Of(piece, areTraditional))], isSingle);
    }
}

/// <summary>Finds a run in a text, in any form. All forms are as long as what was typed.</summary>
internal sealed class RunPattern
{
    private readonly string _run;
    private readonly List<(int Start, HashSet<string>.AlternateLookup<ReadOnlySpan<char>> Forms)> _pieces = [];
    private readonly System.Buffers.SearchValues<char>? _beginnings;

    public RunPattern(string run)
    {
        _run = run;
        var pieces = RunPieces.Of(run);
        if (pieces.Forms.All(forms => forms.Count == 1)) return; // as typed only
        _beginnings = System.Buffers.SearchValues.Create([.. pieces.Forms[0].Select(form => form[0])]);
        var start = 0;
        foreach (var forms in pieces.Forms)
        {
            _pieces.Add((start, forms.ToHashSet(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>()));
            start += TokenList.Width(run.AsSpan(start));
        }
        PieceChars = [.. pieces.Forms.Select(forms => forms[0].Length)];
    }

    public int Length => _run.Length;

    private IReadOnlyList<int> PieceChars { get; } = [];

    /// <summary>Where it stands at or after a place; -1 where it does not.</summary>
    public int IndexIn(string text, int from)
    {
        if (_beginnings is null) return text.IndexOf(_run, from, StringComparison.Ordinal);
        for (; from + Length <= text.Length; from++)
        {
            var next = text.AsSpan(from).IndexOfAny(_beginnings);
            if (next < 0) return -1;
            if (IsAt(text, from += next)) return from;
        }
        return -1;
    }

    public bool IsAt(string text, int at)
    {
        if (at < 0 || at + Length > text.Length) return false;
        if (_beginnings is null) return string.CompareOrdinal(text, at, _run, 0, Length) == 0;
        for (var i = 0; i < _pieces.Count; i++)
            if (!_pieces[i].Forms.Contains(text.AsSpan(at + _pieces[i].Start, PieceChars[i]))) return false;
        return true;
    }
}
