using System.Diagnostics;
using Recorder.SystemTests.Peers;

namespace Recorder.Benchmarks.Load;

/// <summary>Both sides of an import, each a process from its start to its end, on nothing.</summary>
internal sealed class Importers(RealMaildir mail, string folder)
{
    private const string Owner = "amy@example.edu";

    public static string Notmuch => "/usr/bin/notmuch";

    public string RecorderIndex => Path.Combine(folder, "recorder", "index", "mail");

    public string NotmuchIndex => Path.Combine(mail.Path, ".notmuch");

    /// <returns>Seconds.</returns>
    public async Task<double> NotmuchAsync(CancellationToken cancel)
    {
        if (Directory.Exists(NotmuchIndex)) Directory.Delete(NotmuchIndex, recursive: true);
        var config = Path.Combine(folder, "notmuch.cfg");
        await File.WriteAllTextAsync(config, $"[database]\npath={mail.Path}\n[user]\nname=x\nprimary_email={Owner}\n[new]\ntags=new\n", cancel);
        return await SecondsAsync(new ProcessStartInfo(Notmuch, ["new", "--quiet"]) { Environment = { ["NOTMUCH_CONFIG"] = config } }, cancel);
    }

    /// <returns>Seconds until everything can be found and the process has ended.</returns>
    public async Task<double> RecorderAsync(CancellationToken cancel)
    {
        var data = Path.Combine(folder, "recorder");
        if (Directory.Exists(data)) Directory.Delete(data, recursive: true);
        return await SecondsAsync(new ProcessStartInfo("dotnet",
            [RecorderProcess.Executable, "import", mail.Path, "--owner", Owner, "--format", "maildir", "--json",
                $"--Recorder:Data:Path={data}", "--Recorder:Smtp:Domains:0=example.edu"]), cancel);
    }

    public static long BytesBelow(string path) => new DirectoryInfo(path).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);

    private static async Task<double> SecondsAsync(ProcessStartInfo start, CancellationToken cancel)
    {
        (start.RedirectStandardOutput, start.RedirectStandardError) = (true, true);
        var clock = Stopwatch.StartNew();
        using var process = Process.Start(start)!;
        try
        {
            var (output, error) = (process.StandardOutput.ReadToEndAsync(cancel), process.StandardError.ReadToEndAsync(cancel));
            await process.WaitForExitAsync(cancel);
            var seconds = clock.Elapsed.TotalSeconds;
            return process.ExitCode == 0 ? seconds : throw new InvalidOperationException($"{start.FileName} ended with {process.ExitCode}: {await error}{(await output)[^Math.Min(400, (await output).Length)..]}");
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }
}
