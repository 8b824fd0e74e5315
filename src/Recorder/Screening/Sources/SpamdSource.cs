using System.Net;
using System.Net.Sockets;
using System.Text;
using Recorder.Flow;

namespace Recorder.Screening.Sources;

/// <summary>Asks SpamAssassin's spamd (protocol 1.5, command REPORT, which tells what each rule added).</summary>
internal sealed class SpamdSource(ScreeningOptions options, EndPoint address, RemoteLimits limits) : IRemoteVerdictSource, IProbed
{
    public const int MaxAnswerBytes = 256 * 1024;

    private const int MaxPathLength = 512;

    private readonly SpamdReply reply = new(new SymbolRules(options));

    public string Kind => "filter";

    public string Name => "spamd";

    public RemoteLimits Limits => limits;

    public async ValueTask<SourceVerdict?> AskAsync(ReceivedMessage message, CancellationToken cancel)
    {
        try
        {
            using var socket = SpamdAddress.MakeSocket(address);
            await socket.ConnectAsync(address, cancel);
            await using var stream = new NetworkStream(socket);
            await SendAsync(stream, message, cancel);
            socket.Shutdown(SocketShutdown.Send);
            return reply.Read((await BoundedAnswer.ReadAsync(stream, MaxAnswerBytes, cancel)).Span);
        }
        catch (Exception error) when (error is SocketException or IOException)
        {
            var socket = error as SocketException ?? error.InnerException as SocketException;
            throw new VerdictUnavailableException(socket is null ? "the connection broke" : $"connection failed ({socket.SocketErrorCode})", error);
        }
    }

    public async Task ProbeAsync(CancellationToken cancel)
    {
        using var socket = SpamdAddress.MakeSocket(address);
        await socket.ConnectAsync(address, cancel);
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync("PING SPAMC/1.5\r\n\r\n"u8.ToArray(), cancel);
        socket.Shutdown(SocketShutdown.Send);
        var answer = Encoding.ASCII.GetString((await BoundedAnswer.ReadAsync(stream, MaxAnswerBytes, cancel)).Span).Trim();
        if (!answer.EndsWith("PONG", StringComparison.Ordinal)) throw new IOException($"it answered '{answer.Split('\n')[0].Trim()}' to a PING");
    }

    private static async Task SendAsync(NetworkStream stream, ReceivedMessage message, CancellationToken cancel)
    {
        var envelope = ReturnPath(message.Envelope.ReversePath);
        var length = Encoding.UTF8.GetByteCount(envelope) + message.Content.LengthBytes;
        var head = Encoding.UTF8.GetBytes(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"REPORT SPAMC/1.5\r\nContent-length: {length}\r\n\r\n{envelope}"));
        await stream.WriteAsync(head, cancel);
        await using var content = message.Content.OpenRead();
        await content.CopyToAsync(stream, cancel);
    }

    // The protocol has no place for the envelope; SpamAssassin takes the sender from here, as a mailbox would show it.
    private static string ReturnPath(string reversePath) =>
        reversePath.Length > MaxPathLength || reversePath.Any(char.IsControl) ? "" : $"Return-Path: <{reversePath}>\r\n";
}
