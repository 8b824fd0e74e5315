using System.Net;

namespace Recorder.Smtp.Server;

/// <summary>Turns what the handler throws into replies (see <see cref="ISmtpServerHandler"/>).</summary>
internal sealed class HandlerGuard(IPEndPoint remote, ISmtpServerObserver observer)
{
    /// <returns>null when the call went well.</returns>
    public async ValueTask<SmtpReply?> CallAsync(Func<ValueTask> call, CancellationToken abort)
    {
        try
        {
            await call().ConfigureAwait(false);
            return null;
        }
        catch (Exception e) when (e is not SessionEndedException && !abort.IsCancellationRequested)
        {
            return ReplyTo(e);
        }
    }

    /// <returns>null when the handler accepts.</returns>
    public async ValueTask<SmtpReply?> AskAsync(Func<ValueTask<SmtpReply?>> ask, CancellationToken abort)
    {
        SmtpReply? answer = null;
        var thrown = await CallAsync(async () =>
        {
            answer = await ask().ConfigureAwait(false);
            if (answer is { IsPositive: true }) throw new InvalidOperationException($"The handler refused with {answer}; null accepts.");
        }, abort).ConfigureAwait(false);
        return thrown ?? (answer is null ? null : WithEnhancedCode(answer));
    }

    public void Report(Exception error) => observer.Failed(remote, error);

    /// <summary>RFC 2034 §4: every reply has one, also where a next hop gave none.</summary>
    public static SmtpReply WithEnhancedCode(SmtpReply reply) =>
        reply.EnhancedCode.Length > 0 || reply.Code / 100 is not (2 or 4 or 5) ? reply : reply with { EnhancedCode = $"{reply.Code / 100}.0.0" };

    private SmtpReply ReplyTo(Exception error)
    {
        if (error is SmtpRefusedException refused) return WithEnhancedCode(refused.Reply);
        Report(error);
        return Replies.Failed;
    }
}
