using System.Net;
using System.Net.Sockets;

namespace Recorder.Smtp.Client;

/// <summary>A fresh connection. Loopback covers unix sockets: nobody else listens on the way.</summary>
internal readonly record struct HopConnection(Stream Stream, bool IsLoopback);

/// <summary>Connects to the endpoint: a host name (every address is tried), a literal, or the path of a unix socket.</summary>
internal sealed class HopConnector(
    NextHopEndpoint endpoint, NextHopOptions options, Func<CancellationToken, ValueTask<Stream>>? custom)
{
    public async Task<HopConnection> ConnectAsync(Deadline deadline)
    {
        try
        {
            if (custom is not null) return await ConnectCustomAsync(custom, deadline).ConfigureAwait(false);
            return endpoint.Host.StartsWith('/')
                ? await ConnectUnixAsync(deadline).ConfigureAwait(false)
                : await ConnectTcpAsync(deadline).ConfigureAwait(false);
        }
        catch (Exception e) when (IsFailure(e))
        {
            throw new SessionLostException($"no connection to {endpoint}: {e.Message}", null, e);
        }
    }

    private async Task<HopConnection> ConnectTcpAsync(Deadline deadline)
    {
        Exception last = new SocketException((int)SocketError.HostNotFound);
        foreach (var address in await ResolveAsync(deadline).ConfigureAwait(false))
        {
            try
            {
                var remote = new IPEndPoint(address, endpoint.Port);
                return await InTimeAsync(deadline, cancel => ConnectSocketAsync(remote, ProtocolType.Tcp, cancel)).ConfigureAwait(false);
            }
            catch (Exception e) when (IsFailure(e))
            {
                last = e;
            }
        }
        throw last;
    }

    private async Task<IPAddress[]> ResolveAsync(Deadline deadline) =>
        IPAddress.TryParse(endpoint.Host.Trim('[', ']'), out var literal)
            ? [literal]
            : await InTimeAsync(deadline, cancel => Dns.GetHostAddressesAsync(endpoint.Host, cancel)).ConfigureAwait(false);

    private Task<HopConnection> ConnectUnixAsync(Deadline deadline) => InTimeAsync(deadline, cancel =>
        ConnectSocketAsync(new UnixDomainSocketEndPoint(endpoint.Host), ProtocolType.Unspecified, cancel));

    private async Task<HopConnection> ConnectCustomAsync(Func<CancellationToken, ValueTask<Stream>> connect, Deadline deadline) =>
        new(await InTimeAsync(deadline, cancel => connect(cancel).AsTask()).ConfigureAwait(false), NamesLoopback(endpoint.Host));

    private static async Task<HopConnection> ConnectSocketAsync(EndPoint remote, ProtocolType protocol, CancellationToken cancel)
    {
        var socket = new Socket(remote.AddressFamily, SocketType.Stream, protocol);
        try
        {
            // Each flush is a whole command group or data block; waiting to fill a segment only adds delay.
            if (protocol == ProtocolType.Tcp) socket.NoDelay = true;
            await socket.ConnectAsync(remote, cancel).ConfigureAwait(false);
            return new HopConnection(
                new NetworkStream(socket, ownsSocket: true),
                IsLoopback: remote is not IPEndPoint ip || IPAddress.IsLoopback(ip.Address));
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Bounds one step without using up the attempt: running out here leaves time for the next address.</summary>
    private async Task<T> InTimeAsync<T>(Deadline deadline, Func<CancellationToken, Task<T>> step)
    {
        using var own = deadline.Fork(options.ConnectTimeout);
        try
        {
            return await step(own.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (own.HasTimedOut)
        {
            throw new TimeoutException("it took too long", e);
        }
    }

    private static bool NamesLoopback(string host) =>
        host.StartsWith('/')
        || host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    private static bool IsFailure(Exception e) => e is SocketException or IOException or TimeoutException;
}
