namespace Recorder.Ledger.State;

/// <summary>What people chose: lists of senders and preferences, each the newest value.</summary>
internal static class ChoiceValues
{
    public static void Apply(LedgerEvent fact, StateEditor state)
    {
        switch (fact)
        {
            case ListEntrySet set:
                state.Set(StateKeys.ListEntry(set.Entry.Scope, set.Entry.Pattern), set.Entry);
                break;
            case ListEntryRemoved removed:
                state.Remove(StateKeys.ListEntry(removed.Scope, removed.Pattern));
                break;
            case PreferencesSet set:
                state.Set(StateKeys.Preferences(set.Preferences.Address), set.Preferences);
                break;
        }
    }
}
