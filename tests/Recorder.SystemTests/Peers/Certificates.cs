using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Recorder.SystemTests.Peers;

/// <summary>A certificate for a listener, made for one test.</summary>
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
}
