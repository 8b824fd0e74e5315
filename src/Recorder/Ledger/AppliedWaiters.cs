namespace Recorder.Ledger;

/// <summary>Callers whose entry is durable and who wait until the state shows it.</summary>
internal sealed class AppliedWaiters
{
    private readonly Lock gate = new();
    private readonly PriorityQueue<TaskCompletionSource, long> waiting = new();
    private long applied;

    public long Applied
    {
        get { lock (gate) { return applied; } }
    }

    public bool AreThere
    {
        get { lock (gate) { return waiting.Count > 0; } }
    }

    public Task WaitAsync(long sequence)
    {
        lock (gate)
        {
            if (applied >= sequence)
            {
                return Task.CompletedTask;
            }

            var waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            waiting.Enqueue(waiter, sequence);
            return waiter.Task;
        }
    }

    public void Reached(long sequence)
    {
        lock (gate)
        {
            applied = sequence;
            while (waiting.TryPeek(out var waiter, out var wanted) && wanted <= sequence)
            {
                waiting.Dequeue();
                waiter.SetResult();
            }
        }
    }

    public void Fail(Exception error)
    {
        lock (gate)
        {
            while (waiting.TryDequeue(out var waiter, out _))
            {
                waiter.SetException(error);
            }
        }
    }
}
