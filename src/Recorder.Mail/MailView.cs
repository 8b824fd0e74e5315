namespace Recorder.Mail;

/// <param name="ShowRemoteContent">Leave images from elsewhere in the markup; only when the reader asked.</param>
/// <param name="PartUrl">The URL under which a part of this message is served, by <see cref="MailAttachment.Index"/>; null shows no inline images.</param>
/// <param name="RemoteUrl">What stands in the markup for such an image, by its URL; null leaves the URL itself.</param>
public sealed record MailViewOptions(bool ShowRemoteContent = false, Func<int, string>? PartUrl = null, Func<string, string>? RemoteUrl = null);

/// <summary>One part's decoded bytes for a download. Dispose closes the content, and with it nothing but our own reading of the message stream.</summary>
/// <param name="SizeBytes">Decoded bytes.</param>
public sealed record MailPart(int Index, string FileName, string ContentType, long SizeBytes, bool IsDangerous, Stream Content) : IDisposable
{
    public void Dispose() => Content.Dispose();
}

/// <summary>A message read once, whose parts can be opened.</summary>
/// <param name="Part">By <see cref="MailAttachment.Index"/> of an attachment in <paramref name="Facts"/>; one at a time, while the message's stream is open.</param>
public sealed record OpenedMail(MailFacts Facts, Func<int, MailPart> Part);
