using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Recorder.Intake;

/// <summary>The certificate for STARTTLS, read again when its file changes, so that a renewal needs no restart.</summary>
internal sealed class ListenerTls(string certificateFile, string keyFile, ILogger log)
{
    private readonly Lock gate = new();
    private (DateTime, DateTime) loadedVersion;
    private SslServerAuthenticationOptions? loaded;

    /// <returns>null where no certificate is configured: STARTTLS is not offered.</returns>
    public static Func<SslServerAuthenticationOptions?>? From(SmtpOptions options, ILogger log) =>
        options.CertificateFile.Length == 0 ? null : new ListenerTls(options.CertificateFile, options.CertificateKeyFile, log).Current;

    private SslServerAuthenticationOptions? Current()
    {
        lock (gate)
        {
            var version = (File.GetLastWriteTimeUtc(certificateFile), File.GetLastWriteTimeUtc(keyFile));
            if (loaded is null || version != loadedVersion) (loaded, loadedVersion) = (TryLoad(), version);
            return loaded;
        }
    }

    // A renewal writes certificate and key one after the other, and sometimes wrong: mail goes on under the old ones,
    // and the files are read again when one changes.
    private SslServerAuthenticationOptions TryLoad()
    {
        try
        {
            return Load();
        }
        catch (Exception error) when (loaded is not null && error is (CryptographicException or IOException or UnauthorizedAccessException or ArgumentException))
        {
            Log.CertificateUnusable(log, error, certificateFile);
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

internal static partial class Log
{
    [LoggerMessage(3014, LogLevel.Error, "The certificate {File} cannot be used with its key; STARTTLS goes on with the one before")]
    public static partial void CertificateUnusable(ILogger log, Exception error, string file);
}
