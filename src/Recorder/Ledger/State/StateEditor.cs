namespace Recorder.Ledger.State;

/// <summary>
/// Changes on their way into the map: reads see them, nobody else does. What one entry changed can be taken back,
/// so that a fact which cannot be applied leaves nothing half done.
/// </summary>
internal sealed class StateEditor(StateSnapshot before)
{
    private readonly Dictionary<string, object?> changed = new(StringComparer.Ordinal);
    private readonly List<(string Key, bool WasChanged, object? Value)> undo = [];

    public bool IsEmpty => changed.Count == 0;

    public T? Get<T>(string key) where T : class => (T?)(changed.TryGetValue(key, out var value) ? value : before.Get(key));

    public void Set(string key, object value) => Put(key, value);

    public void Remove(string key)
    {
        if (Get<object>(key) is not null)
        {
            Put(key, null);
        }
    }

    /// <summary>All present values under a prefix, in key order.</summary>
    public IReadOnlyList<KeyValuePair<string, T>> Range<T>(string prefix) where T : class
    {
        var untouched = before.Range<T>(prefix).Where(pair => !changed.ContainsKey(pair.Key));
        var touched = changed
            .Where(pair => pair.Value is not null && pair.Key.StartsWith(prefix, StringComparison.Ordinal))
            .Select(pair => new KeyValuePair<string, T>(pair.Key, (T)pair.Value!));
        return [.. untouched.Concat(touched).OrderBy(pair => pair.Key, StringComparer.Ordinal)];
    }

    /// <summary>Values from the start of a prefix while a condition holds; the usual answer is none, at no cost.</summary>
    public IReadOnlyList<KeyValuePair<string, T>> TakeWhile<T>(string prefix, Func<T, bool> condition) where T : class =>
        TakeWhile<T>(prefix, (_, value) => condition(value));

    public IReadOnlyList<KeyValuePair<string, T>> TakeWhile<T>(string prefix, Func<string, T, bool> condition) where T : class
    {
        var untouched = before.Range<T>(prefix).TakeWhile(pair => condition(pair.Key, pair.Value)).Where(pair => !changed.ContainsKey(pair.Key));
        var touched = changed
            .Where(pair => pair.Value is T value && pair.Key.StartsWith(prefix, StringComparison.Ordinal) && condition(pair.Key, value))
            .Select(pair => new KeyValuePair<string, T>(pair.Key, (T)pair.Value!));
        return [.. untouched.Concat(touched)];
    }

    /// <summary>From here on <see cref="TakeBack"/> undoes.</summary>
    public void Begin() => undo.Clear();

    public void TakeBack()
    {
        for (var index = undo.Count - 1; index >= 0; index--)
        {
            var (key, wasChanged, value) = undo[index];
            if (wasChanged)
            {
                changed[key] = value;
            }
            else
            {
                changed.Remove(key);
            }
        }

        undo.Clear();
    }

    public StateBatch ToBatch(StatePosition position) =>
        new([.. changed.Select(pair => new StateChange(pair.Key, pair.Value)).Where(Matters)], position);

    // A key that came and went within the batch was never there.
    private bool Matters(StateChange change) => change.Value is not null || before.Contains(change.Key);

    private void Put(string key, object? value)
    {
        undo.Add((key, changed.TryGetValue(key, out var old), old));
        changed[key] = value;
    }
}
