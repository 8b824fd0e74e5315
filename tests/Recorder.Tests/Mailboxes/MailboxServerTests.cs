using System.Text;
using Microsoft.Extensions.Time.Testing;
using Recorder.Accounts.Sources;
using Recorder.Mailboxes;
using Recorder.Smtp;
using Recorder.Tests.Fakes;

namespace Recorder.Tests.Mailboxes;

/// <summary>Putting a message into a folder, at servers that help and at servers that do not.</summary>
public sealed class MailboxServerTests
{
    private const string Alice = "alice@example.edu";
    private static readonly DateTimeOffset Received = new(2025, 3, 4, 5, 6, 7, TimeSpan.FromHours(8));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static ValueTask Nothing(CancellationToken cancel) => ValueTask.CompletedTask;

    private static Task<AppendResult> PutAsync(MailboxPeer peer, string text = "Subject: Hi\r\n\r\nHello.\r\n", string folder = FolderName.Inbox) =>
        new MailboxServer(peer.Options(), TimeProvider.System).AppendAsync(Alice, folder, Received, new Bytes(Encoding.Latin1.GetBytes(text)), Nothing, Cancel);

    [Theory]
    [InlineData("Subject: Hi\r\n\r\nHello.\r\n")]
    [InlineData("Subject: no end\r\n\r\nHello.")]
    [InlineData("\r\n.\r\n..\r\nR3 LOGOUT\r\n")]
    [InlineData("\u00ff\u0001 \u0080 no header at all")]
    [InlineData("bare\nfeeds\rand returns")]
    public async Task Every_byte_arrives_and_nothing_more_unread_under_the_time_of_receiving(string text)
    {
        await using var peer = new MailboxPeer();
        var result = await PutAsync(peer, text);
        Assert.Equal(new AppendResult(DeliveryOutcome.Accepted, "OK [APPENDUID 1 1] kept"), result);
        var kept = Assert.Single(peer.Kept);
        Assert.Equal((Alice, "INBOX", "04-Mar-2025 05:06:07 +0800"), (kept.Login, kept.Folder, kept.Date));
        Assert.Equal(Encoding.Latin1.GetBytes(text), kept.Bytes);
        Assert.DoesNotContain(peer.Lines, line => line.StartsWith("APPEND", StringComparison.Ordinal) && line.Contains('('));
    }

    [Fact]
    public async Task Every_message_of_the_corpus_arrives_as_it_is()
    {
        var folder = Path.GetDirectoryName(Recorder.Tests.Mail.Corpus.File("manifest.jsonl"))!;
        await using var peer = new MailboxPeer();
        var server = new MailboxServer(peer.Options(), TimeProvider.System);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(folder, "mail"), "*", SearchOption.AllDirectories))
        {
            var bytes = await File.ReadAllBytesAsync(file, Cancel);
            if (bytes.Contains((byte)0)) continue;
            Assert.Equal(DeliveryOutcome.Accepted, (await server.AppendAsync(Alice, "INBOX", Received, new Bytes(bytes), Nothing, Cancel)).Outcome);
            Assert.True(peer.Kept.TryDequeue(out var kept) && kept.Bytes.AsSpan().SequenceEqual(bytes), file);
        }
    }

    [Fact]
    public async Task A_large_message_goes_through_in_pieces()
    {
        await using var peer = new MailboxPeer();
        var bytes = new byte[5_000_000];
        new Random(1).NextBytes(bytes);
        for (var at = 0; at < bytes.Length; at++) bytes[at] = (byte)(bytes[at] | 1);
        var result = await new MailboxServer(peer.Options(), TimeProvider.System).AppendAsync(Alice, "INBOX", Received, new Bytes(bytes), Nothing, Cancel);
        Assert.Equal(DeliveryOutcome.Accepted, result.Outcome);
        Assert.Equal(bytes, Assert.Single(peer.Kept).Bytes);
    }

    [Fact]
    public async Task A_folder_that_is_missing_is_made_and_subscribed()
    {
        await using var peer = new MailboxPeer();
        Assert.Equal(DeliveryOutcome.Accepted, (await PutAsync(peer, folder: "還原 & more")).Outcome);
        Assert.Equal("&kIRTnw- &- more", Assert.Single(peer.Kept).Folder);
        Assert.Contains("SUBSCRIBE \"&kIRTnw- &- more\"", peer.Lines);
    }

    [Theory]
    [InlineData("{tag} NO [OVERQUOTA] full", DeliveryOutcome.TransientFailure, "NO [OVERQUOTA] full")]
    [InlineData("{tag} NO [UNAVAILABLE] later", DeliveryOutcome.TransientFailure, "NO [UNAVAILABLE] later")]
    [InlineData("{tag} NO no reason", DeliveryOutcome.TransientFailure, "NO no reason")]
    [InlineData("{tag} NO [TOOBIG] too large", DeliveryOutcome.PermanentFailure, "NO [TOOBIG] too large")]
    [InlineData("{tag} NO [noperm] not yours", DeliveryOutcome.PermanentFailure, "NO [noperm] not yours")]
    [InlineData("{tag} BAD what", DeliveryOutcome.PermanentFailure, "BAD what")]
    [InlineData("{tag} BAD", DeliveryOutcome.PermanentFailure, "BAD")]
    [InlineData("{tag} OK before a byte was sent", DeliveryOutcome.TransientFailure, null)]
    [InlineData("R99 OK for somebody else", DeliveryOutcome.TransientFailure, null)]
    [InlineData("{tag}9 OK nearly", DeliveryOutcome.TransientFailure, null)]
    [InlineData("{tag} MAYBE", DeliveryOutcome.TransientFailure, null)]
    [InlineData("* LIST () {99999999999}", DeliveryOutcome.TransientFailure, null)]
    [InlineData("", DeliveryOutcome.TransientFailure, null, true)]
    [InlineData("* BYE going down", DeliveryOutcome.TransientFailure, null, true)]
    public async Task A_server_that_does_not_want_it_gets_nothing_and_its_words_are_kept(string says, DeliveryOutcome outcome, string? reply, bool hangsUp = false)
    {
        await using var peer = new MailboxPeer { Instead = line => line.StartsWith("APPEND", StringComparison.Ordinal) ? says : null, HangsUp = hangsUp };
        var result = await PutAsync(peer);
        Assert.Equal((outcome, reply), (result.Outcome, result.Reply));
        Assert.True(reply is not null || result.Error!.Length > 0);
        if (says.Contains("BYE", StringComparison.Ordinal)) Assert.Contains("going down", result.Error, StringComparison.Ordinal);
        Assert.Empty(peer.Kept);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_made_is_the_end_of_it()
    {
        await using var peer = new MailboxPeer { Instead = line => line.StartsWith("CREATE", StringComparison.Ordinal) ? "{tag} NO [CANNOT] not such a name" : null };
        Assert.Equal(new AppendResult(DeliveryOutcome.PermanentFailure, "NO [CANNOT] not such a name"), await PutAsync(peer, folder: "a/b"));
    }

    [Fact]
    public async Task A_line_without_end_and_lines_without_end_are_left_alone()
    {
        await using var peer = new MailboxPeer { Instead = line => line.StartsWith("APPEND", StringComparison.Ordinal) ? new string('x', ImapWire.MaxLineBytes + 1) : null };
        Assert.Contains("too long", (await PutAsync(peer)).Error, StringComparison.Ordinal);
        peer.Instead = line => line.StartsWith("APPEND", StringComparison.Ordinal) ? string.Join("\r\n", Enumerable.Repeat("* OK still here", 2_000)) : null;
        Assert.Contains("never comes to an end", (await PutAsync(peer)).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_falls_silent_ends_within_the_time_that_was_set()
    {
        await using var peer = new MailboxPeer { Instead = line => line.StartsWith("APPEND", StringComparison.Ordinal) ? "" : null };
        var clock = new FakeTimeProvider();
        var putting = new MailboxServer(peer.Options(), clock).AppendAsync(Alice, "INBOX", Received, new Bytes("x"u8.ToArray()), Nothing, Cancel);
        await WaitUntil.Async(() => peer.Lines.Any(line => line.StartsWith("APPEND", StringComparison.Ordinal)));
        clock.Advance(TimeSpan.FromSeconds(peer.Options().AttemptTimeoutSeconds));
        Assert.Equal((DeliveryOutcome.TransientFailure, "the mail server took too long"), ((await putting).Outcome, (await putting).Error));
    }

    [Fact]
    public async Task What_breaks_within_the_message_did_not_arrive_and_what_breaks_after_it_may_have()
    {
        await using var peer = new MailboxPeer { DiesAfter = 5 };
        Assert.Equal(DeliveryOutcome.TransientFailure, (await PutAsync(peer, new string('x', 20_000_000))).Outcome);
        peer.DiesAfter = null;
        peer.DiesBeforeAnswer = true;
        Assert.Equal(DeliveryOutcome.Unknown, (await PutAsync(peer)).Outcome);
        Assert.Single(peer.Kept);
    }

    [Theory]
    [InlineData("* PREAUTH you are somebody")]
    [InlineData("* BYE not today")]
    [InlineData("220 smtp.example.edu ESMTP")]
    public async Task Whoever_greets_as_something_else_is_not_talked_to(string greeting)
    {
        await using var peer = new MailboxPeer { Greeting = greeting };
        var result = await PutAsync(peer);
        Assert.Equal((DeliveryOutcome.TransientFailure, $"the mail server said: {greeting}"), (result.Outcome, result.Error));
        Assert.Empty(peer.Lines);
    }

    [Fact]
    public async Task A_login_that_is_not_let_in_waits_for_the_site_to_put_it_right()
    {
        await using var peer = new MailboxPeer();
        var result = await new MailboxServer(peer.Options(one => one.Password = "wrong"), TimeProvider.System).AppendAsync(Alice, "INBOX", Received, new Bytes([1]), Nothing, Cancel);
        Assert.Equal(new AppendResult(DeliveryOutcome.TransientFailure, "NO [AUTHENTICATIONFAILED] no"), result);
        Assert.DoesNotContain(peer.Lines, line => line.StartsWith("APPEND", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_the_caller_does_first_happens_when_the_message_is_wanted_and_its_no_is_obeyed()
    {
        await using var peer = new MailboxPeer();
        await Assert.ThrowsAsync<InvalidOperationException>(() => new MailboxServer(peer.Options(), TimeProvider.System).AppendAsync(
            Alice, "INBOX", Received, new Bytes("x"u8.ToArray()), _ => throw new InvalidOperationException("no"), Cancel));
        Assert.Empty(peer.Kept);
    }

    [Theory]
    [InlineData("NUL \0 inside", 0)]
    [InlineData("shorter", 3)]
    [InlineData("longer", -3)]
    public async Task Content_that_is_not_what_it_says_is_withdrawn_and_nothing_of_it_is_read_as_a_command(string text, int lie)
    {
        await using var peer = new MailboxPeer();
        await Assert.ThrowsAsync<InvalidDataException>(() => new MailboxServer(peer.Options(), TimeProvider.System).AppendAsync(
            Alice, "INBOX", Received, new Bytes(Encoding.Latin1.GetBytes(text), lie), Nothing, Cancel));
        Assert.Empty(peer.Kept);
    }

    [Fact]
    public async Task TLS_comes_before_the_password_and_what_was_said_before_it_counts_for_nothing()
    {
        using var folder = new TestFolder();
        using var certificate = MailboxPeer.SelfSigned();
        var file = Path.Combine(folder.Path, "site.pem");
        await File.WriteAllTextAsync(file, certificate.ExportCertificatePem(), Cancel);
        await using var peer = new MailboxPeer { Certificate = certificate };
        MailboxServer Server(string host, string trusted) => new(peer.Options(one => (one.Host, one.Tls, one.CertificateFile) = (host, SignInTls.StartTls, trusted)), TimeProvider.System);
        Task<AppendResult> Put(MailboxServer server) => server.AppendAsync(Alice, "INBOX", Received, new Bytes("x"u8.ToArray()), Nothing, Cancel);

        Assert.Equal(DeliveryOutcome.Accepted, (await Put(Server("localhost", file))).Outcome);
        await Server("localhost", file).ProbeAsync(Cancel);
        Assert.Equal(DeliveryOutcome.TransientFailure, (await Put(Server("localhost", ""))).Outcome);
        Assert.Equal(DeliveryOutcome.TransientFailure, (await Put(Server("127.0.0.1", file))).Outcome);
        peer.Lines.Clear();
        peer.Instead = line => line == "STARTTLS" ? "{tag} OK go\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\nR2 OK in" : null;
        Assert.Contains("before TLS", (await Put(Server("localhost", file))).Error, StringComparison.Ordinal);
        peer.Instead = line => line == "STARTTLS" ? "{tag} BAD no TLS" : null;
        Assert.Contains("no TLS", (await Put(Server("localhost", file))).Error, StringComparison.Ordinal);
        Assert.DoesNotContain(peer.Lines, line => line.StartsWith("AUTHENTICATE", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_probe_says_what_is_missing()
    {
        await using var peer = new MailboxPeer();
        var server = new MailboxServer(peer.Options(), TimeProvider.System);
        await server.ProbeAsync(Cancel);
        peer.Instead = line => line == "CAPABILITY" ? "* CAPABILITY IMAP4rev1 AUTH=GSSAPI\r\n{tag} OK" : null;
        Assert.Contains("AUTH=PLAIN", (await Assert.ThrowsAsync<ImapLostException>(() => server.ProbeAsync(Cancel))).Message, StringComparison.Ordinal);
        Assert.Equal($"imap://127.0.0.1:{peer.Port}", server.Name);
    }

    [Theory]
    [InlineData(null, "INBOX")]
    [InlineData(" inbox ", "INBOX")]
    [InlineData("Old mail", "Old mail")]
    [InlineData("all*", null)]
    [InlineData("100%", null)]
    [InlineData("two\r\nR9 DELETE INBOX", null)]
    [InlineData("turned\u202earound", null)]
    public void A_name_of_a_folder_is_one_name(string? written, string? read)
    {
        Assert.Equal(read, FolderName.Read(written));
        Assert.Null(FolderName.Read(new string('x', FolderName.MaxChars + 1)));
    }

    [Theory]
    [InlineData("~peter/mail/台北/日本語", "\"~peter/mail/&U,BTFw-/&ZeVnLIqe-\"")]
    [InlineData("say \"a\\b\"", "\"say \\\"a\\\\b\\\"\"")]
    [InlineData("\ud83d\ude00&", "\"&2D3eAA-&-\"")]
    public void Names_are_written_as_the_wire_wants_them(string name, string wire) => Assert.Equal(wire, FolderName.Quoted(name));

    [Fact]
    public async Task A_mailbox_has_the_server_of_its_domain_and_no_name_reaches_another()
    {
        await using var peer = new MailboxPeer();
        var servers = new MailboxServers([peer.Options(one => (one.Domains, one.Host) = (["example.edu"], "one")), peer.Options(one => one.Host = "rest")], TimeProvider.System);
        Assert.Equal(("imap://one", "imap://rest"), (servers.For(Alice)!.Name[..10], servers.For("a@other.example")!.Name[..11]));
        Assert.Null(servers.For("alice*archive@example.edu"));
        Assert.Null(MailboxServers.None.For(Alice));
        Assert.Equal(["mailbox", "mailbox"], servers.Probed.Select(one => one.Kind));
    }

    /// <param name="lie">So much longer than it is.</param>
    private sealed class Bytes(byte[] bytes, int lie = 0) : IMessageContent
    {
        public long LengthBytes => bytes.Length + lie;

        public bool HasBareLineEnds => false;

        public Stream OpenRead() => new MemoryStream(bytes, writable: false);
    }
}
