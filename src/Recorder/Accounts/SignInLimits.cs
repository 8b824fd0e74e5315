namespace Recorder.Accounts;

/// <summary>
/// Counts sign-in attempts over the last 15 minutes: by address and source together, by source, and by address from
/// everywhere. The last is soft: beyond it, sources the address signed in from lately still may try, so that nobody locks
/// a chosen person out from elsewhere. An attempt counts when it begins and is taken back when it succeeds (successes
/// have a limit of their own) or could not be decided, so that many at once cannot pass the check together. Bounded: when
/// more names than fit have failed lately, everybody must wait but those who come from where they signed in lately.
/// </summary>
/// <param name="maxPerAddress">From one source.</param>
/// <param name="isKnown">Whether the address signed in from a group of sources (<see cref="SourceNetwork"/>) lately.</param>
internal sealed class SignInLimits(int maxPerAddress, int maxPerSource, TimeProvider time, int maxEverywhere = int.MaxValue, Func<string, string, bool>? isKnown = null)
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
            var names = Names(address, source);
            // What is refused takes no name: nobody may fill the table for everybody else.
            if (Count(names.Pair) >= maxPerAddress || Count(names.Successes) >= MaxSuccessesPerAddress || Count(names.Source) >= maxPerSource
                || ((attempts.Count > MaxNames || Count(names.Address) >= maxEverywhere) && !IsKnown(address, source)))
            {
                return false;
            }

            var now = time.GetTimestamp();
            foreach (var name in new[] { names.Pair, names.Address, names.Source }) Recent(name).Enqueue(now);
            return true;
        }
    }

    /// <summary>The address signed in from there lately: whoever tries to keep everybody out does not keep them out.</summary>
    public bool IsKnown(string address, string source) => isKnown?.Invoke(address, SourceNetwork.Of(source)) == true;

    /// <summary>The address's failures from this source are forgotten, those from elsewhere are not.</summary>
    public void Succeeded(string address, string source)
    {
        lock (gate)
        {
            var names = Names(address, source);
            attempts.Remove(names.Pair);
            Recent(names.Successes).Enqueue(time.GetTimestamp());
            TakeBack(names.Address, names.Source);
        }
    }

    /// <summary>The attempt was neither right nor wrong.</summary>
    public void Undecided(string address, string source)
    {
        lock (gate)
        {
            var names = Names(address, source);
            TakeBack(names.Pair, names.Address, names.Source);
        }
    }

    private static (string Pair, string Address, string Source, string Successes) Names(string address, string source) =>
        ($"p/{SourceNetwork.Of(source)}/{address}", $"a/{address}", $"s/{SourceNetwork.Of(source)}", $"o/{address}");

    private void TakeBack(params ReadOnlySpan<string> names)
    {
        foreach (var name in names) Recent(name).TryDequeue(out _);
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
