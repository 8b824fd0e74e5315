namespace Recorder.Indexing;

/// <summary>
/// How often an index is refreshed. Each refresh writes a small piece of index that must be merged later, so the pause
/// grows with what the last one cost: 200 ms while there is little to do, up to a second under load. What comes meanwhile
/// is read and added a breath after the other, so that nothing but the refresh is left when the pause is over. Whoever waits
/// for the index to catch up cuts the pause short.
/// </summary>
internal sealed class ShowingPace(TimeProvider time)
{
    public static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(200), Longest = TimeSpan.FromSeconds(1);

    /// <summary>Mail that comes within it is read in one piece.</summary>
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(50);

    // A refresh costs about as much again in later merges: this keeps both under a twentieth of one core.
    private const int PauseTimesCost = 50;

    private readonly Lock gate = new();
    private TaskCompletionSource hurried = NewSignal();
    private TimeSpan pause = Shortest;
    private long? shownAt;

    public bool IsDue => Left <= TimeSpan.Zero;

    /// <summary>Until the next refresh is due; negative when it is.</summary>
    public TimeSpan Left => shownAt is { } at ? pause - time.GetElapsedTime(at) : TimeSpan.Zero;

    /// <summary>Ends when somebody hurries.</summary>
    public Task Hurried
    {
        get { lock (gate) return hurried.Task; }
    }

    public void Show(Action refresh)
    {
        var began = time.GetTimestamp();
        Calm();
        refresh();
        shownAt = time.GetTimestamp();
        var wanted = time.GetElapsedTime(began) * PauseTimesCost;
        pause = wanted < Shortest ? Shortest : wanted > Longest ? Longest : wanted;
    }

    /// <summary>Forgets who hurried before. Whoever does so is a waiter already, and is looked for after this.</summary>
    public void Calm()
    {
        lock (gate)
        {
            if (hurried.Task.IsCompleted) hurried = NewSignal();
        }
    }

    /// <summary>Ends the present pause.</summary>
    public void Hurry()
    {
        lock (gate) hurried.TrySetResult();
    }

    /// <summary>Until the next refresh is due, or somebody waits for it.</summary>
    public Task WaitAsync(CancellationToken cancel) => WaitAsync(Left, cancel);

    /// <summary>No longer than a breath of it.</summary>
    public Task BreatheAsync(CancellationToken cancel) => WaitAsync(Left < Breath ? Left : Breath, cancel);

    private async Task WaitAsync(TimeSpan atMost, CancellationToken cancel)
    {
        if (atMost <= TimeSpan.Zero) return;
        using var waking = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        Task signal;
        lock (gate) signal = hurried.Task;
        await Task.WhenAny(signal, Task.Delay(atMost, time, waking.Token));
        await waking.CancelAsync();
        cancel.ThrowIfCancellationRequested();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
