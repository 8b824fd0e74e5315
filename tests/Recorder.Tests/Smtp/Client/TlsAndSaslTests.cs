using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Recorder.Smtp;
using Recorder.Smtp.Client;
using Recorder.Tests.Smtp.Client.Peers;

namespace Recorder.Tests.Smtp.Client;

public sealed class TlsAndSaslTests : IDisposable
{
    private const string Offer = "S: 220 hop\nC: EHLO us.example\nS: 250-hop\nS: 250 STARTTLS\n";
    private const string StartTls = Offer + "C: STARTTLS\nS: 220 go\n";
    private const string ProtectedHello = "C: EHLO us.example\nS: 250-hop\nS: 250 DSN\n";

    private readonly TestAuthority _authority = new("hop.example");

    public void Dispose() => _authority.Dispose();

    [Theory]
    [InlineData(TlsMode.Required)]
    [InlineData(TlsMode.Opportunistic)]
    public async Task STARTTLS_begins_anew_under_TLS(TlsMode mode)
    {
        await using var pool = Pool(mode, Play(StartTls, ProtectedHello));
        Assert.True(await pool.ProbeAsync(default));
        Assert.True(pool.Capabilities!.Dsn);
    }

    [Fact]
    public async Task Implicit_TLS_comes_before_the_greeting()
    {
        await using var pool = Pool(TlsMode.Implicit, Play("", "S: 220 hop\n" + ProtectedHello));
        Assert.True(await pool.ProbeAsync(default));
    }

    [Theory]
    [InlineData(TlsMode.Required)]
    [InlineData(TlsMode.Implicit)]
    public async Task A_certificate_that_does_not_fit_stops_the_mail(TlsMode mode)
    {
        string plain = mode == TlsMode.Implicit ? "" : StartTls;
        foreach (var (host, trusts) in ((string, bool)[])[("other.example", true), ("hop.example", false)])
        {
            await using var pool = Pool(mode, Play(plain, "N:"), host, trusts);
            var result = Assert.Single((await pool.SendAsync(Samples.Message(), null, default)).Recipients);
            Assert.Equal(DeliveryOutcome.TransientFailure, result.Outcome);
            Assert.Contains("TLS with", result.Error);
        }
    }

    [Fact]
    public async Task Opportunistic_TLS_takes_any_certificate()
    {
        await using var pool = Pool(TlsMode.Opportunistic, Play(StartTls, ProtectedHello), "other.example", trustsAuthority: false);
        Assert.True(await pool.ProbeAsync(default));
        Assert.True(pool.Capabilities!.Dsn);
    }

    [Fact]
    public async Task Opportunistic_TLS_that_fails_is_tried_again_in_plain()
    {
        int connections = 0;
        await using var pool = Pool(TlsMode.Opportunistic, () => ++connections == 1
            ? new ScriptedPeer(StartTls + "S: this is no TLS\nX:").Connect()
            : new ScriptedPeer(Offer + "C: QUIT").Connect());
        Assert.True(await pool.ProbeAsync(default));
        Assert.Equal(2, connections);
    }

    [Theory]
    [InlineData("S: 220 hop\nC: EHLO us.example\nS: 250 hop\nC: QUIT")]
    [InlineData(Offer + "C: STARTTLS\nS: 454 4.7.0 no certificate today\nC: QUIT")]
    public async Task Without_TLS_an_opportunistic_session_goes_on_and_a_required_one_does_not(string script)
    {
        await using var opportunistic = Pool(TlsMode.Opportunistic, () => new ScriptedPeer(script).Connect());
        Assert.True(await opportunistic.ProbeAsync(default));
        await using var required = Pool(TlsMode.Required, () => new ScriptedPeer(script.Replace("QUIT", "")).Connect());
        var result = Assert.Single((await required.SendAsync(Samples.Message(), null, default)).Recipients);
        Assert.Equal(DeliveryOutcome.TransientFailure, result.Outcome);
        Assert.Contains("STARTTLS", result.Error);
    }

    [Fact]
    public async Task Replies_injected_before_the_handshake_are_dropped()
    {
        // Sent with the 220 in one piece: a client that kept them would take them for the answer to its EHLO.
        string injected = "S: 220 hop\nC: EHLO us.example\nS: 250-hop\nS: 250 STARTTLS\nC: STARTTLS\nW: 220 go\\r\\n250-evil\\r\\n250 XFORWARD NAME\\r\\n";
        await using var pool = Pool(TlsMode.Required, Play(injected, ProtectedHello));
        Assert.True(await pool.ProbeAsync(default));
        Assert.False(pool.Capabilities!.XForward);
        Assert.True(pool.Capabilities.Dsn);
    }

    [Fact]
    public async Task A_message_goes_over_TLS_unharmed()
    {
        var hop = new ToyHop { Extensions = ["CHUNKING", "PIPELINING"] };
        await using var pool = Pool(TlsMode.Implicit, () => Secure("", hop.ServeOn));
        byte[] message = new byte[1_500_000];
        new Random(7).NextBytes(message);
        await pool.SendAsync(Samples.Message() with { Content = new BytesContent(message, hasBareLineEnds: true) }, null, default);
        Assert.True(message.AsSpan().SequenceEqual(Assert.Single(hop.Messages)));
    }

    [Theory]
    [InlineData("AUTH LOGIN PLAIN", "C: AUTH PLAIN AHVzZXIAcMOkc3M=\nS: 235 2.7.0 welcome")]
    [InlineData("AUTH LOGIN", "C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: dXNlcg==\nS: 334 UGFzc3dvcmQ6\nC: cMOkc3M=\nS: 235 welcome")]
    public async Task The_password_goes_to_loopback_and_under_TLS(string offer, string exchange)
    {
        string hello = $"C: EHLO us.example\nS: 250-hop\nS: 250 {offer}\n{exchange}\n";
        await using var loopback = Pool(TlsMode.None, () => new ScriptedPeer("S: 220 hop\n" + hello).Connect(), "127.0.0.1", user: "user");
        Assert.True(await loopback.ProbeAsync(default));
        await using var secure = Pool(TlsMode.Required, Play(StartTls, hello), user: "user");
        Assert.True(await secure.ProbeAsync(default));
    }

    [Theory]
    [InlineData(TlsMode.None)]
    [InlineData(TlsMode.Opportunistic)]
    public async Task The_password_never_crosses_the_network_in_plain(TlsMode mode)
    {
        var peer = new ScriptedPeer("S: 220 hop\nC: EHLO us.example\nS: 250-hop\nS: 250 AUTH PLAIN\nN:");
        await using var pool = Pool(mode, peer.Connect, user: "user");
        var result = Assert.Single((await pool.SendAsync(Samples.Message(), null, default)).Recipients);
        await peer.Finished;
        Assert.Equal(DeliveryOutcome.TransientFailure, result.Outcome);
        Assert.Contains("password", result.Error);
    }

    [Theory]
    [InlineData("S: 250 AUTH PLAIN\nC: AUTH PLAIN AHVzZXIAcMOkc3M=\nS: 535 5.7.8 wrong", "535 5.7.8 wrong")]
    [InlineData("S: 250 AUTH CRAM-MD5\nN:", "neither AUTH PLAIN nor AUTH LOGIN")]
    public async Task A_refused_password_delays_mail_and_bounces_none(string script, string error)
    {
        await using var pool = Pool(TlsMode.None, () => new ScriptedPeer("S: 220 hop\nC: EHLO us.example\nS: 250-hop\n" + script).Connect(), "localhost", user: "user");
        var result = Assert.Single((await pool.SendAsync(Samples.Message(), null, default)).Recipients);
        Assert.Equal((DeliveryOutcome.TransientFailure, (SmtpReply?)null), (result.Outcome, result.Reply));
        Assert.Contains(error, result.Error);
        Assert.DoesNotContain("pässs", result.Error);
    }

    private NextHopPool Pool(
        TlsMode mode, Func<Stream> connect, string host = "hop.example", bool trustsAuthority = true, string? user = null) => new(
        new(host, 25, SmtpProtocol.Smtp, mode, user, user is null ? null : "päss"),
        Samples.Options with { TrustedRoots = trustsAuthority ? _authority.Roots : null }, TimeProvider.System, _ => ValueTask.FromResult(connect()));

    /// <summary>A peer that plays one script in plain and another under TLS.</summary>
    private Func<Stream> Play(string plain, string secured) => () => Secure(plain, new ScriptedPeer(secured).PlayAsync);

    private Stream Secure(string plain, Func<Stream, Task> serve)
    {
        var (client, server) = DuplexStream.CreatePair();
        _ = Task.Run(async () =>
        {
            await new ScriptedPeer(plain).PlayAsync(new UnclosedStream(server));
            await using var secure = new SslStream(server);
            await secure.AuthenticateAsServerAsync(_authority.Server);
            await serve(secure);
        });
        return client;
    }

    /// <summary>Lets the first script end without closing the connection.</summary>
    private sealed class UnclosedStream(Stream inner) : Stream
    {
        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
        public override void Flush() => inner.Flush();
        public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancel = default) => inner.ReadAsync(buffer, cancel);
        public override void Write(byte[] buffer, int offset, int count) => inner.Write(buffer, offset, count);
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancel = default) => inner.WriteAsync(buffer, cancel);
        public override Task FlushAsync(CancellationToken cancel) => inner.FlushAsync(cancel);
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
    }

    /// <summary>A CA of its own and a server certificate for one name, in memory.</summary>
    private sealed class TestAuthority : IDisposable
    {
        private readonly X509Certificate2 _root;

        public TestAuthority(string host)
        {
            var (from, to) = (DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
            using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var rootRequest = new CertificateRequest("CN=Test CA", rootKey, HashAlgorithmName.SHA256);
            rootRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
            _root = rootRequest.CreateSelfSigned(from, to);

            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var request = new CertificateRequest($"CN={host}", key, HashAlgorithmName.SHA256);
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName(host);
            request.CertificateExtensions.Add(names.Build());
            using var issued = request.Create(_root, from, to, Encoding.ASCII.GetBytes("1"));
            Server = issued.CopyWithPrivateKey(key);
        }

        public X509Certificate2 Server { get; }

        public X509Certificate2Collection Roots => [_root];

        public void Dispose()
        {
            _root.Dispose();
            Server.Dispose();
        }
    }
}
