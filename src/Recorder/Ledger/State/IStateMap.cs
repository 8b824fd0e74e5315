namespace Recorder.Ledger.State;

/// <summary>
/// The ordered map of everything in force, derived from the log. Readers take the snapshot; a batch is visible when
/// <see cref="Apply"/> returns and durable some time later, always together with its position.
/// </summary>
internal interface IStateMap : IAsyncDisposable
{
    StateSnapshot Snapshot { get; }

    void Apply(StateBatch batch);

    /// <summary>Waits until everything applied so far is durable.</summary>
    /// <exception cref="IOException">It could not be written; the map itself is whole and the log has it all.</exception>
    Task FlushAsync(CancellationToken cancel);

    /// <summary>Forgets everything: what was loaded belongs to another log.</summary>
    void Reset(string reason);

    /// <summary>Why the map is not being written at present; null when all is well.</summary>
    string? LastError { get; }
}

/// <summary>The map without a file.</summary>
internal sealed class MemoryStateMap : IStateMap
{
    private readonly Lock gate = new();
    private volatile StateSnapshot snapshot = StateSnapshot.Empty;

    public StateSnapshot Snapshot => snapshot;

    public string? LastError => null;

    public void Apply(StateBatch batch)
    {
        lock (gate)
        {
            snapshot = snapshot.With(batch);
        }
    }

    public Task FlushAsync(CancellationToken cancel) => Task.CompletedTask;

    public void Reset(string reason) => snapshot = StateSnapshot.Empty;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
