using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;

namespace Recorder.Mailboxes;

/// <summary>Lines in, bytes out. Whatever the network or the server does ends in <see cref="ImapLostException"/>.</summary>
/// <param name="silence">No single read or write takes longer.</param>
internal sealed class ImapWire(Stream stream, TimeSpan silence) : IAsyncDisposable
{
    /// <summary>Answers to what we say are short.</summary>
    public const int MaxLineBytes = 8 * 1024;

    private readonly byte[] buffer = new byte[MaxLineBytes];
    private int start, end;

    /// <summary>The server said more than it was asked for so far.</summary>
    public bool HasUnread => end > start;

    public async Task<string> ReadLineAsync(CancellationToken cancel)
    {
        while (true)
        {
            var feed = buffer.AsSpan(start, end - start).IndexOf((byte)'\n');
            if (feed >= 0) return Take(feed);
            Compact();
            if (end == buffer.Length) throw new ImapLostException("the mail server sent a line that is too long");
            var read = await BoundedAsync(limit => stream.ReadAsync(buffer.AsMemory(end), limit).AsTask(), silence, cancel);
            if (read == 0) throw new ImapLostException("the mail server closed the connection");
            end += read;
        }
    }

    public Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel) => BoundedAsync(async limit =>
    {
        await stream.WriteAsync(bytes, limit);
        return 0;
    }, silence, cancel);

    public Task WriteAsync(string line, CancellationToken cancel) => WriteAsync(Encoding.ASCII.GetBytes(line + "\r\n"), cancel);

    public async ValueTask DisposeAsync() => await stream.DisposeAsync();

    /// <summary>The same connection under TLS (RFC 9051 §6.2.1).</summary>
    /// <exception cref="ImapLostException">The certificate is not to be trusted, or somebody spoke before TLS was there and would be heard after it.</exception>
    public async Task<ImapWire> SecuredAsync(string host, RemoteCertificateValidationCallback trust, CancellationToken cancel)
    {
        if (HasUnread) throw new ImapLostException("the mail server sent more than its answer before TLS");
        var secured = new SslStream(stream, leaveInnerStreamOpen: false, trust);
        await BoundedAsync(async limit =>
        {
            await secured.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = host }, limit);
            return 0;
        }, silence, cancel);
        return new ImapWire(secured, silence);
    }

    /// <summary>Runs a step of the network's within the bound.</summary>
    public static async Task<T> BoundedAsync<T>(Func<CancellationToken, Task<T>> step, TimeSpan silence, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(silence);
        try
        {
            return await step(limit.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new ImapLostException("the mail server does not answer");
        }
        catch (Exception error) when (error is IOException or SocketException or AuthenticationException or ObjectDisposedException)
        {
            throw new ImapLostException(error.Message, error);
        }
    }

    private string Take(int feed)
    {
        var line = Encoding.UTF8.GetString(buffer, start, feed).TrimEnd('\r');
        start += feed + 1;
        return line;
    }

    private void Compact()
    {
        buffer.AsSpan(start, end - start).CopyTo(buffer);
        (start, end) = (0, end - start);
    }
}
