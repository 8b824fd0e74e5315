using Recorder.Smtp;
using Recorder.SystemTests.Peers;

namespace Recorder.SystemTests;

/// <summary>Journal mode: copies with the envelope mapped into journal addresses.</summary>
public sealed class JournalTests(ITestOutputHelper output)
{
    private const string Password = "correct horse battery";

    [Fact]
    public async Task Each_original_recipient_finds_the_journaled_copy_hidden_ones_too()
    {
        Postfix.Need();
        Dovecot.Need();
        using var scratch = new Scratch();
        await using var dovecot = await Dovecot.StartAsync();
        var port = Machine.FreePort();
        var map = scratch.File("journal.regexp");
        File.SetUnixFileMode(scratch.Path, (UnixFileMode)0b111_101_101);
        await File.WriteAllTextAsync(map, Samples.Read("samples/postfix/journal.regexp"));
        await using var postfix = await Postfix.StartAsync(
            $"default_transport = discard\nvirtual_mailbox_domains = example.edu\nvirtual_transport = lmtp:[127.0.0.1]:{dovecot.LmtpPort}\n"
            + Samples.Read("samples/postfix/journal.cf", (2527, port)).Replace("/etc/postfix/recorder-journal.regexp", map, StringComparison.Ordinal));
        await using var recorder = Samples.Recorder("journal", scratch, port, dovecot.LmtpPort);
        await recorder.StartAsync();
        string[] named = ["bob@example.edu", "odd#name@example.edu", "hidden.bcc@example.edu"];
        await recorder.AddAccountsAsync(Password, [.. named, "nobody@example.edu"]);

        await using (var pool = Wire.Sender(postfix.Port, SmtpProtocol.Smtp))
        {
            // To: says u@example.edu; everybody here is known by the envelope alone.
            Assert.All(await pool.SendAsync(Wire.Mail("journaled"), "a@sender.example", [.. named, "out@other.example"]), result => Assert.Equal(DeliveryOutcome.Accepted, result.Outcome));
        }

        await postfix.UntilEmptyAsync();
        foreach (var address in named)
        {
            using var api = await Api.SignInAsync(recorder, address, Password);
            await api.UntilIndexedAsync();
            var (id, _) = Assert.Single(await api.FindAsync("subject:journaled"));
            var message = await api.GetAsync($"messages/{id}");
            Assert.Equal([address], message["ownAddresses"]!.AsArray().Select(own => own!.GetValue<string>()));
            Assert.All(named.Except([address]), other => Assert.DoesNotContain(other, message.ToJsonString(), StringComparison.Ordinal));
        }

        // The mail itself went its own way. (Dovecot takes no '#' in a user name.)
        Assert.Single(dovecot.Messages(named[0]));
        Assert.Single(dovecot.Messages(named[2]));

        using var uninvolved = await Api.SignInAsync(recorder, "nobody@example.edu", Password);
        Assert.Empty(await uninvolved.FindAsync(""));
    }

    [Fact]
    public async Task Twenty_messages_of_fifty_megabytes_at_once_are_stored_in_bounded_memory()
    {
        const int messages = 20;
        using var scratch = new Scratch();
        await using var recorder = new RecorderProcess(scratch.File("data"), "Smtp:Mode=Journal", "Smtp:Domains:0=example.edu");
        await recorder.StartAsync();
        await recorder.AddAccountsAsync(Password, "u@example.edu");
        var sent = Wire.Mail("large", 50_000_000);
        await using (var pool = Wire.Sender(recorder.SmtpPort, SmtpProtocol.Smtp, messages))
        {
            var results = await Task.WhenAll(Enumerable.Range(0, messages).Select(number => pool.SendAsync(sent, $"a{number}@sender.example", "u@example.edu")));
            Assert.All(results, result => Assert.True(result[0].Outcome == DeliveryOutcome.Accepted, $"{result[0].Reply} {result[0].Error}"));
        }

        using var api = await Api.SignInAsync(recorder, "u@example.edu", Password);
        await api.UntilIndexedAsync();
        var found = await api.FindAsync("subject:large");
        Assert.Equal(messages, found.Count);
        Assert.True((await api.RawAsync(found[0].Id))!.AsSpan().SequenceEqual(sent));
        var peakBytes = PeakBytes(recorder.Id);
        output.WriteLine($"peak resident set: {peakBytes >> 20} MiB");
        Assert.InRange(peakBytes, 1, 500L << 20);
    }

    // proc(5): VmHWM, in kB.
    private static long PeakBytes(int process) => long.Parse(
        File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) * 1024;
}
