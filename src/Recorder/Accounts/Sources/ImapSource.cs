using System.Text;
using MailKit;
using MailKit.Net.Imap;
using MailKit.Security;

namespace Recorder.Accounts.Sources;

/// <summary>
/// Asks the mail server by signing in to it (RFC 9051 §6.2). The client's address goes before in an ID command (RFC 2971),
/// so that the server's own limits count attackers and not this machine.
/// </summary>
internal sealed class ImapSource(ImapSignInOptions options) : IPasswordSource, IProbed
{
    private readonly ServerTrust trust = new(options.CertificateFile);

    public string Kind => "sign-in";

    public string Name => $"IMAP {options.Host}:{options.Port}";

    public async Task<PasswordAnswer> CheckAsync(PasswordQuestion question, CancellationToken cancel)
    {
        var words = new ServerWords();
        using var client = Client(words);
        await client.ConnectAsync(options.Host, options.Port, SocketOptions, cancel);
        await IdentifyAsync(client, question.ClientAddress, cancel);
        var answer = await AuthenticateAsync(client, words, question, cancel);
        if (client.IsConnected) await client.DisconnectAsync(quit: true, cancel);
        return answer;
    }

    public async Task ProbeAsync(CancellationToken cancel)
    {
        using var client = Client(new ServerWords());
        await client.ConnectAsync(options.Host, options.Port, SocketOptions, cancel);
        await client.DisconnectAsync(quit: true, cancel);
    }

    private ImapClient Client(ServerWords words) => new(words)
    {
        // Authorities inside a site often publish no revocation list, and the lists of the others are asked over the open net.
        CheckCertificateRevocation = false,
        ServerCertificateValidationCallback = trust.Accepts,
    };

    private static async Task IdentifyAsync(ImapClient client, string clientAddress, CancellationToken cancel)
    {
        if (!client.Capabilities.HasFlag(ImapCapabilities.Id) || !System.Net.IPAddress.TryParse(clientAddress, out _)) return;
        var facts = new ImapImplementation { Name = "Recorder" };
        facts.Properties["x-originating-ip"] = clientAddress;
        await client.IdentifyAsync(facts, cancel);
    }

    private static async Task<PasswordAnswer> AuthenticateAsync(ImapClient client, ServerWords words, PasswordQuestion question, CancellationToken cancel)
    {
        try
        {
            // One attempt is one mechanism: trying several would count as several failures at the server.
            if (client.AuthenticationMechanisms.Contains("PLAIN"))
            {
                await client.AuthenticateAsync(new SaslMechanismPlain(Encoding.UTF8, question.Login, question.Password), cancel);
            }
            else
            {
                client.AuthenticationMechanisms.Clear();
                await client.AuthenticateAsync(Encoding.UTF8, question.Login, question.Password, cancel);
            }

            return new PasswordAnswer(PasswordVerdict.Right);
        }
        catch (AuthenticationException)
        {
            return words.IsAboutPassword ? PasswordAnswer.Wrong : throw new IOException($"the server said: {words.Last}");
        }
    }

    private SecureSocketOptions SocketOptions => options.Tls switch
    {
        SignInTls.Implicit => SecureSocketOptions.SslOnConnect,
        SignInTls.None => SecureSocketOptions.None,
        _ => SecureSocketOptions.StartTls,
    };

    /// <summary>The last line of the server. What we send is not looked at.</summary>
    private sealed class ServerWords : IProtocolLogger
    {
        // RFC 5530 §3: these say that the server could not look, not that the password is wrong.
        private static readonly string[] Elsewhere = ["[UNAVAILABLE]", "[PRIVACYREQUIRED]", "[LIMIT]", "[INUSE]", "[SERVERBUG]", "[CONTACTADMIN]"];

        public string Last { get; private set; } = "";

        public bool IsAboutPassword => Last.Split(' ') is [_, "NO", ..] && !Elsewhere.Any(code => Last.Contains(code, StringComparison.OrdinalIgnoreCase));

        public IAuthenticationSecretDetector? AuthenticationSecretDetector { get; set; }

        public void LogConnect(Uri uri)
        {
        }

        public void LogClient(byte[] buffer, int offset, int count)
        {
        }

        public void LogServer(byte[] buffer, int offset, int count) =>
            Last = Encoding.UTF8.GetString(buffer, offset, count).TrimEnd().Split('\n')[^1].Trim() is { Length: > 0 } line ? line[..Math.Min(line.Length, 200)] : Last;

        public void Dispose()
        {
        }
    }
}
