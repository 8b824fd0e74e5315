using System.Globalization;

namespace Recorder.Benchmarks.Load;

/// <summary>
/// CPU time, user and system, of a whole process tree, ended processes included: a control group counts exactly; without
/// one, the tree is summed from proc(5), where an ended child is in its parent's cutime and cstime, to 10 ms a process.
/// </summary>
internal sealed class CpuMeter : IDisposable
{
    private const string Version1 = "/sys/fs/cgroup/cpuacct", Version2 = "/sys/fs/cgroup";
    private const double TicksPerSecond = 100;

    private readonly string? group;

    public CpuMeter(string name) => group = TryMake(name);

    public string How => group is null ? "proc(5)" : "control group";

    /// <summary>What the tree's first process is started under.</summary>
    public string[] Under => group is null ? [] : ["/bin/sh", "-c", $"echo $$ > {group}/cgroup.procs && exec \"$0\" \"$@\""];

    /// <param name="root">The tree's first process; only asked where there is no control group.</param>
    public double Seconds(int root) => group switch
    {
        null => TreeSeconds(root),
        _ when File.Exists($"{group}/cpuacct.usage") => long.Parse(File.ReadAllText($"{group}/cpuacct.usage"), CultureInfo.InvariantCulture) / 1e9,
        _ => long.Parse(File.ReadLines($"{group}/cpu.stat").First(line => line.StartsWith("usage_usec ", StringComparison.Ordinal)).Split(' ')[1], CultureInfo.InvariantCulture) / 1e6,
    };

    public void Dispose()
    {
        if (group is not null && File.ReadAllText($"{group}/cgroup.procs").Length == 0)
        {
            // A control group is removed by rmdir alone; its files are not files.
            Directory.Delete(group);
        }
    }

    private static string? TryMake(string name)
    {
        var parent = Directory.Exists(Version1) ? Version1 : Version2;
        var made = Path.Combine(parent, $"recorder-benchmark-{name}-{Environment.ProcessId}");
        try
        {
            Directory.CreateDirectory(made);
            return File.Exists($"{made}/cpuacct.usage") || File.Exists($"{made}/cpu.stat") ? made : null;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static double TreeSeconds(int root)
    {
        var all = Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(name => char.IsAsciiDigit(name![0]))
            .Select(name => Fields(name!)).OfType<Stat>().ToLookup(stat => stat.Parent);
        return Sum(new Stat(root, 0, Fields(Text(root))?.Ticks ?? 0), all) / TicksPerSecond;
    }

    private static long Sum(Stat one, ILookup<int, Stat> children) => one.Ticks + children[one.Id].Sum(child => Sum(child, children));

    // Fields 4, 14 to 17 of proc(5); the name in parentheses may hold anything.
    private static Stat? Fields(string id)
    {
        try
        {
            var fields = File.ReadAllText($"/proc/{id}/stat").Split(") ")[^1].Split(' ');
            return new Stat(int.Parse(id, CultureInfo.InvariantCulture), int.Parse(fields[1], CultureInfo.InvariantCulture),
                fields[11..15].Sum(ticks => long.Parse(ticks, CultureInfo.InvariantCulture)));
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);

    private sealed record Stat(int Id, int Parent, long Ticks);
}
