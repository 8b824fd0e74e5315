using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Recorder.Accounts.Sources;

/// <summary>Which certificates of the site's own servers count: what the machine trusts, and what a file names besides.</summary>
internal sealed class ServerTrust
{
    private readonly X509Certificate2Collection trusted = [];

    /// <param name="file">PEM; empty for none.</param>
    public ServerTrust(string file)
    {
        if (file.Length > 0) trusted.ImportFromPemFile(file);
    }

    public bool Accepts(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors != SslPolicyErrors.RemoteCertificateChainErrors || trusted.Count == 0 || certificate is null) return errors == SslPolicyErrors.None;
        using var own = new X509Chain();
        own.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        own.ChainPolicy.CustomTrustStore.AddRange(trusted);
        // Authorities inside a site often publish no revocation list, and the lists of the others are asked over the open net.
        own.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return own.Build(X509CertificateLoader.LoadCertificate(certificate.GetRawCertData()));
    }
}
