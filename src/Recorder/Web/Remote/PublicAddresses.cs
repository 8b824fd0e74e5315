using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Recorder.Web.Remote;

/// <summary>
/// Which addresses a sender may make this server connect to: those of the public net alone. Everything else could be a
/// neighbour that answers because we ask.
/// </summary>
internal static class PublicAddresses
{
    // RFC 6890 and the IANA registry of special IPv4 addresses; multicast and what was never given out at the end.
    private static readonly IPNetwork[] SpecialV4 =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
            "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24",
            "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        }.Select(IPNetwork.Parse),
    ];

    // What of the one public IPv6 block (RFC 4291 §2.4, 2000::/3) leads elsewhere: protocols (Teredo holds an IPv4 address), documentation, 6to4.
    private static readonly IPNetwork Public6 = IPNetwork.Parse("2000::/3");
    private static readonly IPNetwork[] SpecialV6 = [.. new[] { "2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20" }.Select(IPNetwork.Parse)];

    public static bool IsPublic(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) return IsPublic(address.MapToIPv4());
        return address.AddressFamily == AddressFamily.InterNetwork
            ? !SpecialV4.Any(network => network.Contains(address))
            : address.AddressFamily == AddressFamily.InterNetworkV6 && Public6.Contains(address) && !SpecialV6.Any(network => network.Contains(address));
    }

    /// <summary>A server with a public address of its own is no stranger to itself.</summary>
    public static bool IsOfThisMachine(IPAddress address) => NetworkInterface.GetAllNetworkInterfaces()
        .SelectMany(one => one.GetIPProperties().UnicastAddresses).Any(own => own.Address.Equals(address));
}
