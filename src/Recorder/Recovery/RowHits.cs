using Recorder.Search;

namespace Recorder.Recovery;

/// <summary>Where the words of a query stand in what a row shows.</summary>
/// <param name="Subject">In the row's subject.</param>
/// <param name="Text">A piece of the message around its hits; null where its beginning is shown as it is.</param>
public sealed record RowHits(IReadOnlyList<TextSpan> Subject, Snippet? Text)
{
    public static RowHits None { get; } = new([], null);
}
