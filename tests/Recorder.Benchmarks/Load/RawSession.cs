using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Recorder.Benchmarks.Load;

/// <summary>A client's end of one SMTP connection, on a bare socket.</summary>
internal sealed class RawSession : IDisposable
{
    private static readonly byte[] EndOfData = ".\r\n"u8.ToArray();

    private readonly Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] buffer = new byte[8192];
    private int start, end;

    /// <summary>Transactions so far.</summary>
    public int Sent { get; private set; }

    public static async Task<RawSession> OpenAsync(int port, CancellationToken cancel)
    {
        var session = new RawSession();
        try
        {
            await session.socket.ConnectAsync(IPAddress.Loopback, port, cancel);
            await session.ExpectAsync('2', cancel);
            await session.SayAsync("EHLO load.example\r\n", cancel);
            await session.ExpectAsync('2', cancel);
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>One transaction, the envelope pipelined (RFC 2920).</summary>
    /// <exception cref="RefusedException">The other side said no; the session can go on after it unless the data had begun.</exception>
    /// <exception cref="UnknownException">The data were sent and no answer came.</exception>
    public async Task<string> SendAsync(LoadMail mail, CancellationToken cancel)
    {
        Sent++;
        await SayAsync($"MAIL FROM:<{mail.From}>\r\n{string.Concat(mail.To.Select(to => $"RCPT TO:<{to}>\r\n"))}DATA\r\n", cancel);
        for (var reply = 0; reply <= mail.To.Count; reply++)
        {
            await ExpectAsync('2', cancel);
        }

        await ExpectAsync('3', cancel);
        await SayAsync(mail.Wire, cancel);
        try
        {
            await SayAsync(EndOfData, cancel);
            return await ExpectAsync('2', cancel);
        }
        catch (Exception error) when (error is SocketException or IOException)
        {
            throw new UnknownException(error.Message, error);
        }
    }

    public async Task QuitAsync(CancellationToken cancel)
    {
        await SayAsync("QUIT\r\n", cancel);
        await ExpectAsync('2', cancel);
    }

    public void Dispose() => socket.Dispose();

    private Task SayAsync(string text, CancellationToken cancel) => SayAsync(Encoding.UTF8.GetBytes(text), cancel);

    private async Task SayAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        while (bytes.Length > 0)
        {
            bytes = bytes[await socket.SendAsync(bytes, cancel)..];
        }
    }

    private async Task<string> ExpectAsync(char first, CancellationToken cancel)
    {
        string line;
        do
        {
            line = await LineAsync(cancel);
        }
        while (line.Length > 3 && line[3] == '-');
        return line.StartsWith(first) ? line : throw new RefusedException(line);
    }

    private async Task<string> LineAsync(CancellationToken cancel)
    {
        while (true)
        {
            var feed = buffer.AsSpan(start, end - start).IndexOf((byte)'\n');
            if (feed >= 0)
            {
                var line = Encoding.UTF8.GetString(buffer, start, feed).TrimEnd('\r');
                start += feed + 1;
                return line;
            }

            await FillAsync(cancel);
        }
    }

    private async Task FillAsync(CancellationToken cancel)
    {
        buffer.AsSpan(start, end - start).CopyTo(buffer);
        (start, end) = (0, end - start);
        var read = await socket.ReceiveAsync(buffer.AsMemory(end), cancel);
        end += read > 0 ? read : throw new IOException("the other side closed the connection");
    }
}

internal sealed class RefusedException(string reply) : Exception(reply);

internal sealed class UnknownException(string what, Exception inner) : Exception(what, inner);
