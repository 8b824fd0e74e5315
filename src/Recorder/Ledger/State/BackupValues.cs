namespace Recorder.Ledger.State;

/// <summary>Which folders hold copies of the archive.</summary>
internal static class BackupValues
{
    public static void Apply(LedgerEvent fact, StateEditor state)
    {
        switch (fact)
        {
            case BackupMade { Problem: null } made:
                state.Set(
                    BackupKeys.Target(made.Target),
                    new BackupState(made.Target, made.TakenAt ?? made.At, made.Through, made.Files, made.Bytes, made.Findings, made.WithKeys, made.KeptUntil));
                break;
            case ArchiveRestored restored:
                state.Set(BackupKeys.Restored, new RestoredState(restored.Source, restored.MadeAt, restored.Through, restored.At));
                break;
            case RestoreConfirmed:
                state.Remove(BackupKeys.Restored);
                break;
            case MirrorKept kept:
                state.Set(BackupKeys.Mirror, new MirrorState(kept.Path, kept.At, kept.Through));
                break;
        }
    }
}
