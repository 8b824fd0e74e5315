using System.Net.Security;
using System.Security.Authentication;

namespace Recorder.Smtp.Server;

/// <summary>TLS facts in the words that Received fields use.</summary>
internal static class TlsNames
{
    public static string? Protocol(SslStream? tls) => tls?.SslProtocol switch
    {
        null => null,
        SslProtocols.Tls12 => "TLSv1.2",
        SslProtocols.Tls13 => "TLSv1.3",
        var other => other.ToString(),
    };

    public static string? Cipher(SslStream? tls) => tls?.NegotiatedCipherSuite.ToString();
}
