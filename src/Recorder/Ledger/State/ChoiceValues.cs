namespace Recorder.Ledger.State;

/// <summary>What people chose: lists of senders and preferences, each the newest value.</summary>
internal static class ChoiceValues
{
    public static void Apply(LedgerEvent fact, StateEditor state)
    {
        switch (fact)
        {
            case ListEntrySet set:
                ListValues.Set(state, set.Entry);
                break;
            case ListEntriesSet many:
                foreach (var entry in many.Entries) ListValues.Set(state, entry);
                break;
            case ListEntryRemoved removed:
                ListValues.Remove(state, removed.Scope, removed.Pattern);
                break;
            case ListEntriesHit hit:
                ListValues.Count(state, hit.Hits);
                break;
            case PreferencesSet set:
                state.Set(StateKeys.Preferences(set.Preferences.Address), set.Preferences);
                break;
            default:
                QuarantineValues.Apply(fact, state);
                DigestValues.Apply(fact, state);
                BackupValues.Apply(fact, state);
                ImportValues.Apply(fact, state);
                ExportValues.Apply(fact, state);
                RetentionValues.Apply(fact, state);
                AccessValues.Apply(fact, state);
                EvidenceValues.Apply(fact, state);
                EncryptionValues.Apply(fact, state);
                break;
        }
    }
}
