using Recorder.SystemTests.Peers;

namespace Recorder.SystemTests;

public sealed class PeersTests
{
    [Fact]
    public async Task Postfix_hands_a_message_to_Dovecot_by_LMTP()
    {
        Postfix.Need();
        Dovecot.Need();
        Machine.Needs("/usr/bin/swaks");
        await using var dovecot = await Dovecot.StartAsync();
        await using var postfix = await Postfix.StartAsync($"virtual_mailbox_domains = example.edu\nvirtual_transport = lmtp:[127.0.0.1]:{dovecot.LmtpPort}");
        await Machine.RunAsync("/usr/bin/swaks", "--server", $"127.0.0.1:{postfix.Port}", "--from", "a@example.org", "--to", "u@example.edu", "--body", "hello");
        await Machine.UntilAsync("the message in the mailbox", () => Task.FromResult(dovecot.Messages("u@example.edu").Count == 1));
    }
}
