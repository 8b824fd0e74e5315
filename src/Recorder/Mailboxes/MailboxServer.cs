using Recorder.Smtp;

namespace Recorder.Mailboxes;

/// <summary>How it went with one message.</summary>
/// <param name="Reply">The server's words; null where it said none, and then <paramref name="Error"/> says what happened.</param>
public sealed record AppendResult(DeliveryOutcome Outcome, string? Reply, string? Error = null);

/// <summary>One server with mailboxes, into which it lets us put mail.</summary>
public sealed class MailboxServer(MailboxServerOptions options, TimeProvider clock) : IProbed
{
    // RFC 5530 §3, RFC 4469 §3: trying again would find the same.
    private static readonly string[] Final = ["NOPERM", "CANNOT", "NONEXISTENT", "TOOBIG", "TRYCREATE", "BADCHARSET"];

    private readonly ImapDoor door = new(options);

    public string Kind => "mailbox";

    public string Name => $"imap://{options.Host}:{options.Port}";

    public async Task ProbeAsync(CancellationToken cancel)
    {
        await using var session = await door.OpenAsync(cancel);
        if (!await session.OffersPlainAsync(cancel)) throw new ImapLostException("it does not offer AUTH=PLAIN");
        await session.LeaveAsync(cancel);
    }

    /// <summary>Puts the exact bytes into a folder, unread, under the time at which they were received. A folder that is missing is made.</summary>
    /// <param name="login">Whose mailbox.</param>
    /// <param name="folder">As of <see cref="FolderName.Read"/>.</param>
    /// <param name="beforeData">Awaited once, when the server wants the message, before its first byte; what it throws passes through, and nothing was sent.</param>
    /// <returns>Never throws for what the server or the network does.</returns>
    /// <exception cref="InvalidDataException">The content cannot be sent; nothing was put anywhere.</exception>
    public async Task<AppendResult> AppendAsync(
        string login, string folder, DateTimeOffset receivedAt, IMessageContent content, Func<CancellationToken, ValueTask> beforeData, CancellationToken cancel)
    {
        using var timer = new CancellationTokenSource(TimeSpan.FromSeconds(options.AttemptTimeoutSeconds), clock);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel, timer.Token);
        ImapSession? session = null;
        try
        {
            session = await door.OpenAsync(limit.Token);
            return await AppendAsync(session, login, new AppendedMail(folder, receivedAt, content.LengthBytes, content.OpenRead), beforeData, limit.Token);
        }
        catch (ImapLostException lost)
        {
            return Broken(session, lost.Message);
        }
        catch (OperationCanceledException) when (timer.IsCancellationRequested && !cancel.IsCancellationRequested)
        {
            return Broken(session, "the mail server took too long");
        }
        finally
        {
            if (session is not null) await session.DisposeAsync();
        }
    }

    private async Task<AppendResult> AppendAsync(ImapSession session, string login, AppendedMail mail, Func<CancellationToken, ValueTask> beforeData, CancellationToken cancel)
    {
        // A login that is not let in is the site's to put right: the wish waits.
        if (await session.AuthenticateAsync(login, options.UserName, options.Password, cancel) is { IsOk: false } refused)
            return new AppendResult(DeliveryOutcome.TransientFailure, refused.ToString());
        var begun = false;
        var answer = await session.AppendAsync(mail, Begin, cancel);
        if (answer.Code == "TRYCREATE") answer = await CreateAndAppendAsync(session, mail, Begin, cancel);
        var result = ResultOf(answer);
        await LeaveAsync(session, cancel);
        return result;

        async ValueTask Begin(CancellationToken token)
        {
            if (!begun) await beforeData(token);
            begun = true;
        }
    }

    private static async Task<ImapAnswer> CreateAndAppendAsync(ImapSession session, AppendedMail mail, Func<CancellationToken, ValueTask> beforeData, CancellationToken cancel)
    {
        if (await session.CreateAsync(mail.Folder, cancel) is { IsOk: false } refused) return refused;
        // Programs for mail show what is subscribed; the message is put there either way.
        await session.SubscribeAsync(mail.Folder, cancel);
        return await session.AppendAsync(mail, beforeData, cancel);
    }

    // The answer is known: how the session ends changes nothing.
    private static async Task LeaveAsync(ImapSession session, CancellationToken cancel)
    {
        try
        {
            await session.LeaveAsync(cancel);
        }
        catch (Exception error) when (error is ImapLostException or OperationCanceledException)
        {
            // It is gone, which is what was wanted.
        }
    }

    private static AppendResult ResultOf(ImapAnswer answer) => new(
        answer.IsOk ? DeliveryOutcome.Accepted
        : answer.Status == "BAD" || Final.Contains(answer.Code) ? DeliveryOutcome.PermanentFailure
        : DeliveryOutcome.TransientFailure, answer.ToString());

    private static AppendResult Broken(ImapSession? session, string words) => new(
        session is { MayHaveArrived: true } ? DeliveryOutcome.Unknown : DeliveryOutcome.TransientFailure, null, words);
}
