using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Recorder.Benchmarks.Compare;

/// <summary>What the figures were measured on.</summary>
internal sealed record MachineFacts(int Cores, string Cpu, string Kernel, double MemoryGigabytes, double Load, double FsyncMedianMilliseconds, double FsyncP99Milliseconds)
{
    private const int Syncs = 200;

    /// <param name="folder">On the disk that takes the data.</param>
    public static MachineFacts Look(string folder)
    {
        var syncs = TimeSyncs(Path.Combine(folder, "fsync-probe"));
        return new MachineFacts(
            Environment.ProcessorCount, CpuName(), $"{RuntimeInformation.OSDescription}, kernel {File.ReadAllText("/proc/sys/kernel/osrelease").Trim()}", GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1e9,
            double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture),
            Number.Percentile(syncs, 50), Number.Percentile(syncs, 99));
    }

    public string Text => $"{Cores} cores of {Cpu}, {Number.Text(MemoryGigabytes)} GB, {Kernel}, .NET {Environment.Version}; "
        + $"an fsync after 4 KB on the data folder takes {Number.Text(FsyncMedianMilliseconds)} ms (p99 {Number.Text(FsyncP99Milliseconds)} ms); "
        + $"load before the run {Number.Text(Load)}" + (Load > 0.5 ? " (NOT QUIET: only ratios of one run say something)" : "");

    private static string CpuName() => File.ReadLines("/proc/cpuinfo").Where(line => line.StartsWith("model name", StringComparison.Ordinal))
        .Select(line => line.Split(": ")[1]).FirstOrDefault("unknown CPU");

    private static IReadOnlyList<double> TimeSyncs(string path)
    {
        var page = new byte[4096];
        List<double> all = [];
        using (var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 0))
        {
            for (var i = 0; i < Syncs; i++)
            {
                file.Write(page);
                var start = Stopwatch.GetTimestamp();
                file.Flush(flushToDisk: true);
                all.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
        }

        File.Delete(path);
        return [.. all.Order()];
    }
}
