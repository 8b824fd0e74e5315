using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Recorder.SystemTests.Peers;

/// <summary>A certificate for a listener or a peer, made for one test.</summary>
internal static class Certificates
{
    public static IEnumerable<string> Settings(Scratch scratch)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var own = new CertificateRequest("CN=mx.test", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.Now.AddDays(-1), DateTimeOffset.Now.AddDays(1));
        File.WriteAllText(scratch.File("mx.pem"), own.ExportCertificatePem());
        File.WriteAllText(scratch.File("mx.key"), key.ExportPkcs8PrivateKeyPem());
        return [$"Smtp:CertificateFile={scratch.File("mx.pem")}", $"Smtp:CertificateKeyFile={scratch.File("mx.key")}"];
    }

    /// <summary>For a Dovecot that is called localhost.</summary>
    /// <param name="ssl">Its setting: yes or required.</param>
    /// <returns>The lines of its configuration; the certificate is in <c>imap.pem</c>.</returns>
    public static string Dovecot(Scratch scratch, string ssl)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using var own = request.CreateSelfSigned(DateTimeOffset.Now.AddDays(-1), DateTimeOffset.Now.AddDays(1));
        File.WriteAllText(scratch.File("imap.pem"), own.ExportCertificatePem());
        File.WriteAllText(scratch.File("imap.key"), key.ExportPkcs8PrivateKeyPem());
        return $"ssl = {ssl}\nssl_cert = <{scratch.File("imap.pem")}\nssl_key = <{scratch.File("imap.key")}\n";
    }
}
