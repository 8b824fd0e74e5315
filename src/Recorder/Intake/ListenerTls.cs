using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Recorder.Intake;

/// <summary>The certificate for STARTTLS, read again when its file changes, so that a renewal needs no restart.</summary>
internal sealed class ListenerTls(string certificateFile, string keyFile)
{
    private readonly Lock gate = new();
    private DateTime loadedVersion;
    private SslServerAuthenticationOptions? loaded;

    /// <returns>null where no certificate is configured: STARTTLS is not offered.</returns>
    public static Func<SslServerAuthenticationOptions?>? From(SmtpOptions options) =>
        options.CertificateFile.Length == 0 ? null : new ListenerTls(options.CertificateFile, options.CertificateKeyFile).Current;

    private SslServerAuthenticationOptions? Current()
    {
        lock (gate)
        {
            var version = File.GetLastWriteTimeUtc(certificateFile);
            if (loaded is null || version != loadedVersion) (loaded, loadedVersion) = (Load(), version);
            return loaded;
        }
    }

    private SslServerAuthenticationOptions Load()
    {
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(certificateFile);
        var own = X509Certificate2.CreateFromPemFile(certificateFile, keyFile);
        return new SslServerAuthenticationOptions { ServerCertificateContext = SslStreamCertificateContext.Create(own, chain, offline: true) };
    }
}
