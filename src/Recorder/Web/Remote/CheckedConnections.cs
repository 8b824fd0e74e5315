using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Recorder.Web.Remote;

/// <summary>
/// Connections to strangers. A name is looked up here, its addresses are judged, and one that was judged is connected to:
/// there is no second look-up that could say otherwise. Nothing of the reader goes along, and nothing stays behind.
/// </summary>
internal static class CheckedConnections
{
    private const int MaxAddresses = 3, MaxHeaderKilobytes = 16;

    /// <param name="isAllowed">Asked of each address before it is connected to.</param>
    public static SocketsHttpHandler Handler(Func<IPAddress, bool> isAllowed) => new()
    {
        // Redirects are followed by whoever asks, who judges each place anew.
        AllowAutoRedirect = false, UseCookies = false, UseProxy = false, AutomaticDecompression = DecompressionMethods.None,
        // A trace's id would tell the requests of one reader from others'.
        ActivityHeadersPropagator = DistributedContextPropagator.CreateNoOutputPropagator(),
        MaxResponseHeadersLength = MaxHeaderKilobytes, MaxResponseDrainSize = 0, PooledConnectionIdleTimeout = TimeSpan.FromSeconds(5),
        ConnectCallback = (context, cancel) => ConnectAsync(context.DnsEndPoint, isAllowed, cancel),
        SslOptions = new SslClientAuthenticationOptions
        {
            // Certificates name places for their issuers and their revocation: a sender's may name our neighbours.
            CertificateChainPolicy = new X509ChainPolicy { DisableCertificateDownloads = true, RevocationMode = X509RevocationMode.NoCheck },
        },
    };

    private static async ValueTask<Stream> ConnectAsync(DnsEndPoint place, Func<IPAddress, bool> isAllowed, CancellationToken cancel)
    {
        Exception? last = null;
        foreach (var address in (await AddressesAsync(place.Host, cancel)).Where(isAllowed).Take(MaxAddresses))
        {
            try
            {
                return await ConnectAsync(new IPEndPoint(address, place.Port), cancel);
            }
            catch (SocketException error)
            {
                last = error;
            }
        }

        throw new HttpRequestException(HttpRequestError.ConnectionError, "no address that may be connected to answers", last);
    }

    private static async Task<IPAddress[]> AddressesAsync(string host, CancellationToken cancel) =>
        IPAddress.TryParse(host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(host, cancel);

    private static async Task<Stream> ConnectAsync(IPEndPoint place, CancellationToken cancel)
    {
        var socket = new Socket(place.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(place, cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
