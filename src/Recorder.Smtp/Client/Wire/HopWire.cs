using System.Buffers;
using System.Net.Sockets;
using System.Text;

namespace Recorder.Smtp.Client;

/// <summary>
/// Commands out, replies in, over one connection. Whatever the peer or the network does wrong leaves here as a
/// <see cref="SessionLostException"/>; only the caller's own cancellation passes as what it is.
/// </summary>
internal sealed class HopWire(Stream stream)
{
    private const int KeptBufferBytes = 64 * 1024;

    private Stream _stream = stream;
    private ReplyReader _replies = new(stream);
    private ArrayBufferWriter<byte> _queued = new(512);

    public Stream Stream => _stream;

    /// <summary>The peer said something that no command of ours asked for: a farewell, or it answers out of step.</summary>
    public bool HasUnaskedInput => _replies.HasBuffered || _stream is NetworkStream { DataAvailable: true };

    /// <summary>Goes on over another stream, as after a TLS handshake. What was read ahead in plain text is
    /// dropped: it could have been injected (RFC 3207 §4.2).</summary>
    public void ContinueOn(Stream protectedStream)
    {
        _stream = protectedStream;
        _replies = new ReplyReader(protectedStream);
    }

    /// <summary>Puts a command, without its CRLF, behind those not yet flushed.</summary>
    public void Queue(string command)
    {
        if (command.AsSpan().ContainsAny('\r', '\n', '\0'))
            throw new ArgumentException("A command is one line.", nameof(command));
        Encoding.UTF8.GetBytes(command, _queued);
        _queued.Write("\r\n"u8);
    }

    public async Task FlushAsync(Deadline deadline, TimeSpan step)
    {
        await SendAsync(_queued.WrittenMemory, deadline, step).ConfigureAwait(false);
        if (_queued.Capacity > KeptBufferBytes) _queued = new ArrayBufferWriter<byte>(512);
        else _queued.ResetWrittenCount();
    }

    public async ValueTask SendAsync(ReadOnlyMemory<byte> bytes, Deadline deadline, TimeSpan step)
    {
        deadline.Allow(step);
        try
        {
            await _stream.WriteAsync(bytes, deadline.Token).ConfigureAwait(false);
            await _stream.FlushAsync(deadline.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (IsLoss(e, deadline))
        {
            throw new SessionLostException(Describe(e, deadline, "the next hop took no data in time"), null, e) { MayHaveSpoken = true };
        }
    }

    public async ValueTask<SmtpReply> ReadAsync(Deadline deadline, TimeSpan step)
    {
        deadline.Allow(step);
        try
        {
            return await _replies.ReadAsync(deadline.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (IsLoss(e, deadline))
        {
            throw new SessionLostException(Describe(e, deadline, "the next hop did not reply in time"), null, e);
        }
    }

    /// <summary>Sends one command and reads its reply.</summary>
    public async ValueTask<SmtpReply> AskAsync(string command, Deadline deadline, TimeSpan step)
    {
        Queue(command);
        await FlushAsync(deadline, step).ConfigureAwait(false);
        return await ReadAsync(deadline, step).ConfigureAwait(false);
    }

    /// <summary>A reply that came before its command must not be taken for that command's: it could pass for the
    /// acceptance of a message that was never sent.</summary>
    public void RequireInStep()
    {
        if (_replies.HasBuffered) throw new SessionLostException("the next hop answers before it is asked") { MayHaveSpoken = true };
    }

    /// <summary>Closes at once, whatever is under way.</summary>
    public void Close()
    {
        try
        {
            _stream.Dispose();
        }
        catch (Exception e) when (e is IOException or SocketException or InvalidOperationException)
        {
            // A broken connection may refuse even to be closed in order; it is closed all the same.
        }
    }

    private static bool IsLoss(Exception e, Deadline deadline) => e switch
    {
        OperationCanceledException => deadline.HasTimedOut,
        // InvalidOperation includes ObjectDisposed: the other direction found the session broken and closed it.
        IOException or SocketException or InvalidOperationException => true,
        _ => false,
    };

    private static string Describe(Exception e, Deadline deadline, string late) => e switch
    {
        _ when deadline.HasTimedOut => late,
        EndOfStreamException => "the next hop closed the connection",
        MalformedReplyException => $"the next hop sent {e.Message}",
        _ => $"the connection to the next hop broke: {(e.InnerException ?? e).Message}",
    };
}
