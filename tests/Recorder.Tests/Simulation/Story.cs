namespace Recorder.Tests.Simulation;

/// <summary>What happened, for whoever must understand a failure: the last of it in the message, all of it in a file.</summary>
internal sealed class Story
{
    private const int Kept = 30;
    // For a replay: everything, as it happens.
    private readonly bool isTold = Environment.GetEnvironmentVariable("RECORDER_SIMULATE_STORY") is not null;
    private readonly Lock gate = new();
    private readonly List<string> all = [];
    private readonly Queue<string> last = new();

    public int Step { get; set; }

    public long Told { get; private set; }

    public void Tell(string what)
    {
        lock (gate)
        {
            Told++;
            if (isTold) Console.Error.WriteLine($"{Step,6}  {what}");
            if (last.Count == Kept) last.Dequeue();
            last.Enqueue($"{Step,6}  {what}");
            all.Add(last.Last());
        }
    }

    /// <summary>What the log shows: for the file alone.</summary>
    public void Note(string what)
    {
        lock (gate) all.Add($"{Step,6}    {what}");
    }

    /// <returns>Where it is.</returns>
    public string Write(int seed)
    {
        var path = Path.Combine(Path.GetTempPath(), $"recorder-simulation-{seed}-{Environment.ProcessId}.txt");
        lock (gate) File.WriteAllLines(path, all);
        return path;
    }

    public override string ToString()
    {
        lock (gate) return string.Join('\n', last);
    }
}

/// <summary>A promise is broken.</summary>
internal sealed class BrokenPromiseException(string what) : Exception(what);

/// <summary>The world's plain assertions.</summary>
internal static class Promise
{
    public static void Holds(bool condition, string what)
    {
        if (!condition) throw new BrokenPromiseException(what);
    }
}
