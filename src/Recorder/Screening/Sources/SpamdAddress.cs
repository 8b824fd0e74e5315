using System.Net;
using System.Net.Sockets;

namespace Recorder.Screening.Sources;

/// <summary>Where a spamd listens: TCP, or a Unix socket.</summary>
internal static class SpamdAddress
{
    /// <param name="text">An absolute path, or host and port; IPv6 in brackets.</param>
    /// <returns>null for anything else.</returns>
    public static EndPoint? Parse(string text)
    {
        if (text.StartsWith('/')) return new UnixDomainSocketEndPoint(text);
        if (!Uri.TryCreate($"tcp://{text}", UriKind.Absolute, out var uri) || uri.Port <= 0 || uri.AbsolutePath.Length > 1 || uri.UserInfo.Length > 0) return null;
        return IPAddress.TryParse(uri.DnsSafeHost, out var address) ? new IPEndPoint(address, uri.Port) : new DnsEndPoint(uri.DnsSafeHost, uri.Port);
    }

    /// <summary>A socket of the right kind, not connected yet.</summary>
    public static Socket MakeSocket(EndPoint address) => address is UnixDomainSocketEndPoint
        ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
        : new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
}
