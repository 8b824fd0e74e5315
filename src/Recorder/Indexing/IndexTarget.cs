using Recorder.Search;

namespace Recorder.Indexing;

/// <summary>The part that both indexes share, seen by the pump.</summary>
internal sealed record IndexTarget<T>(
    Func<IReadOnlyDictionary<string, long>> Checkpoint, Action<IReadOnlyList<T>> Add,
    Action<IReadOnlyDictionary<string, long>> Refresh, Action<IReadOnlyDictionary<string, long>> Commit)
{
    /// <summary>Whether somebody may look for it at once.</summary>
    public Func<T, bool> IsAwaited { get; init; } = static _ => true;
}

internal static class IndexTarget
{
    public static IndexTarget<SearchDocument> Of(IMailIndex index) => new(() => index.Checkpoint, index.Add, index.Refresh, index.Commit)
    {
        IsAwaited = static mail => mail.IsAwaited,
    };

    public static IndexTarget<EventDocument> Of(IEventIndex index) => new(() => index.Checkpoint, index.Add, index.Refresh, index.Commit);
}
