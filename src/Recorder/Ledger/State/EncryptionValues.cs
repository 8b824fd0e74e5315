namespace Recorder.Ledger.State;

/// <summary>Whether files are encrypted, by which master key, and the keys that purges destroyed.</summary>
internal static class EncryptionValues
{
    public static void Apply(LedgerEvent fact, StateEditor state)
    {
        switch (fact)
        {
            case EncryptionSwitched switched:
                state.Set(EncryptionKeys.State, new EncryptionState(switched.Encrypts, switched.MasterKeyId, switched.At));
                break;
            case MasterKeyRotated rotated:
                state.Set(EncryptionKeys.State, new EncryptionState(state.Get<EncryptionState>(EncryptionKeys.State)?.Encrypts ?? true, rotated.MasterKeyId, rotated.At));
                break;
            case FileKeysDestroyed { Run: { } name } destroyed when state.Get<PurgeRun>(RetentionKeys.Run(name)) is { } run:
                PurgeValues.Put(state, run with { KeysDestroyed = (run.KeysDestroyed ?? 0) + destroyed.Keys });
                break;
        }
    }
}
