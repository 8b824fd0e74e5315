using System.Globalization;
using System.Text.RegularExpressions;
using Recorder.SystemTests.Peers;

namespace Recorder.Benchmarks.Load;

/// <summary>strace beside a process, noting each fsync with its time and file.</summary>
internal sealed partial class SyncTrace(string folder)
{
    private readonly string output = Path.Combine(folder, "trace");

    /// <summary>-D: the process that is started is the traced one. The filter in the kernel leaves other calls alone.</summary>
    public string[] Under => [Compare.DebianProgram.Strace.Path, "-D", "-f", "--seccomp-bpf", "-ttt", "-y", "-e", "trace=fsync,fdatasync,sync_file_range,msync,sync,syncfs", "-o", output];

    public static bool IsLog(string file) => file.EndsWith(".active", StringComparison.Ordinal);

    /// <returns>The file of each call that began between the two times; a call resumed after others counts once.</returns>
    public async Task<IReadOnlyList<string>> FilesAsync(DateTimeOffset from, DateTimeOffset until)
    {
        await Machine.UntilAsync("strace to end", async () => (await File.ReadAllTextAsync(output)).TrimEnd().EndsWith("+++", StringComparison.Ordinal));
        return [.. (await File.ReadAllLinesAsync(output)).Select(line => Call().Match(line)).Where(call => call.Success)
            .Where(call => Between(call.Groups[1].Value, from, until)).Select(call => call.Groups[2].Value)];
    }

    private static bool Between(string seconds, DateTimeOffset from, DateTimeOffset until)
    {
        var at = DateTimeOffset.UnixEpoch.AddSeconds(double.Parse(seconds, CultureInfo.InvariantCulture));
        return at >= from && at <= until;
    }

    // "4711  1790000000.123456 fsync(97</data/archive/x.active>) = 0", or "... <unfinished ...>".
    [GeneratedRegex(@"^\d+ +(\d+\.\d+) \w+\((?:\d+<([^>]*)>)?")]
    private static partial Regex Call();
}
