using System.IO.Pipelines;
using System.Net;

namespace Recorder.Smtp.Server;

/// <summary>Counts open connections, in total and for each peer address. Thread-safe.</summary>
public sealed class ConnectionLimiter(int maxTotal, int maxPerPeer)
{
    private readonly Lock gate = new();
    private readonly Dictionary<IPAddress, int> peers = [];
    private int total;

    /// <summary>Connections open now.</summary>
    public int Count
    {
        get { lock (gate) return total; }
    }

    /// <summary>Takes a place. Dispose the lease when the connection has ended.</summary>
    /// <param name="refusal">The greeting to send when there is none: 421 4.3.2 or 421 4.7.0.</param>
    /// <returns>null when a limit is reached.</returns>
    public IDisposable? TryEnter(IPAddress peer, out SmtpReply? refusal)
    {
        var address = NetworkList.Plain(peer);
        lock (gate)
        {
            var ofPeer = peers.GetValueOrDefault(address);
            refusal = total >= maxTotal ? Replies.ServerFull : ofPeer >= maxPerPeer ? Replies.PeerFull : null;
            if (refusal is not null) return null;
            total++;
            peers[address] = ofPeer + 1;
            return new Lease(this, address);
        }
    }

    /// <summary>Sends <paramref name="greeting"/> in place of 220. The caller closes the connection.</summary>
    public static async Task RefuseAsync(PipeWriter output, SmtpReply greeting, CancellationToken cancel)
    {
        ReplyWriter.Write(output, greeting);
        await output.FlushAsync(cancel).ConfigureAwait(false);
    }

    private void Leave(IPAddress address)
    {
        lock (gate)
        {
            total--;
            if (--peers[address] == 0) peers.Remove(address);
        }
    }

    private sealed class Lease(ConnectionLimiter owner, IPAddress address) : IDisposable
    {
        private int left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref left, 1) == 0) owner.Leave(address);
        }
    }
}
