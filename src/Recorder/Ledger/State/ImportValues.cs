namespace Recorder.Ledger.State;

/// <summary>What was imported of IMAP accounts, so that it need not be fetched again.</summary>
internal static class ImportValues
{
    public static void Apply(LedgerEvent fact, StateEditor state)
    {
        if (fact is not MailImported { Folders: { } folders } imported) return;
        var key = ImportKeys.Imap(imported.Mailbox, imported.Source);
        var before = state.Get<ImapImportState>(key)?.Folders ?? [];
        state.Set(key, new ImapImportState([.. before.Where(one => folders.All(folder => folder.Folder != one.Folder)), .. folders]));
    }
}
