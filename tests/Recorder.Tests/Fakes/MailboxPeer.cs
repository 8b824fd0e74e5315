using System.Collections.Concurrent;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Recorder.Accounts.Sources;
using Recorder.Mailboxes;

namespace Recorder.Tests.Fakes;

/// <summary>What an IMAP server was given.</summary>
internal sealed record PutMail(string Login, string Folder, string Date, byte[] Bytes);

/// <summary>An IMAP server that takes mail, and says whatever else a test wants in the places that a test names.</summary>
internal sealed class MailboxPeer : LoopbackServer
{
    public ConcurrentQueue<PutMail> Kept { get; } = [];

    public ConcurrentQueue<string> Lines { get; } = [];

    public HashSet<string> Folders { get; } = ["INBOX"];

    /// <summary>Instead of the usual answer to a line without its tag: words to send ({tag} is filled in); null: the usual.</summary>
    public Func<string, string?> Instead { get; set; } = _ => null;

    /// <summary>At once after the words of <see cref="Instead"/> the connection ends.</summary>
    public bool HangsUp { get; set; }

    public string Greeting { get; set; } = "* OK ready";

    /// <summary>Closes after so many bytes of a literal.</summary>
    public int? DiesAfter { get; set; }

    /// <summary>Closes after the whole message, without a word.</summary>
    public bool DiesBeforeAnswer { get; set; }

    public X509Certificate2? Certificate { get; set; }

    public MailboxServerOptions Options(Action<MailboxServerOptions>? more = null)
    {
        var options = new MailboxServerOptions { Host = "127.0.0.1", Port = Port, Tls = SignInTls.None, UserName = "archive", Password = "secret" };
        more?.Invoke(options);
        return options;
    }

    public MailboxServers Servers => new([Options()], TimeProvider.System);

    /// <summary>For <c>localhost</c>, and for nobody to trust without being told.</summary>
    public static X509Certificate2 SelfSigned(string name = "localhost")
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        using var own = request.CreateSelfSigned(DateTimeOffset.UnixEpoch.AddYears(50), DateTimeOffset.UnixEpoch.AddYears(150));
        return X509CertificateLoader.LoadPkcs12(own.Export(X509ContentType.Pfx), null);
    }

    protected override async Task TalkAsync(TcpClient client, CancellationToken stop)
    {
        using var talking = client;
        try
        {
            await new Talk(this, client.GetStream(), stop).RunAsync();
        }
        catch (Exception error) when (error is IOException or OperationCanceledException or AuthenticationException or ObjectDisposedException)
        {
            // The other side left, as some tests want it to.
        }
    }

    /// <summary>One connection.</summary>
    private sealed class Talk(MailboxPeer peer, Stream stream, CancellationToken stop)
    {
        private Stream stream = stream;
        private string login = "";

        public async Task RunAsync()
        {
            await SayAsync(peer.Greeting);
            while (await LineAsync() is { } line)
            {
                var (tag, words) = (line.Split(' ')[0], line[(line.IndexOf(' ') + 1)..]);
                peer.Lines.Enqueue(words);
                if (peer.Instead(words) is { } odd)
                {
                    if (odd.Length > 0) await SayAsync(odd.Replace("{tag}", tag, StringComparison.Ordinal));
                    if (peer.HangsUp) return;
                }
                else if (!await AnswerAsync(tag, words))
                {
                    return;
                }
            }
        }

        private async Task<bool> AnswerAsync(string tag, string words)
        {
            switch (words.Split(' ')[0])
            {
                case "STARTTLS":
                    await SayAsync($"{tag} OK go");
                    var secured = new SslStream(stream);
                    await secured.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = peer.Certificate }, stop);
                    stream = secured;
                    return true;
                case "CAPABILITY":
                    await SayAsync($"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n{tag} OK done");
                    return true;
                case "AUTHENTICATE":
                    await SayAsync("+ ");
                    login = Encoding.UTF8.GetString(Convert.FromBase64String((await LineAsync())!));
                    await SayAsync(login.EndsWith("\0archive\0secret", StringComparison.Ordinal) ? $"{tag} OK in" : $"{tag} NO [AUTHENTICATIONFAILED] no");
                    return true;
                case "CREATE":
                    peer.Folders.Add(words.Split('"')[1]);
                    await SayAsync($"{tag} OK made");
                    return true;
                case "APPEND":
                    return await TakeAsync(tag, words);
                default:
                    await SayAsync($"{tag} OK done");
                    return words != "LOGOUT";
            }
        }

        private async Task<bool> TakeAsync(string tag, string words)
        {
            var parts = words.Split('"');
            if (!peer.Folders.Contains(parts[1]))
            {
                await SayAsync($"{tag} NO [TRYCREATE] no such folder");
                return true;
            }

            await SayAsync("+ give");
            var bytes = new byte[int.Parse(words[(words.LastIndexOf('{') + 1)..^1], System.Globalization.CultureInfo.InvariantCulture)];
            await stream.ReadExactlyAsync(peer.DiesAfter is { } few ? bytes.AsMemory(0, few) : bytes, stop);
            if (peer.DiesAfter is not null) return false;
            Assert.Equal("", await LineAsync());
            peer.Kept.Enqueue(new PutMail(login.Split('\0')[0], parts[1], parts[3], bytes));
            if (peer.DiesBeforeAnswer) return false;
            await SayAsync($"* 1 EXISTS\r\n{tag} OK [APPENDUID 1 1] kept");
            return true;
        }

        private Task SayAsync(string words) => stream.WriteAsync(Encoding.UTF8.GetBytes(words + "\r\n"), stop).AsTask();

        private async Task<string?> LineAsync()
        {
            var (line, one) = (new List<byte>(), new byte[1]);
            while (await stream.ReadAsync(one, stop) == 1)
            {
                if (one[0] == '\n') return Encoding.UTF8.GetString([.. line]).TrimEnd('\r');
                line.Add(one[0]);
            }

            return null;
        }
    }
}
