using System.Net;
using System.Net.Sockets;

namespace Recorder.SystemTests.Peers;

/// <summary>One transaction as it went over the wire.</summary>
/// <param name="Recipients">Those that were accepted at RCPT, in order.</param>
/// <param name="Bytes">Between 354 and the final dot, dot-unstuffed.</param>
/// <param name="Replies">LMTP: one a recipient; SMTP: one.</param>
internal sealed record TappedTransaction(string ReversePath, IReadOnlyList<string> Recipients, byte[] Bytes, IReadOnlyList<string> Replies);

/// <summary>
/// A proxy between two mail servers that keeps what passes. It knows commands and replies only as far as it must to
/// see where data begins and ends, and changes nothing.
/// </summary>
internal sealed class Tap : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stopping = new();
    private readonly List<TappedTransaction> transactions = [];
    private readonly int upstreamPort;
    private readonly bool isLmtp;
    private readonly Task accepting;

    public Tap(int upstreamPort, bool isLmtp)
    {
        (this.upstreamPort, this.isLmtp) = (upstreamPort, isLmtp);
        listener.Start();
        accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>Complete ones: data and every reply.</summary>
    public IReadOnlyList<TappedTransaction> Transactions
    {
        get
        {
            lock (transactions)
            {
                return [.. transactions];
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        listener.Stop();
        await accepting;
        stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await listener.AcceptTcpClientAsync(stopping.Token));
            }
        }
        catch (Exception end) when (end is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var _ = client;
        using var server = new TcpClient();
        try
        {
            await server.ConnectAsync(IPAddress.Loopback, upstreamPort, stopping.Token);
            var dialogue = new TappedDialogue(isLmtp, Keep);
            // What is seen is understood before it is passed on, so that neither side is ever ahead of the tap.
            await Task.WhenAny(
                PumpAsync(client.GetStream(), server.GetStream(), dialogue.FromClient),
                PumpAsync(server.GetStream(), client.GetStream(), dialogue.FromServer));
        }
        catch (Exception end) when (end is OperationCanceledException or IOException or SocketException)
        {
            // One side went away: so does the other.
        }
    }

    private async Task PumpAsync(NetworkStream from, NetworkStream to, Action<ReadOnlyMemory<byte>> see)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReadAsync(buffer, stopping.Token) is > 0 and var count)
            {
                see(buffer.AsMemory(0, count));
                await to.WriteAsync(buffer.AsMemory(0, count), stopping.Token);
            }
        }
        catch (Exception end) when (end is OperationCanceledException or IOException or SocketException)
        {
            // One side went away.
        }
    }

    private void Keep(TappedTransaction transaction)
    {
        lock (transactions)
        {
            transactions.Add(transaction);
        }
    }
}
