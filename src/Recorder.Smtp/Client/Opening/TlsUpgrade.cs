using System.ComponentModel;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Recorder.Smtp.Client;

/// <summary>The client side of a TLS handshake over an open connection (RFC 3207 §4, RFC 8314 §3).</summary>
internal static class TlsUpgrade
{
    /// <param name="checkCertificate">False accepts any certificate: protection against listeners only (RFC 7435).</param>
    /// <exception cref="TlsFailedException"/>
    public static async Task<SslStream> HandshakeAsync(
        Stream plain, string host, bool checkCertificate, NextHopOptions options, Deadline deadline)
    {
        var secure = new SslStream(plain, leaveInnerStreamOpen: false);
        deadline.Allow(options.ConnectTimeout);
        try
        {
            await secure.AuthenticateAsClientAsync(Settings(host, checkCertificate, options), deadline.Token).ConfigureAwait(false);
            return secure;
        }
        catch (Exception e) when (IsFailure(e) || (e is OperationCanceledException && deadline.HasTimedOut))
        {
            throw new TlsFailedException($"TLS with {host} failed: {(e.InnerException ?? e).Message}", e);
        }
    }

    private static SslClientAuthenticationOptions Settings(string host, bool checkCertificate, NextHopOptions options) => new()
    {
        TargetHost = host.Trim('[', ']'),
        RemoteCertificateValidationCallback = checkCertificate ? options.CertificateCheck : static (_, _, _, _) => true,
        CertificateChainPolicy = checkCertificate && options.TrustedRoots is { } roots ? TrustOnly(roots) : null,
    };

    private static X509ChainPolicy TrustOnly(X509Certificate2Collection roots)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            // A private CA rarely publishes revocation lists; an unreachable one must not stop the mail.
            RevocationMode = X509RevocationMode.NoCheck,
        };
        policy.CustomTrustStore.AddRange(roots);
        return policy;
    }

    private static bool IsFailure(Exception e) =>
        e is AuthenticationException or IOException or SocketException or InvalidOperationException
            or CryptographicException or Win32Exception;
}
