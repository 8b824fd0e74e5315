using Recorder.Smtp;
using Recorder.SystemTests.Peers;

namespace Recorder.SystemTests;

/// <summary>The mailbox server away for a while, and Recorder itself taken out of the way.</summary>
public sealed class OutageTests
{
    private const string Password = "correct horse battery", User = "user1@example.edu";

    [Fact]
    public async Task While_the_next_hop_is_down_Postfix_keeps_the_mail_and_then_it_arrives_once()
    {
        Postfix.Need();
        Dovecot.Need();
        using var scratch = new Scratch();
        await using var dovecot = await Dovecot.StartAsync();
        var port = Machine.FreePort();
        await using var postfix = await Postfix.StartAsync("default_transport = discard\n" + Samples.Read("samples/postfix/lmtp-hook.cf", (2525, port)));
        await using var recorder = Samples.Recorder("lmtp-hook", scratch, port, dovecot.LmtpPort);
        await recorder.StartAsync();
        await recorder.AddAccountsAsync(Password, User);
        await SendAsync(postfix, "before");
        await Machine.UntilAsync("the first message", () => Task.FromResult(dovecot.MessageCount() == 1));

        await dovecot.StopAsync();
        await SendAsync(postfix, "meanwhile1", "meanwhile2", "meanwhile3");
        await Machine.UntilAsync("Postfix to be told 4xx", () => Task.FromResult(Deferred(postfix).Any(line => line.Contains("451 4.4.1", StringComparison.Ordinal))));
        Assert.Equal(3, postfix.QueueLength());

        await dovecot.RunAsync();
        await Machine.UntilAsync("Postfix's queue to be empty", async () =>
        {
            await postfix.FlushAsync();
            return postfix.QueueLength() == 0;
        });
        var copies = dovecot.Messages(User).Select(bytes => System.Text.Encoding.ASCII.GetString(bytes)).ToList();
        Assert.All(["before", "meanwhile1", "meanwhile2", "meanwhile3"], subject => Assert.Single(copies, copy => copy.Contains($"Subject: {subject}\r\n", StringComparison.Ordinal)));
        using var api = await Api.SignInAsync(recorder, User, Password);
        await api.UntilIndexedAsync();
        Assert.Equal(["before", "meanwhile1", "meanwhile2", "meanwhile3"], (await api.FindAsync("")).Select(hit => hit.Subject).Order(StringComparer.Ordinal));
        Assert.DoesNotContain(File.ReadLines(postfix.Log), line => line.Contains("status=bounced", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("### LMTP hook")]
    [InlineData("### Content filter")]
    public async Task The_emergency_page_lets_mail_flow_past_a_stopped_Recorder(string section)
    {
        Postfix.Need();
        Dovecot.Need();
        using var scratch = new Scratch();
        await using var dovecot = await Dovecot.StartAsync();
        var (port, backPort) = (Machine.FreePort(), Machine.FreePort());
        var isHook = section.Contains("LMTP", StringComparison.Ordinal);
        await using var postfix = isHook
            ? await Postfix.StartAsync(Samples.Read("samples/postfix/lmtp-hook.cf", (2525, port)))
            : await Postfix.StartAsync(
                $"virtual_mailbox_domains = example.edu\nvirtual_transport = lmtp:[127.0.0.1]:{dovecot.LmtpPort}\n" + Samples.Read("samples/postfix/content-filter.cf", (2525, port)),
                Samples.Read("samples/postfix/content-filter.master.cf", (10026, backPort)));
        await using var recorder = Samples.Recorder(isHook ? "lmtp-hook" : "content-filter", scratch, port, isHook ? dovecot.LmtpPort : backPort);
        await recorder.StartAsync();
        await SendAsync(postfix, "recorded");
        await Machine.UntilAsync("the first message", () => Task.FromResult(dovecot.MessageCount() == 1));

        await recorder.StopAsync();
        await SendAsync(postfix, "stuck");
        await Machine.UntilAsync("Postfix to find nobody there", () => Task.FromResult(Deferred(postfix).Any()));
        var commands = Commands(section, dovecot.LmtpPort);
        Assert.Contains(commands, command => command.StartsWith("postconf -e", StringComparison.Ordinal));
        foreach (var command in commands)
        {
            var (code, output) = await Machine.RunAsync("/bin/sh", "-c", ForThisPostfix(command, postfix));
            Assert.True(code == 0, $"{command}: {output}");
        }

        await SendAsync(postfix, "past");
        await Machine.UntilAsync("both messages in the mailbox", () => Task.FromResult(dovecot.MessageCount() == 3));
        Assert.Equal(1, dovecot.Messages(User).Count(bytes => Wire.TraceId(bytes) is not null));
    }

    private static async Task SendAsync(Postfix postfix, params string[] subjects)
    {
        await using var pool = Wire.Sender(postfix.Port, SmtpProtocol.Smtp);
        foreach (var subject in subjects)
        {
            Assert.Equal(DeliveryOutcome.Accepted, (await pool.SendAsync(Wire.Mail(subject), "a@sender.example", User))[0].Outcome);
        }
    }

    private static IEnumerable<string> Deferred(Postfix postfix) => File.ReadLines(postfix.Log).Where(line => line.Contains("status=deferred", StringComparison.Ordinal));

    // The indented lines below the heading, up to the next one.
    private static List<string> Commands(string section, int mailboxPort) =>
        [.. Samples.Read("docs/emergency.md", (2424, mailboxPort)).Split('\n')
            .SkipWhile(line => !line.StartsWith(section, StringComparison.Ordinal)).Skip(1)
            .TakeWhile(line => !line.StartsWith('#'))
            .Where(line => line.StartsWith("    ", StringComparison.Ordinal)).Select(line => line.Trim())];

    private static string ForThisPostfix(string command, Postfix postfix)
    {
        var program = command.Split(' ')[0];
        return $"/usr/sbin/{program} -c {postfix.Configuration}{command[program.Length..]}";
    }
}
