namespace Recorder.SystemTests.Peers;

/// <summary>A real Postfix of its own: own queue, own port, nothing of the machine's configuration.</summary>
internal sealed class Postfix : IAsyncDisposable
{
    private static readonly string[] Services =
    [
        "pickup unix n - n 60 1 pickup", "cleanup unix n - n - 0 cleanup", "qmgr unix n - n 1 1 qmgr",
        "tlsmgr unix - - n 1000? 1 tlsmgr", "rewrite unix - - n - - trivial-rewrite", "bounce unix - - n - 0 bounce",
        "defer unix - - n - 0 bounce", "trace unix - - n - 0 bounce", "verify unix - - n - 1 verify",
        "flush unix n - n 1000? 0 flush", "proxymap unix - - n - - proxymap", "smtp unix - - n - - smtp",
        "lmtp unix - - n - - lmtp", "relay unix - - n - - smtp", "error unix - - n - - error", "retry unix - - n - - error",
        "discard unix - - n - - discard", "virtual unix - n n - - virtual", "anvil unix - - n - 1 anvil",
        "scache unix - - n - 1 scache", "postlog unix-dgram n - n - 1 postlogd",
    ];

    private readonly Scratch scratch = new();

    private Postfix(int port) => Port = port;

    public int Port { get; }

    public string Configuration => scratch.File("etc");

    public string Log => scratch.File("mail.log");

    /// <summary>The process all its others descend from.</summary>
    public async Task<int> MasterIdAsync()
    {
        // Postfix holds a lock on the file, which .NET honours even to read.
        var (_, text) = await Machine.RunAsync("/bin/cat", scratch.File("queue/pid/master.pid"));
        return int.Parse(text.Trim(), System.Globalization.CultureInfo.InvariantCulture);
    }

    public static void Need() => Machine.Needs("/usr/sbin/postfix", "/usr/sbin/postqueue");

    /// <param name="main">Further main.cf lines, e.g. a sample file with its ports replaced.</param>
    /// <param name="master">Further master.cf lines.</param>
    /// <param name="under">A program to start it under, with its arguments.</param>
    public static async Task<Postfix> StartAsync(string main, string master = "", string[]? under = null)
    {
        var postfix = new Postfix(Machine.FreePort());
        await postfix.WriteAsync(main, master);
        string[] line = [.. under ?? [], "/usr/sbin/postfix", "-c", postfix.Configuration, "start"];
        var (code, output) = await Machine.RunAsync(line[0], line[1..]);
        Assert.True(code == 0, output);
        return postfix;
    }

    /// <summary>Tries everything that waits in the queue now.</summary>
    public async Task FlushAsync() => await Machine.RunAsync("/usr/sbin/postqueue", "-c", Configuration, "-f");

    /// <summary>Changes main.cf as an administrator would, with <c>postconf -e</c> and a reload.</summary>
    public async Task SetAsync(string setting)
    {
        await Machine.RunAsync("/usr/sbin/postconf", "-c", Configuration, "-e", setting);
        await Machine.RunAsync("/usr/sbin/postfix", "-c", Configuration, "reload");
    }

    public Task<(int Code, string Output)> SuperAsync(params string[] arguments) =>
        Machine.RunAsync("/usr/sbin/postsuper", ["-c", Configuration, .. arguments]);

    /// <summary>Messages in the queue, whatever their state.</summary>
    public int QueueLength() => new[] { "incoming", "active", "deferred", "hold", "maildrop" }
        .Select(name => Path.Combine(scratch.File("queue"), name)).Where(Directory.Exists)
        .Sum(folder => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Count());

    /// <summary>Until nothing is left to deliver: empty twice, since a message on its way from one queue to another is in neither.</summary>
    public async Task UntilEmptyAsync(int timeoutSeconds = 60)
    {
        var empty = 0;
        await Machine.UntilAsync("Postfix's queue to be empty", () => Task.FromResult((empty = QueueLength() == 0 ? empty + 1 : 0) > 3), timeoutSeconds);
    }

    public async ValueTask DisposeAsync()
    {
        await Machine.RunAsync("/usr/sbin/postfix", "-c", Configuration, "stop");
        if (Environment.GetEnvironmentVariable("RECORDER_KEEP_LOGS") != "1")
        {
            scratch.Dispose();
        }
    }

    private async Task WriteAsync(string main, string master)
    {
        // Postfix's own user must be able to pass through.
        File.SetUnixFileMode(scratch.Path, (UnixFileMode)0b111_101_101);
        Directory.CreateDirectory(Configuration);
        scratch.Folder("queue");
        await Machine.RunAsync("/bin/chown", "postfix", scratch.Folder("data"));
        await File.WriteAllTextAsync(Path.Combine(Configuration, "main.cf"), $"""
            compatibility_level = 3.6
            queue_directory = {scratch.File("queue")}
            data_directory = {scratch.File("data")}
            maillog_file = {Log}
            maillog_file_prefixes = {scratch.Path}
            inet_interfaces = 127.0.0.1
            inet_protocols = ipv4
            smtp_host_lookup = native
            lmtp_host_lookup = native
            myhostname = mx.example.edu
            mydestination =
            mynetworks = 127.0.0.0/8
            local_recipient_maps =
            alias_maps =
            alias_database =
            minimal_backoff_time = 1s
            maximal_backoff_time = 3s
            queue_run_delay = 1s
            smtpd_client_connection_count_limit = 0
            {main}
            """);
        await File.WriteAllLinesAsync(Path.Combine(Configuration, "master.cf"), [$"127.0.0.1:{Port} inet n - n - - smtpd", .. Services, master]);
    }
}
