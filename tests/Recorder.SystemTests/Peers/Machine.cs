using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Recorder.SystemTests.Peers;

/// <summary>What this machine has: programs, free ports, throwaway folders.</summary>
internal static class Machine
{
    /// <summary>Set where every peer must be present: a missing one then fails instead of skipping.</summary>
    private static bool PeersAreRequired => Environment.GetEnvironmentVariable("RECORDER_REQUIRE_PEERS") == "1";

    /// <summary>Skips the test, or fails it where peers are required, when a program is not installed.</summary>
    public static void Needs(params string[] programs)
    {
        var missing = programs.Where(program => !File.Exists(program)).ToList();
        if (missing.Count == 0)
        {
            return;
        }

        var reason = $"needs {string.Join(", ", missing)}";
        Assert.False(PeersAreRequired, reason);
        Assert.Skip(reason);
    }

    /// <summary>The corpus of real mail beside the project, or null.</summary>
    public static string? CorpusFolder()
    {
        if (Environment.GetEnvironmentVariable("RECORDER_CORPUS") is { Length: > 0 } named)
        {
            return named;
        }

        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "shared", "corpus");
            if (File.Exists(Path.Combine(candidate, "manifest.jsonl")))
            {
                return candidate;
            }
        }

        return null;
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Runs a program to its end.</summary>
    /// <returns>Exit code and both outputs together.</returns>
    public static async Task<(int Code, string Output)> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(2));
        return (process.ExitCode, await output + await errors);
    }

    /// <summary>Asks again until it is so.</summary>
    public static async Task UntilAsync(string what, Func<Task<bool>> isSo, int timeoutSeconds = 60)
    {
        var deadline = Stopwatch.StartNew();
        while (!await isSo())
        {
            Assert.True(deadline.Elapsed < TimeSpan.FromSeconds(timeoutSeconds), $"waited {timeoutSeconds} s for: {what}");
            await Task.Delay(100);
        }
    }
}

/// <summary>A throwaway folder below the temporary folder.</summary>
internal sealed class Scratch : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("recorder-st-").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public string Folder(string name) => Directory.CreateDirectory(File(name)).FullName;

    public void Dispose()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (IOException)
        {
            // A peer still writes its last log line; the folder is temporary anyway.
        }
    }
}
