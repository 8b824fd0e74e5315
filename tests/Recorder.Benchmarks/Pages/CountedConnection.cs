using System.Net.Sockets;

namespace Recorder.Benchmarks.Pages;

/// <summary>A connection that tells how many bytes came over it, headers and all, as they were sent.</summary>
internal sealed class CountedConnection(Socket socket, Action<int> received) : NetworkStream(socket, ownsSocket: true)
{
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await base.ReadAsync(buffer, cancellationToken);
        received(read);
        return read;
    }
}
