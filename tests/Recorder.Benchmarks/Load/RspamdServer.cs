using System.Diagnostics;
using System.Text.Json;
using Recorder.Benchmarks.Compare;
using Recorder.SystemTests.Peers;

namespace Recorder.Benchmarks.Load;

/// <summary>
/// One Rspamd with Debian's rules and a Redis of its own, asked in two ways: over HTTP, and as a milter that scans by
/// itself. Each way has two processes. No name server answers, nothing is greylisted or refused.
/// </summary>
internal sealed class RspamdServer : IAsyncDisposable
{
    private readonly Scratch scratch = new();
    private readonly List<Process> processes = [];
    private readonly int redisPort = Machine.FreePort(), deadPort = Machine.FreePort(), statPort = Machine.FreePort();

    public static IReadOnlyList<DebianProgram> Needs { get; } = [new("rspamd", "/usr/bin/rspamd"), new("redis-server", "/usr/bin/redis-server")];

    public int HttpPort { get; } = Machine.FreePort();

    public int MilterPort { get; } = Machine.FreePort();

    public static async Task<RspamdServer> StartAsync()
    {
        var server = new RspamdServer();
        try
        {
            await server.LaunchAsync();
            await Machine.UntilAsync("Rspamd to answer", server.IsReadyAsync, timeoutSeconds: 120);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Messages scanned since the start, whichever way they came.</summary>
    public async Task<long> ScannedAsync()
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(10) };
        using var stat = JsonDocument.Parse(await client.GetStringAsync(new Uri($"http://127.0.0.1:{statPort}/stat")));
        return stat.RootElement.GetProperty("scanned").GetInt64();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in processes)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            process.Dispose();
        }

        scratch.Dispose();
    }

    private async Task<bool> IsReadyAsync()
    {
        try
        {
            return await ScannedAsync() >= 0 && Listener.IsThere(HttpPort) && Listener.IsThere(MilterPort);
        }
        catch (Exception wait) when (wait is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }

    private async Task LaunchAsync()
    {
        Write("redis.conf", $"servers = \"127.0.0.1:{redisPort}\";");
        Write("worker-normal.inc", $"bind_socket = \"127.0.0.1:{HttpPort}\"; count = 2;");
        Write("worker-proxy.inc", $"bind_socket = \"127.0.0.1:{MilterPort}\"; milter = yes; count = 2; upstream \"local\" {{ default = yes; self_scan = yes; }}");
        Write("worker-controller.inc", $"bind_socket = \"127.0.0.1:{statPort}\"; secure_ip = \"127.0.0.1\";");
        Write("worker-fuzzy.inc", "enabled = false;");
        Write("logging.inc", $"type = \"file\"; filename = \"{scratch.File("rspamd.log")}\"; level = \"warning\";");
        Write("options.inc", $"pidfile = \"{scratch.File("rspamd.pid")}\"; dns {{ nameserver = [\"127.0.0.1:{deadPort}\"]; timeout = 0.1s; retransmits = 1; }}");
        Write("greylist.conf", "enabled = false;");
        Write("actions.conf", "reject = 10000; add_header = 9000; greylist = null;");
        scratch.Folder("db");
        File.SetUnixFileMode(scratch.Path, (UnixFileMode)0b111_101_101);
        await Machine.RunAsync("/bin/chown", "-R", "_rspamd:_rspamd", scratch.Path);
        Launch("/usr/bin/redis-server", "--port", $"{redisPort}", "--bind", "127.0.0.1", "--save", "", "--dir", scratch.Path);
        Launch("/usr/bin/rspamd", "-f", "-u", "_rspamd", "-g", "_rspamd",
            $"--var=LOCAL_CONFDIR={scratch.Path}", $"--var=DBDIR={scratch.File("db")}", $"--var=RUNDIR={scratch.Path}", $"--var=LOGDIR={scratch.Path}");
    }

    private void Launch(string program, params string[] arguments)
    {
        var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        processes.Add(process);
    }

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(scratch.Folder("local.d"), name), text + "\n");
}
