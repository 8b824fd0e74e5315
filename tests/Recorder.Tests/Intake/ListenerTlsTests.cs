using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging.Abstractions;
using Recorder.Intake;

namespace Recorder.Tests.Intake;

public sealed class ListenerTlsTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("recorder-tls-");

    public void Dispose() => folder.Delete(recursive: true);

    private string PathOf(string name) => Path.Combine(folder.FullName, name);

    private static (string Certificate, string Key) Make(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));
        return (certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    private void Write(string file, string text, int version)
    {
        File.WriteAllText(PathOf(file), text);
        File.SetLastWriteTimeUtc(PathOf(file), DateTime.UnixEpoch.AddYears(40).AddSeconds(version));
    }

    [Fact]
    public void A_renewal_caught_half_way_leaves_the_old_certificate_until_it_is_whole()
    {
        var (before, after) = (Make("before.test"), Make("after.test"));
        Write("cert.pem", before.Certificate, 1);
        Write("key.pem", before.Key, 1);
        var tls = ListenerTls.From(new SmtpOptions { CertificateFile = PathOf("cert.pem"), CertificateKeyFile = PathOf("key.pem") }, NullLogger.Instance)!;
        string Name() => tls()!.ServerCertificateContext!.TargetCertificate.Subject;
        Assert.Equal("CN=before.test", Name());

        Write("cert.pem", "-----BEGIN CERTIFICATE-----", 2);
        Assert.Equal("CN=before.test", Name());
        Write("cert.pem", after.Certificate, 3);
        Assert.Equal("CN=before.test", Name());
        Write("key.pem", after.Key, 4);
        Assert.Equal("CN=after.test", Name());
    }
}
