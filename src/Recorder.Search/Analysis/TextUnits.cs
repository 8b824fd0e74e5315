namespace Recorder.Search.Analysis;

/// <summary>One word, or one run of characters, as a query asks for it.</summary>
internal readonly record struct TextUnit(bool IsRun, string Exact, string Folded)
{
    public string Form(bool exact) => exact ? Exact : Folded;
}

/// <summary>The words and runs of a query text, read by the same scanner as the documents.</summary>
internal sealed class TextUnits : ITextSink
{
    private readonly List<TextUnit> _units = [];

    public static IReadOnlyList<TextUnit> Of(string text)
    {
        var units = new TextUnits();
        new TextScanner(units).Scan(text);
        return units._units;
    }

    public void Word(ReadOnlySpan<char> exact, ReadOnlySpan<char> folded) => _units.Add(new(false, exact.ToString(), folded.ToString()));

    public void Run(ReadOnlySpan<char> run) => _units.Add(new(true, run.ToString(), run.ToString()));

    public void Address(ReadOnlySpan<char> whole)
    {
        // A query asks for a whole address only when it is nothing else: AddressShape.Whole.
    }
}
