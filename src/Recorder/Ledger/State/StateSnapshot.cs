using System.Collections.Immutable;
using Recorder.Archive;

namespace Recorder.Ledger.State;

/// <param name="Value">Null removes the key.</param>
internal readonly record struct StateChange(string Key, object? Value);

/// <summary>Changes that belong together, and the last log entry they stem from.</summary>
/// <param name="Changes">Each key at most once.</param>
internal sealed record StateBatch(IReadOnlyCollection<StateChange> Changes, StatePosition Position);

/// <summary>The last applied entry. Its id tells this log from another one with as many entries.</summary>
internal readonly record struct StatePosition(string Lane, long Sequence, RecordId LastId);

/// <summary>
/// An immutable picture. A sorted set rather than a sorted dictionary, because only the set finds a key's rank, which
/// is what a range starts from.
/// </summary>
internal sealed class StateSnapshot : IStateSnapshot
{
    private readonly ImmutableSortedSet<StateChange> entries;

    private StateSnapshot(ImmutableSortedSet<StateChange> entries, StatePosition? at)
    {
        this.entries = entries;
        At = at;
        Position = at is { } position
            ? ImmutableDictionary<string, long>.Empty.Add(position.Lane, position.Sequence)
            : ImmutableDictionary<string, long>.Empty;
    }

    public static StateSnapshot Empty { get; } = new(ImmutableSortedSet.Create<StateChange>(KeyOrder.Instance), null);

    /// <summary>Null before the first entry.</summary>
    public StatePosition? At { get; }

    public IReadOnlyDictionary<string, long> Position { get; }

    public int Count => entries.Count;

    public IEnumerable<StateChange> All => entries;

    public static StateSnapshot Of(IEnumerable<StateChange> entries, StatePosition at) =>
        new(entries.ToImmutableSortedSet(KeyOrder.Instance), at);

    public bool Contains(string key) => entries.Contains(new StateChange(key, null));

    public object? Get(string key) => entries.TryGetValue(new StateChange(key, null), out var found) ? found.Value : null;

    public T? Get<T>(string key) where T : class => (T?)Get(key);

    public IEnumerable<KeyValuePair<string, T>> Range<T>(string prefix, string? after = null, int limit = int.MaxValue) where T : class
    {
        for (var index = FirstIndex(prefix, after); index < entries.Count && limit > 0; index++, limit--)
        {
            var (key, value) = entries[index];
            if (!key.StartsWith(prefix, StringComparison.Ordinal))
            {
                yield break;
            }

            yield return new(key, (T)value!);
        }
    }

    public StateSnapshot With(StateBatch batch)
    {
        var builder = entries.ToBuilder();
        foreach (var change in batch.Changes)
        {
            builder.Remove(change);
            if (change.Value is not null)
            {
                builder.Add(change);
            }
        }

        return new StateSnapshot(builder.ToImmutable(), batch.Position);
    }

    private int FirstIndex(string prefix, string? after)
    {
        var exclusive = after is not null && string.CompareOrdinal(after, prefix) >= 0;
        var rank = entries.IndexOf(new StateChange(exclusive ? after! : prefix, null));
        return rank < 0 ? ~rank : exclusive ? rank + 1 : rank;
    }

    private sealed class KeyOrder : IComparer<StateChange>
    {
        public static readonly KeyOrder Instance = new();

        public int Compare(StateChange left, StateChange right) => string.CompareOrdinal(left.Key, right.Key);
    }
}
