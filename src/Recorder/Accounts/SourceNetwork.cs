using System.Net;
using System.Net.Sockets;

namespace Recorder.Accounts;

/// <summary>The name under which limits count a source: one IPv6 customer has a whole /64 at hand.</summary>
internal static class SourceNetwork
{
    public static string Of(string source) =>
        IPAddress.TryParse(source, out var parsed) && parsed is { AddressFamily: AddressFamily.InterNetworkV6, IsIPv4MappedToIPv6: false }
            ? Convert.ToHexString(parsed.GetAddressBytes().AsSpan(0, 8))
            : source;
}
