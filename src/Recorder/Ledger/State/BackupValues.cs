namespace Recorder.Ledger.State;

/// <summary>Which folders hold copies of the archive.</summary>
internal static class BackupValues
{
    public static void Apply(LedgerEvent fact, StateEditor state)
    {
        if (fact is BackupMade { Problem: null } made)
            state.Set(BackupKeys.Target(made.Target), new BackupState(made.Target, made.At, made.Through, made.Files, made.Bytes, made.Findings, made.WithKeys));
    }
}
