namespace Recorder.Smtp.Client;

/// <summary>Carries the bytes of one message over, by DATA or by BDAT.</summary>
internal interface IContentSender
{
    /// <summary>The write that can complete the message was begun: from here on it may have arrived.</summary>
    bool FinalBegun { get; }

    /// <returns>null when all is sent and the final replies are due; otherwise the reply that refused the message.</returns>
    Task<SmtpReply?> SendAsync(OutgoingBytes bytes, Deadline deadline);
}
