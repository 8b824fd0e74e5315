using Recorder.SystemTests.Peers;

namespace Recorder.Benchmarks.Load;

/// <summary>The program as docs/operating.md has it installed: published, compiled ahead.</summary>
internal static class InstalledRecorder
{
    /// <summary>Publishes it into a folder and lets every row start that one.</summary>
    /// <exception cref="InvalidOperationException">It does not build.</exception>
    public static async Task BringAsync(string folder)
    {
        var (code, words) = await Machine.RunAsync("dotnet",
            "publish", Path.Combine(Source(), "src", "Recorder"), "-c", "Release", "-r", "linux-x64", "--self-contained", "false",
            "-p:PublishReadyToRun=true", "-v", "quiet", "--nologo", "-o", folder);
        if (code != 0) throw new InvalidOperationException($"dotnet publish ended with {code}:\n{words}");
        RecorderProcess.Executable = Path.Combine(folder, "recorder.dll");
    }

    private static string Source()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Recorder.sln"))) return folder.FullName;
        }

        throw new InvalidOperationException("run the benchmarks from the source tree: what they measure is published from it");
    }
}
