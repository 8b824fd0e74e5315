namespace Recorder.Accounts;

/// <summary>
/// Counts sign-in attempts by address and by source over the last 15 minutes. An attempt counts when it begins and is
/// taken back when it succeeds (successes have a limit of their own), so that many at once cannot pass the check together. Bounded: when more names than fit
/// have failed lately, new ones must wait too.
/// </summary>
internal sealed class SignInLimits(int maxPerAddress, int maxPerSource, TimeProvider time)
{
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(15);
    private const int MaxNames = 100_000;

    // Each success starts a session that is kept for hours.
    private const int MaxSuccessesPerAddress = 100;

    private readonly Lock gate = new();
    private readonly Dictionary<string, Queue<long>> attempts = new(StringComparer.Ordinal);
    private long lastSweep;

    /// <returns>false when the address or the source must wait; then nothing is counted.</returns>
    public bool TryBegin(string address, string source)
    {
        lock (gate)
        {
            Sweep();
            var (byAddress, bySource) = ($"a/{address}", $"s/{SourceNetwork.Of(source)}");
            // What is refused takes no name: nobody may fill the table for everybody else.
            if (Count(byAddress) >= maxPerAddress || Count($"o/{address}") >= MaxSuccessesPerAddress || Count(bySource) >= maxPerSource || attempts.Count > MaxNames)
            {
                return false;
            }

            var now = time.GetTimestamp();
            Recent(byAddress).Enqueue(now);
            Recent(bySource).Enqueue(now);
            return true;
        }
    }

    public void Succeeded(string address, string source)
    {
        lock (gate)
        {
            attempts.Remove($"a/{address}");
            Recent($"o/{address}").Enqueue(time.GetTimestamp());
            Recent($"s/{SourceNetwork.Of(source)}").TryDequeue(out _);
        }
    }

    private int Count(string name)
    {
        if (!attempts.TryGetValue(name, out var queue))
        {
            return 0;
        }

        Trim(queue);
        return queue.Count;
    }

    private Queue<long> Recent(string name)
    {
        if (!attempts.TryGetValue(name, out var queue))
        {
            attempts[name] = queue = new Queue<long>();
        }

        Trim(queue);
        return queue;
    }

    private void Trim(Queue<long> queue)
    {
        while (queue.TryPeek(out var oldest) && time.GetElapsedTime(oldest) >= Window)
        {
            queue.Dequeue();
        }
    }

    private void Sweep()
    {
        if (time.GetElapsedTime(lastSweep) < TimeSpan.FromMinutes(1))
        {
            return;
        }

        lastSweep = time.GetTimestamp();
        foreach (var (name, queue) in attempts)
        {
            Trim(queue);
            if (queue.Count == 0)
            {
                attempts.Remove(name);
            }
        }
    }
}
