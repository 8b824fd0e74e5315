using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Recorder.Tests.Smtp.Client.Peers;

/// <summary>A small next hop that understands what it is told and keeps it. One instance serves any number of connections.</summary>
internal sealed class ToyHop : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentBag<Socket> _sockets = [];
    private int _connections;
    private Task? _accepting;

    public bool IsLmtp { get; init; }
    public IReadOnlyList<string> Extensions { get; set; } = [];

    /// <summary>A reply of its own for a command line or, as <c>.</c>, for the end of data; null gives the usual one.</summary>
    public Func<string, string?> Answer { get; init; } = _ => null;

    /// <summary>Awaited before the answer to each command.</summary>
    public Func<string, Task> Before { get; init; } = _ => Task.CompletedTask;

    public ConcurrentQueue<byte[]> Messages { get; } = [];
    public ConcurrentQueue<string> Commands { get; } = [];
    public int Connections => _connections;
    public bool IsListening => _accepting is not null;
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public ToyHop Listen()
    {
        _listener.Start();
        _accepting = AcceptAsync();
        return this;
    }

    public Stream Connect()
    {
        var (client, server) = DuplexStream.CreatePair();
        _ = ServeOn(server);
        return client;
    }

    /// <summary>Cuts every connection that was ever accepted.</summary>
    public void CutConnections(bool reset)
    {
        foreach (var socket in _sockets)
        {
            if (reset) socket.LingerState = new LingerOption(true, 0);
            socket.Close();
        }
        _sockets.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        CutConnections(reset: false);
        if (_accepting is not null) await _accepting;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptSocketAsync();
                socket.NoDelay = true;
                _sockets.Add(socket);
                _ = ServeOn(new NetworkStream(socket, ownsSocket: true));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    public async Task ServeOn(Stream stream)
    {
        Interlocked.Increment(ref _connections);
        try
        {
            await using var closing = stream;
            await new Conversation(this, stream).RunAsync();
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The client or the test cut the connection.
        }
    }

    private sealed class Conversation(ToyHop hop, Stream stream)
    {
        private readonly ByteReader _reader = new(stream);
        private readonly List<byte> _chunks = [];
        private int _accepted;

        public async Task RunAsync()
        {
            await SayAsync("220 toy");
            while (await _reader.ReadLineAsync() is { } line)
            {
                hop.Commands.Enqueue(line);
                await hop.Before(line);
                string verb = line.Split(' ')[0].ToUpperInvariant();
                if (verb == "BDAT") await TakeChunkAsync(line);
                else if (hop.Answer(line) is { } own) await SayAsync(own);
                else if (verb == "DATA") await TakeDataAsync();
                else await SayAsync(Usual(verb));
                if (verb == "QUIT") return;
            }
        }

        private string Usual(string verb)
        {
            if (verb == "RCPT") _accepted++;
            if (verb is "MAIL" or "RSET") (_accepted, _) = (0, Forget());
            return verb is "EHLO" or "LHLO" ? string.Join("\r\n", [.. hop.Extensions.Select(e => "250-" + e).Prepend("250-toy"), "250 HELP"]) : "250 2.0.0 ok";
        }

        private bool Forget()
        {
            _chunks.Clear();
            return true;
        }

        private async Task TakeDataAsync()
        {
            await SayAsync("354 go on");
            byte[] data = await _reader.ReadDataAsync() ?? throw new EndOfStreamException();
            await FinishAsync(Unstuff(data));
        }

        private async Task TakeChunkAsync(string line)
        {
            string[] words = line.Split(' ');
            _chunks.AddRange(await _reader.ReadBytesAsync(int.Parse(words[1])));
            if (words is [_, _, "LAST"])
            {
                await FinishAsync([.. _chunks]);
                _chunks.Clear();
            }
            else await SayAsync(hop.Answer(line) ?? "250 2.0.0 chunk");
        }

        private async Task FinishAsync(byte[] message)
        {
            await hop.Before(".");
            hop.Messages.Enqueue(message);
            for (int i = 0; i < (hop.IsLmtp ? _accepted : 1); i++) await SayAsync(hop.Answer(".") ?? "250 2.0.0 kept");
        }

        private async Task SayAsync(string text)
        {
            await stream.WriteAsync(Encoding.Latin1.GetBytes(text + "\r\n"));
            await stream.FlushAsync();
        }
    }

    /// <summary>RFC 5321 §4.5.2, line by line: the reference for what a receiver makes of DATA.</summary>
    public static byte[] Unstuff(byte[] data)
    {
        var lines = Encoding.Latin1.GetString(data).Split("\r\n");
        Assert.Equal([".", ""], lines[^2..]);
        var message = lines[..^2].Select(line => (line.StartsWith('.') ? line[1..] : line) + "\r\n");
        return Encoding.Latin1.GetBytes(string.Concat(message));
    }
}
