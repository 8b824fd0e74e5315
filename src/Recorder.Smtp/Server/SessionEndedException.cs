namespace Recorder.Smtp.Server;

/// <summary>Leaves the dialogue from wherever it waits. <see cref="LastWords"/> are sent where the peer may still read.</summary>
internal sealed class SessionEndedException(SmtpSessionEnd reason, SmtpReply? lastWords = null, Exception? inner = null)
    : Exception(reason.ToString(), inner)
{
    public SmtpSessionEnd Reason { get; } = reason;
    public SmtpReply? LastWords { get; } = lastWords;
}
