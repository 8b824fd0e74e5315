namespace Recorder.Intake;

/// <summary>
/// One message at a time for each retry key: when the same delivery arrives in two sessions at once, the second waits
/// and then finds what the first one settled. All keys of a transaction are taken together, so nobody waits for each other.
/// </summary>
public sealed class KeyTurns
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, Turn> taken = new(StringComparer.Ordinal);

    /// <summary>Waits until all keys are free, and takes them. Dispose the turn when the answer is known.</summary>
    /// <exception cref="OperationCanceledException">The others took too long.</exception>
    public async Task<IDisposable> TakeAsync(IReadOnlyCollection<string> keys, CancellationToken cancel)
    {
        var mine = new Turn(this, keys);
        while (TryTake(mine) is { } other)
        {
            await other.Ended.WaitAsync(cancel);
        }
        return mine;
    }

    private Turn? TryTake(Turn mine)
    {
        lock (gate)
        {
            foreach (var key in mine.Keys)
            {
                if (taken.TryGetValue(key, out var other)) return other;
            }
            foreach (var key in mine.Keys) taken[key] = mine;
            return null;
        }
    }

    private void Free(Turn turn)
    {
        lock (gate)
        {
            foreach (var key in turn.Keys) taken.Remove(key);
        }
    }

    private sealed class Turn(KeyTurns owner, IReadOnlyCollection<string> keys) : IDisposable
    {
        private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public IReadOnlyCollection<string> Keys { get; } = [.. keys.Distinct(StringComparer.Ordinal)];
        public Task Ended => ended.Task;

        public void Dispose()
        {
            if (ended.Task.IsCompleted) return;
            owner.Free(this);
            ended.TrySetResult();
        }
    }
}
