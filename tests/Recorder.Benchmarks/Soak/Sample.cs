using System.Globalization;
using Recorder.Benchmarks.Compare;
using Recorder.Benchmarks.Load;
using Recorder.SystemTests.Peers;

namespace Recorder.Benchmarks.Soak;

/// <summary>One look at the process. Sizes in MB; the heap is what the last garbage collection left.</summary>
internal sealed record Sample(double Minutes, double Rss, double Heap, int Handles, int Threads, double IndexLag)
{
    private const double Megabyte = 1e6;

    /// <returns>null while it is not up.</returns>
    public static async Task<Sample?> TakeAsync(RecorderProcess recorder, Meters meters, double minutes, CancellationToken cancel)
    {
        try
        {
            var all = await meters.ReadAllAsync(cancel);
            var status = File.ReadLines($"/proc/{recorder.Id}/status").Select(line => line.Split(':', StringSplitOptions.TrimEntries)).ToDictionary(parts => parts[0], parts => parts[^1]);
            return new Sample(
                minutes, First(status["VmRSS"]) * 1024 / Megabyte, all.Where(metric => metric.Key.StartsWith("dotnet_gc_last_collection_heap_size", StringComparison.Ordinal)).Sum(metric => metric.Value) / Megabyte,
                Directory.EnumerateFileSystemEntries($"/proc/{recorder.Id}/fd").Count(), (int)First(status["Threads"]), all.GetValueOrDefault("recorder_index_lag"));
        }
        catch (Exception away) when (away is HttpRequestException or IOException or InvalidOperationException || (away is TaskCanceledException && !cancel.IsCancellationRequested))
        {
            return null;
        }
    }

    /// <summary>Bytes of all files below a folder, in MB.</summary>
    public static double DiskUse(string folder)
    {
        try
        {
            return new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(Length) / Megabyte;
        }
        catch (DirectoryNotFoundException)
        {
            return double.NaN;
        }

        // Files come and go beneath.
        static long Length(FileInfo file) => file.Exists ? file.Length : 0;
    }

    public string Text => $"RSS {Number.Text(Rss)} MB, heap {Number.Text(Heap)} MB, handles {Handles}, threads {Threads}, index lag {Number.Text(IndexLag)}";

    private static double First(string value) => double.Parse(value.Split(' ')[0], CultureInfo.InvariantCulture);
}
