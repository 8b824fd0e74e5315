namespace Recorder.Mailboxes;

/// <summary>The server, or the way to it, is gone, or says what nobody can follow. The words are for people.</summary>
internal sealed class ImapLostException(string words, Exception? cause = null) : Exception(words, cause);
