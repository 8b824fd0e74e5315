using System.Net;

namespace Recorder.Smtp.Server;

internal static class NetworkList
{
    /// <summary>A dual-stack socket reports IPv4 peers as ::ffff:a.b.c.d: they must match IPv4 networks.</summary>
    public static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    public static bool Includes(this IReadOnlyList<IPNetwork> networks, IPAddress address)
    {
        var plain = Plain(address);
        return networks.Any(network => network.Contains(plain));
    }
}
