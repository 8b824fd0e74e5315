namespace Recorder.Ledger;

/// <summary>How far a folder of an IMAP account was imported.</summary>
/// <param name="UidValidity">With another one the folder's UIDs mean other messages (RFC 9051 §2.3.1.1).</param>
public sealed record ImapProgress(string Folder, uint UidValidity, uint ThroughUid);

/// <summary>What an owner has of an IMAP account.</summary>
public sealed record ImapImportState(IReadOnlyList<ImapProgress> Folders);

public static class ImportKeys
{
    /// <summary>Value <see cref="ImapImportState"/>.</summary>
    public static string Imap(string owner, string account) => $"imap-import/{owner}/{account}";
}
