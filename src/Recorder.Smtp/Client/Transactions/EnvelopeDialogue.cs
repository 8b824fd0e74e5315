namespace Recorder.Smtp.Client;

/// <summary>XFORWARD, MAIL and every RCPT: in one group where PIPELINING is announced (RFC 2920 §3.1), else one by one.</summary>
internal sealed class EnvelopeDialogue(NextHopSession session, OutgoingMessage message, Outcomes outcomes, Deadline deadline)
{
    private readonly bool _isPipelined = session.Features.Announced.Pipelining;

    /// <summary>MAIL was accepted: the session is alive and the transaction exists at the peer.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>Recipients with 2xx, in envelope order; none has a result yet.</summary>
    public List<int> Accepted { get; } = [];

    /// <summary>Afterwards every recipient is either in <see cref="Accepted"/> or settled.</summary>
    public async Task RunAsync()
    {
        var features = session.Features;
        var courtesies = XForwardCommands.For(message.ClientFacts, features.XForwardAttributes);
        string mail = EnvelopeCommands.Mail(message, features);
        var recipients = outcomes.Open.Select(i => (Index: i, Command: EnvelopeCommands.Recipient(message.Envelope.Recipients[i], features))).ToList();

        // Replies are read while the group is still leaving: neither side's full buffer can then stop both.
        var flushing = _isPipelined ? SendGroupAsync([.. courtesies, mail, .. recipients.Select(r => r.Command)]) : Task.CompletedTask;
        try
        {
            foreach (string courtesy in courtesies) await AnswerToAsync(courtesy).ConfigureAwait(false); // refused: the mail goes without
            await OpenAsync(mail).ConfigureAwait(false);
            foreach (var (index, command) in recipients)
                if (IsOpen || _isPipelined) Judge(index, await AnswerToAsync(command).ConfigureAwait(false));
            await flushing.ConfigureAwait(false);
        }
        catch
        {
            session.Abandon();
            await flushing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
    }

    private Task SendGroupAsync(IEnumerable<string> commands)
    {
        foreach (string command in commands) session.Wire.Queue(command);
        return session.Wire.FlushAsync(deadline, session.Options.CommandTimeout);
    }

    private ValueTask<SmtpReply> AnswerToAsync(string command) => _isPipelined
        ? session.ReadAsync(deadline, session.Options.CommandTimeout)
        : session.AskAsync(command, deadline);

    private async Task OpenAsync(string mail)
    {
        var reply = await AnswerToAsync(mail).ConfigureAwait(false);
        if (reply.Code < 300) IsOpen = true;
        else outcomes.SettleOpen(reply);
    }

    private void Judge(int index, SmtpReply reply)
    {
        if (!IsOpen) return; // without MAIL its answer means nothing
        if (reply.Code < 300) Accepted.Add(index);
        else outcomes.Settle(index, reply);
    }
}
