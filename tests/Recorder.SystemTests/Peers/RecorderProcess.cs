using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Net.Sockets;

namespace Recorder.SystemTests.Peers;

/// <summary>The real executable in a process of its own, on free ports and a throwaway data folder.</summary>
internal sealed class RecorderProcess : IAsyncDisposable
{
    private readonly List<string> output = [];
    private readonly string[] settings;
    private readonly string? file;
    private Process? process;

    /// <param name="settings">Without the prefix, e.g. <c>Smtp:Protocol=lmtp</c>.</param>
    public RecorderProcess(string dataPath, params string[] settings)
    {
        DataPath = dataPath;
        this.settings = [$"Data:Path={dataPath}", "Smtp:Listen=127.0.0.1:0", "Web:Listen=http://127.0.0.1:0", .. settings];
    }

    private RecorderProcess(string file, string dataPath, int smtpPort, int webPort)
    {
        (this.file, DataPath, settings) = (file, dataPath, []);
        (SmtpPort, Web) = (smtpPort, new Uri($"http://127.0.0.1:{webPort}"));
    }

    /// <summary>From a settings file that already names everything.</summary>
    public static RecorderProcess FromFile(string file, string dataPath, int smtpPort, int webPort) => new(file, dataPath, smtpPort, webPort);

    /// <summary>A program to start it under, e.g. strace with its arguments.</summary>
    public string[] Under { get; init; } = [];

    /// <summary>What is started; the one built beside the tests unless told otherwise.</summary>
    public static string Executable { get; set; } = Path.Combine(AppContext.BaseDirectory, "recorder.dll");

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

    /// <summary>What it said beyond the ordinary, at most the last hundred lines.</summary>
    public string Complaints => string.Join('\n', Output.Split('\n').Where(line => new[] { "warn: ", "fail: ", "crit: ", "recorder: ", "nhandled" }.Any(word => line.Contains(word, StringComparison.Ordinal))).TakeLast(100));

    /// <summary>Starts and waits for the listeners. Later starts take the same ports again.</summary>
    public async Task StartAsync()
    {
        if (SmtpPort == 0)
        {
            (SmtpPort, Web) = (Machine.FreePort(), new Uri($"http://127.0.0.1:{Machine.FreePort()}"));
        }

        string[] ports = file is null ? [$"--Recorder:Smtp:Listen=127.0.0.1:{SmtpPort}", $"--Recorder:Web:Listen=http://127.0.0.1:{Web.Port}"] : [];
        process = Launch(["serve", .. Arguments, .. ports]);
        await Machine.UntilAsync($"recorder to be ready", async () =>
        {
            Assert.False(process.HasExited, $"recorder ended with {(process.HasExited ? process.ExitCode : 0)}:\n{Complaints}");
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
    public Task<(int Code, string Output)> RunAsync(string input, params string[] command) => RunAsync(input, [.. command, .. Arguments], []);

    public Task AddAccountAsync(string address, string password, bool admin = false) => Assert0Async(
        RunAsync(password + "\n", ["account", "add", address, "--password-stdin", .. admin ? new[] { "--admin" } : []]));

    /// <summary>Makes accounts through the running process's control socket: many at once without many processes.</summary>
    public async Task AddAccountsAsync(string password, params IEnumerable<string> addresses)
    {
        using var client = new HttpClient(new SocketsHttpHandler { ConnectCallback = (_, cancel) => ConnectAsync(Path.Combine(DataPath, "control.sock"), cancel) });
        foreach (var address in addresses)
        {
            var answer = await client.PostAsJsonAsync("http://control/control/accounts", new { address, password });
            Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        }
    }

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

    private string[] Arguments => file is null ? [.. settings.Select(setting => $"--Recorder:{setting}")] : ["--settings", file];

    private static async ValueTask<Stream> ConnectAsync(string path, CancellationToken cancel)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancel);
        return new NetworkStream(socket, ownsSocket: true);
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
        string[] line = [.. Under, "dotnet", Executable, .. arguments];
        var started = Process.Start(new ProcessStartInfo(line[0], line[1..])
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
