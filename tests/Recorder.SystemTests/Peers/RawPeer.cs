using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Recorder.SystemTests.Peers;

/// <summary>Sends whatever it is told over a socket of its own, and keeps what it hears.</summary>
internal sealed class RawPeer : IDisposable
{
    private readonly Socket socket;
    private readonly StringBuilder heard = new();
    private readonly Task listening;

    private RawPeer(Socket socket) => (this.socket, listening) = (socket, ListenAsync(socket, heard));

    public string Said
    {
        get { lock (heard) return heard.ToString(); }
    }

    public bool HasEnded => listening.IsCompleted;

    public static async Task<RawPeer> ConnectAsync(int port, string from = "127.0.0.1")
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port));
        return new RawPeer(socket);
    }

    public Task SendAsync(string text) => SendAsync(Encoding.Latin1.GetBytes(text));

    public async Task SendAsync(byte[] bytes)
    {
        for (var sent = 0; sent < bytes.Length;) sent += await socket.SendAsync(bytes.AsMemory(sent));
    }

    public async Task<bool> TrySendAsync(string text)
    {
        try
        {
            await SendAsync(text);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    public Task UntilAsync(string words) => Machine.UntilAsync($"«{words}»", () => Task.FromResult(Said.Contains(words, StringComparison.Ordinal)), 20);

    /// <summary>All that was said when the server has closed.</summary>
    public async Task<string> ToEndAsync()
    {
        await listening.WaitAsync(TimeSpan.FromSeconds(30));
        return Said;
    }

    public void Dispose() => socket.Dispose();

    private static async Task ListenAsync(Socket socket, StringBuilder heard)
    {
        var buffer = new byte[4096];
        try
        {
            for (int read; (read = await socket.ReceiveAsync(buffer)) > 0;)
                lock (heard) heard.Append(Encoding.Latin1.GetString(buffer, 0, read));
        }
        catch (Exception over) when (over is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // Closed hard, by either side.
        }
    }
}
