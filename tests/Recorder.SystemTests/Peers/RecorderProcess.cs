using System.Diagnostics;
using System.Globalization;

namespace Recorder.SystemTests.Peers;

/// <summary>The real executable in a process of its own, on free ports and a throwaway data folder.</summary>
internal sealed class RecorderProcess : IAsyncDisposable
{
    private readonly List<string> output = [];
    private readonly string[] settings;
    private Process? process;

    /// <param name="settings">Without the prefix, e.g. <c>Smtp:Protocol=lmtp</c>.</param>
    public RecorderProcess(string dataPath, params string[] settings)
    {
        DataPath = dataPath;
        this.settings = [$"Data:Path={dataPath}", "Smtp:Listen=127.0.0.1:0", "Web:Listen=http://127.0.0.1:0", .. settings];
    }

    public static string Executable { get; } = Path.Combine(AppContext.BaseDirectory, "recorder.dll");

    public string DataPath { get; }

    public int SmtpPort { get; private set; }

    public Uri Web { get; private set; } = new("http://127.0.0.1:1");

    public int Id => process!.Id;

    public string Output
    {
        get
        {
            lock (output)
            {
                return string.Join('\n', output);
            }
        }
    }

    /// <summary>Starts and waits for the listeners. Later starts take the same ports again.</summary>
    public async Task StartAsync()
    {
        if (SmtpPort == 0)
        {
            (SmtpPort, Web) = (Machine.FreePort(), new Uri($"http://127.0.0.1:{Machine.FreePort()}"));
        }

        string[] arguments = ["serve", .. settings.Select(setting => $"--Recorder:{setting}"),
            $"--Recorder:Smtp:Listen=127.0.0.1:{SmtpPort}", $"--Recorder:Web:Listen=http://127.0.0.1:{Web.Port}"];
        process = Launch(arguments);
        await Machine.UntilAsync($"recorder to be ready\n{Output}", async () =>
        {
            Assert.False(process.HasExited, $"recorder ended with {(process.HasExited ? process.ExitCode : 0)}:\n{Output}");
            using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(2) };
            try
            {
                return (await client.GetAsync(new Uri(Web, "/healthz"))).IsSuccessStatusCode;
            }
            catch (Exception wait) when (wait is HttpRequestException or TaskCanceledException)
            {
                return false;
            }
        });
    }

    /// <summary>Runs another command on the same data folder.</summary>
    public Task<(int Code, string Output)> RunAsync(string input, params string[] command) =>
        RunAsync(input, command, [$"--Recorder:Data:Path={DataPath}", .. settings.Skip(3).Select(setting => $"--Recorder:{setting}")]);

    public Task AddAccountAsync(string address, string password, bool admin = false) => Assert0Async(
        RunAsync(password + "\n", ["account", "add", address, "--password-stdin", .. admin ? new[] { "--admin" } : []]));

    /// <summary>kill -9: no goodbye, no flush.</summary>
    public async Task KillAsync()
    {
        process!.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>SIGTERM, as a service manager stops it.</summary>
    public async Task StopAsync()
    {
        if (process is { HasExited: false })
        {
            await Machine.RunAsync("/bin/kill", "-TERM", process.Id.ToString(CultureInfo.InvariantCulture));
            await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (process is { HasExited: false })
        {
            await KillAsync();
        }

        process?.Dispose();
    }

    private static async Task Assert0Async(Task<(int Code, string Output)> run)
    {
        var (code, text) = await run;
        Assert.True(code == 0, text);
    }

    private static async Task<(int Code, string Output)> RunAsync(string input, string[] command, string[] settings)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [Executable, .. command, .. settings])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var text = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(3));
        return (process.ExitCode, await text + await errors);
    }

    private Process Launch(string[] arguments)
    {
        var started = Process.Start(new ProcessStartInfo("dotnet", [Executable, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        started.OutputDataReceived += (_, line) => Keep(line.Data);
        started.ErrorDataReceived += (_, line) => Keep(line.Data);
        started.BeginOutputReadLine();
        started.BeginErrorReadLine();
        return started;
    }

    private void Keep(string? line)
    {
        lock (output)
        {
            output.Add(line ?? "");
        }
    }
}
