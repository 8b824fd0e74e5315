using System.Net.Sockets;
using Recorder.Accounts.Sources;

namespace Recorder.Mailboxes;

/// <summary>Opens sessions with one server; TLS, where it is asked for, is there before anything is said that counts.</summary>
internal sealed class ImapDoor(MailboxServerOptions options)
{
    /// <summary>No server needs longer for one answer.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(60);

    private readonly ServerTrust trust = new(options.CertificateFile);

    /// <exception cref="ImapLostException">It cannot be reached, or TLS fails.</exception>
    public async Task<ImapSession> OpenAsync(CancellationToken cancel)
    {
        var session = new ImapSession(await ConnectAsync(cancel));
        try
        {
            await session.GreetedAsync(cancel);
            if (options.Tls == SignInTls.StartTls) await session.StartTlsAsync(options.Host, trust.Accepts, cancel);
            return session;
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
    }

    private async Task<ImapWire> ConnectAsync(CancellationToken cancel)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            var plain = await ImapWire.BoundedAsync(async limit =>
            {
                await socket.ConnectAsync(options.Host, options.Port, limit);
                return new ImapWire(new NetworkStream(socket, ownsSocket: true), Silence);
            }, Silence, cancel);
            return options.Tls == SignInTls.Implicit ? await plain.SecuredAsync(options.Host, trust.Accepts, cancel) : plain;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
