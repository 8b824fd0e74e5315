using Recorder.SystemTests.Peers;

namespace Recorder.Benchmarks.Load;

/// <summary>The two sides as the rows start them.</summary>
internal static class Sides
{
    // The system tests hurry Postfix's retries; here its own defaults hold.
    private const string PostfixDefaults = "minimal_backoff_time = 300s\nmaximal_backoff_time = 4000s\nqueue_run_delay = 300s\n";

    /// <summary>Only accepts: each message is made durable in the hold queue and nothing follows, which is the least
    /// Postfix can do for a message it is responsible for.</summary>
    public static Task<Postfix> PostfixAcceptingAsync() => Postfix.StartAsync(
        PostfixDefaults + "virtual_mailbox_domains = example.edu\nsmtpd_client_restrictions = check_client_access static:HOLD");

    public static Task<Postfix> PostfixRelayingAsync(int port, string[]? under = null, string more = "") => Postfix.StartAsync(
        PostfixDefaults + $"relay_domains = example.edu\nrelayhost = [127.0.0.1]:{port}\n{more}", under: under);

    public static RecorderProcess Journal(string dataPath, string[]? under = null, params string[] more) =>
        new(dataPath, ["Smtp:Protocol=smtp", "Smtp:Mode=Journal", "Smtp:Domains:0=example.edu", .. more]) { Under = under ?? [] };

    public static RecorderProcess Relay(string dataPath, int nextHopPort, string[]? under = null, params string[] more) => new(dataPath,
        ["Smtp:Protocol=smtp", "Smtp:Mode=Relay", "Smtp:Domains:0=example.edu", "NextHop:Host=127.0.0.1", $"NextHop:Port={nextHopPort}", "NextHop:Protocol=smtp", .. more])
    { Under = under ?? [] };
}
