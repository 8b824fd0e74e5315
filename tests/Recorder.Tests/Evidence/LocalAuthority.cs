using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Recorder.Tests.Evidence;

/// <summary>A time stamp authority on loopback (RFC 3161): small, and right enough for the framework and for openssl.</summary>
internal sealed class LocalAuthority : IAsyncDisposable
{
    private const string TstInfo = "1.2.840.113549.1.9.16.1.4", SigningCertificateV2 = "1.2.840.113549.1.9.16.2.47", Policy = "1.3.6.1.4.1.99999.1";
    private readonly WebApplication app;
    private readonly X509Certificate2 root, signer;
    private int serial;

    private LocalAuthority(WebApplication app, X509Certificate2 root, X509Certificate2 signer) => (this.app, this.root, this.signer) = (app, root, signer);

    public string Url => app.Urls.First();

    public DateTimeOffset Now { get; set; } = new(2026, 3, 15, 1, 2, 3, TimeSpan.Zero);

    /// <summary>Stamps something else than it was asked for.</summary>
    public bool Lies { get; set; }

    public string RootPem => root.ExportCertificatePem();

    public static async Task<LocalAuthority> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var (root, signer) = Certificates();
        var authority = new LocalAuthority(app, root, signer);
        app.MapPost("/", authority.AnswerAsync);
        await app.StartAsync();
        return authority;
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        root.Dispose();
        signer.Dispose();
    }

    private async Task<IResult> AnswerAsync(HttpRequest http)
    {
        var bytes = new MemoryStream();
        await http.Body.CopyToAsync(bytes);
        Assert.Equal("application/timestamp-query", http.ContentType);
        Assert.True(Rfc3161TimestampRequest.TryDecode(bytes.ToArray(), out var request, out _));
        return Results.Bytes(Response(request!), "application/timestamp-reply");
    }

    private byte[] Response(Rfc3161TimestampRequest request)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence()) writer.WriteInteger(0);
            writer.WriteEncodedValue(Token(request));
        }

        return writer.Encode();
    }

    private byte[] Token(Rfc3161TimestampRequest request)
    {
        var cms = new SignedCms(new ContentInfo(new Oid(TstInfo), Info(request)));
        var by = new CmsSigner(SubjectIdentifierType.IssuerAndSerialNumber, signer) { DigestAlgorithm = new Oid("2.16.840.1.101.3.4.2.1"), IncludeOption = X509IncludeOption.EndCertOnly };
        by.SignedAttributes.Add(new AsnEncodedData(new Oid(SigningCertificateV2), OwnCertificate()));
        cms.ComputeSignature(by);
        return cms.Encode();
    }

    private byte[] Info(Rfc3161TimestampRequest request)
    {
        var hash = request.GetMessageHash().ToArray();
        if (Lies) hash[0] ^= 1;
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(1);
            writer.WriteObjectIdentifier(Policy);
            using (writer.PushSequence())
            {
                using (writer.PushSequence()) writer.WriteObjectIdentifier(request.HashAlgorithmId.Value!);
                writer.WriteOctetString(hash);
            }

            writer.WriteInteger(Interlocked.Increment(ref serial));
            writer.WriteGeneralizedTime(Now, omitFractionalSeconds: true);
            if (request.GetNonce() is { } nonce) writer.WriteInteger(new BigInteger(nonce.Span, isBigEndian: true));
        }

        return writer.Encode();
    }

    private byte[] OwnCertificate()
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        using (writer.PushSequence())
        using (writer.PushSequence())
            writer.WriteOctetString(SHA256.HashData(signer.RawData));
        return writer.Encode();
    }

    private static (X509Certificate2 Root, X509Certificate2 Signer) Certificates()
    {
        var (from, until) = (new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2049, 1, 1, 0, 0, 0, TimeSpan.Zero));
        using var rootKey = RSA.Create(2048);
        var asked = new CertificateRequest("CN=Test time root", rootKey, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        asked.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var root = asked.CreateSelfSigned(from, until);
        using var key = RSA.Create(2048);
        var leaf = new CertificateRequest("CN=Test time authority", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        leaf.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.8")], critical: true));
        leaf.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        using var bare = leaf.Create(root, from, until, [1, 2, 3]);
        return (root, bare.CopyWithPrivateKey(key));
    }
}
