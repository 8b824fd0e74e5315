using System.Net;
using System.Text;
using Recorder.Accounts.Sources;
using Recorder.Archive;
using Recorder.Delivery;
using Recorder.Flow;
using Recorder.Intake;
using Recorder.Mailboxes;
using Recorder.Screening.Sources;
using Recorder.Smtp;
using Recorder.Smtp.Client;

namespace Recorder.Health;

/// <param name="Code">Stable: domains, next-hop, no-next-hop, sign-in, filter, mailbox. Words for it are the pages' and the command line's.</param>
/// <param name="What">The address, the domains or the number it is about.</param>
/// <param name="Reason">What a server or the machine said, where it is not good.</param>
public sealed record SetupCheck(string Code, bool IsGood, string What, string Reason = "");

/// <param name="RecordId">Of the test mail; null where it was not recorded.</param>
/// <param name="Words">What our own listener answered, with the next hop's words in it.</param>
public sealed record TestMail(string? RecordId, bool IsAccepted, string Words);

/// <summary>One way in, for the lines that Postfix needs.</summary>
public sealed record Hook(SmtpProtocol Protocol, IntakeMode Mode, IPEndPoint EndPoint);

/// <summary>What a new installation must get right, looked at in the running process.</summary>
public interface ISetupChecks
{
    IReadOnlyList<Hook> Hooks { get; }

    SmtpOptions Smtp { get; }

    Task<IReadOnlyList<SetupCheck>> RunAsync(CancellationToken cancel);

    /// <summary>Sends one message through our own port, as a mail server would, and tells what became of it.</summary>
    Task<TestMail> SendTestAsync(string address, CancellationToken cancel);
}

internal sealed class SetupChecks(
    Routes routes, PasswordSources signIn, VerdictSources filters, MailboxServers mailboxes, RunningListeners listeners, SmtpOptions smtp, string hostname, TimeProvider time) : ISetupChecks
{
    private static readonly TimeSpan ProbeTime = TimeSpan.FromSeconds(10), TestTime = TimeSpan.FromSeconds(60);

    public SmtpOptions Smtp => smtp;

    public IReadOnlyList<Hook> Hooks => [.. listeners.All.Select(one => new Hook(one.Listener.Protocol, one.Listener.Mode, one.EndPoint))];

    public async Task<IReadOnlyList<SetupCheck>> RunAsync(CancellationToken cancel)
    {
        var asked = routes.All.Select(route => CheckAsync(route, cancel)).Concat(signIn.Probed.Concat(filters.Probed).Concat(mailboxes.Probed).Select(server => CheckAsync(server, cancel)));
        return [new("domains", smtp.Domains.Count > 0, string.Join(", ", smtp.Domains)), .. await Task.WhenAll(asked)];
    }

    public async Task<TestMail> SendTestAsync(string address, CancellationToken cancel)
    {
        if (Hooks.FirstOrDefault() is not { } hook) return new TestMail(null, false, "");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(TestTime);
        var options = new NextHopOptions { OurHostname = hostname };
        await using var pool = new NextHopPool(new NextHopEndpoint(AddressOf(hook.EndPoint), hook.EndPoint.Port, hook.Protocol), options, time);
        var content = new TestContent(address, time.GetUtcNow());
        var envelope = new Envelope(address, [new EnvelopeRecipient(address)], new MailParameters(content.LengthBytes));
        var report = await pool.SendAsync(new OutgoingMessage(envelope, default, content), null, limit.Token);
        var result = report.Recipients[0];
        var words = result.Reply is { } reply ? $"{reply.Code} {reply.Text}" : result.Error ?? "";
        return new TestMail(IdIn(result.Reply?.Text), result.Outcome == DeliveryOutcome.Accepted, words);
    }

    private static Task<SetupCheck> CheckAsync(Recorder.Delivery.Route route, CancellationToken cancel) =>
        route.IsNone ? Task.FromResult(new SetupCheck("no-next-hop", false, "")) : AskAsync("next-hop", route.Destination, route.ProbeAsync, cancel);

    private static Task<SetupCheck> CheckAsync(IProbed server, CancellationToken cancel) => AskAsync(server.Kind, server.Name, async limit =>
    {
        await server.ProbeAsync(limit);
        return true;
    }, cancel);

    private static async Task<SetupCheck> AskAsync(string code, string what, Func<CancellationToken, Task<bool>> ask, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(ProbeTime);
        try
        {
            return new SetupCheck(code, await ask(limit.Token), what);
        }
        catch (Exception error) when (!cancel.IsCancellationRequested)
        {
            return new SetupCheck(code, false, what, error is OperationCanceledException ? $"no answer within {ProbeTime.TotalSeconds:0} s" : error.Message);
        }
    }

    // A listener on every address is reached by loopback.
    private static string AddressOf(IPEndPoint endPoint) =>
        endPoint.Address.Equals(IPAddress.Any) ? "127.0.0.1" : endPoint.Address.Equals(IPAddress.IPv6Any) ? "::1" : endPoint.Address.ToString();

    // Our replies begin with the id (docs/message-flow.md).
    private static string? IdIn(string? reply) => reply?.Split(' ') is [var first, ..] && RecordId.TryParse(first, out var id) ? id.ToString() : null;

    private sealed class TestContent(string address, DateTimeOffset now) : IMessageContent
    {
        private readonly byte[] bytes = Encoding.UTF8.GetBytes(
            $"From: <{address}>\r\nTo: <{address}>\r\nSubject: Recorder test message\r\nDate: {now:ddd, dd MMM yyyy HH:mm:ss} +0000\r\n"
            + $"Message-ID: <{Guid.CreateVersion7(now):N}@recorder.invalid>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n"
            + "This message was sent by the set-up page through Recorder's own port.\r\nIf you read it in your mailbox, the whole way works.\r\n");

        public long LengthBytes => bytes.Length;

        public bool HasBareLineEnds => false;

        public Stream OpenRead() => new MemoryStream(bytes, writable: false);
    }
}
