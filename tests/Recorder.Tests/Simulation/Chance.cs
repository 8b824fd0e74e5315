namespace Recorder.Tests.Simulation;

/// <summary>
/// Where all choices come from. Each step and each next hop within it has a stream of its own, so that what one thread
/// draws never changes what another one will.
/// </summary>
internal sealed class Chance(params ReadOnlySpan<int> seeds)
{
    private readonly Lock gate = new();
    private readonly Random random = new(Mix(seeds));

    public int Below(int count)
    {
        lock (gate) return random.Next(count);
    }

    /// <param name="percent">0: never, 100: always.</param>
    public bool Is(double percent)
    {
        lock (gate) return random.NextDouble() * 100 < percent;
    }

    public T Of<T>(IReadOnlyList<T> choices) => choices[Below(choices.Count)];

    /// <summary>One of the names, each as often as its weight says.</summary>
    public T Weighted<T>(params ReadOnlySpan<(int Weight, T Choice)> choices)
    {
        var sum = 0;
        foreach (var (weight, _) in choices) sum += weight;
        var at = Below(sum);
        foreach (var (weight, choice) in choices)
        {
            if ((at -= weight) < 0) return choice;
        }
        throw new InvalidOperationException();
    }

    private static int Mix(ReadOnlySpan<int> seeds)
    {
        var mixed = 17UL;
        foreach (var seed in seeds) mixed = (mixed ^ (uint)seed) * 0x9E3779B97F4A7C15UL + 0x632BE59BD9B4E019UL;
        return (int)(mixed >> 33);
    }
}
