using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Recorder.SystemTests.Peers;

/// <summary>A real spam filter that calls a message spam when its subject says "unwanted".</summary>
internal abstract class Filter : IAsyncDisposable
{
    private readonly List<Process> started = [];

    public int Port { get; } = Machine.FreePort();

    /// <summary>The setting that makes Recorder ask it.</summary>
    public abstract string Setting { get; }

    protected Scratch Scratch { get; } = new();

    public static Filter Of(string name) => name == "rspamd" ? new Rspamd() : new Spamd();

    public async Task StartAsync()
    {
        await LaunchAsync();
        await Machine.UntilAsync($"{GetType().Name} to answer", () => IsReadyAsync(Port), timeoutSeconds: 120);
    }

    /// <summary>Gone without a goodbye, its children too.</summary>
    public async Task KillAsync()
    {
        foreach (var process in started)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            process.Dispose();
        }

        started.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        Scratch.Dispose();
    }

    protected abstract Task LaunchAsync();

    /// <summary>What is sent to learn whether it is there, and what it answers then.</summary>
    protected abstract (string Question, string Answer) Ping { get; }

    protected void Launch(string program, params string[] arguments)
    {
        var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        started.Add(process);
    }

    private async Task<bool> IsReadyAsync(int port)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", port);
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(Ping.Question));
            using var reader = new StreamReader(client.GetStream());
            return (await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(5))).Contains(Ping.Answer, StringComparison.Ordinal);
        }
        catch (Exception wait) when (wait is IOException or SocketException or TimeoutException)
        {
            return false;
        }
    }
}

/// <summary>Rspamd with a Redis of its own, nothing of the machine's configuration but its rules, and no name server.</summary>
internal sealed class Rspamd : Filter
{
    private const string ControllerPassword = "learn from this";
    private readonly int redisPort = Machine.FreePort(), deadPort = Machine.FreePort(), controllerPort = Machine.FreePort();

    /// <summary>Settings that make Recorder feed its learner.</summary>
    public IReadOnlyList<string> LearnerSettings =>
        [$"Screening:Rspamd:ControllerUrl=http://127.0.0.1:{controllerPort}", $"Screening:Rspamd:ControllerPassword={ControllerPassword}"];

    /// <summary>How many messages it has learned since it started.</summary>
    public async Task<long> LearnedAsync()
    {
        using var client = new HttpClient();
        client.DefaultRequestHeaders.Add("Password", ControllerPassword);
        return JsonNode.Parse(await client.GetStringAsync($"http://127.0.0.1:{controllerPort}/stat"))!["learned"]!.GetValue<long>();
    }

    public override string Setting => $"Screening:Rspamd:Url=http://127.0.0.1:{Port}";

    protected override (string, string) Ping => ("GET /ping HTTP/1.0\r\n\r\n", "pong");

    public static void Need() => Machine.Needs("/usr/bin/rspamd", "/usr/bin/redis-server");

    protected override async Task LaunchAsync()
    {
        Write("local.d/redis.conf", $"servers = \"127.0.0.1:{redisPort}\";");
        Write("local.d/worker-normal.inc", $"bind_socket = \"127.0.0.1:{Port}\"; count = 1;");
        // Nobody is trusted by address alone.
        Write("local.d/worker-controller.inc", $"bind_socket = \"127.0.0.1:{controllerPort}\"; count = 1; password = \"other\"; enable_password = \"{ControllerPassword}\"; secure_ip = [];");
        foreach (var worker in new[] { "proxy", "fuzzy" }) Write($"local.d/worker-{worker}.inc", "enabled = false;");
        Write("local.d/logging.inc", $"type = \"file\"; filename = \"{Scratch.File("rspamd.log")}\";");
        Write("local.d/options.inc", $"pidfile = \"{Scratch.File("rspamd.pid")}\"; dns {{ nameserver = [\"127.0.0.1:{deadPort}\"]; timeout = 0.1s; retransmits = 1; }}");
        Write("local.d/greylist.conf", Samples.Read("samples/rspamd/greylist.conf"));
        Write("rspamd.local.lua", "rspamd_config.TEST_UNWANTED = { callback = function(task) return (task:get_subject() or ''):find('unwanted') ~= nil end, score = 20.0 }\n");
        Scratch.Folder("db");
        File.SetUnixFileMode(Scratch.Path, (UnixFileMode)0b111_101_101);
        await Machine.RunAsync("/bin/chown", "-R", "_rspamd:_rspamd", Scratch.Path);
        Launch("/usr/bin/redis-server", "--port", $"{redisPort}", "--bind", "127.0.0.1", "--save", "", "--dir", Scratch.Path);
        Launch("/usr/bin/rspamd", "-f", "-u", "_rspamd", "-g", "_rspamd",
            $"--var=LOCAL_CONFDIR={Scratch.Path}", $"--var=DBDIR={Scratch.File("db")}", $"--var=RUNDIR={Scratch.Path}", $"--var=LOGDIR={Scratch.Path}");
    }

    private void Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Scratch.File(name))!);
        File.WriteAllText(Scratch.File(name), text + "\n");
    }
}

/// <summary>SpamAssassin's spamd, without a network.</summary>
internal sealed class Spamd : Filter
{
    public override string Setting => $"Screening:Spamd:Address=127.0.0.1:{Port}";

    protected override (string, string) Ping => ("PING SPAMC/1.5\r\n\r\n", "PONG");

    public static void Need() => Machine.Needs("/usr/sbin/spamd");

    protected override Task LaunchAsync()
    {
        // Its children are nobody, and must be able to pass through.
        File.SetUnixFileMode(Scratch.Path, (UnixFileMode)0b111_101_101);
        // The plugins are named in files beside the rules.
        foreach (var plugins in Directory.EnumerateFiles("/etc/spamassassin", "*.pre")) File.Copy(plugins, Path.Combine(Scratch.Folder("site"), Path.GetFileName(plugins)), overwrite: true);
        File.WriteAllText(Path.Combine(Scratch.Folder("site"), "local.cf"), "header TEST_UNWANTED Subject =~ /unwanted/\nscore TEST_UNWANTED 20\nuse_bayes 0\n");
        Launch("/usr/sbin/spamd", "-L", "-x", "-i", "127.0.0.1", "-p", $"{Port}", "--max-children", "2", "--syslog", "stderr", "--siteconfigpath", Scratch.File("site"));
        return Task.CompletedTask;
    }
}
