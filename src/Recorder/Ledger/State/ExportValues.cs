namespace Recorder.Ledger.State;

/// <summary>Exports whose link still works.</summary>
internal static class ExportValues
{
    public static void Apply(LedgerEvent fact, StateEditor state)
    {
        switch (fact)
        {
            case ExportAsked { ExpiresAt: { } end } asked:
                state.Set(ExportKeys.Of(asked.Export), new ExportState(
                    asked.Export, asked.Account, asked.Query, asked.RecordIds, asked.Zone, asked.Total, asked.At, end));
                break;
            case ExportEnded { Problem: null } ended when state.Get<ExportState>(ExportKeys.Of(ended.Export)) is { } export:
                state.Set(ExportKeys.Of(ended.Export), export with { Downloads = export.Downloads + 1, Messages = ended.Messages, Bytes = ended.Bytes });
                break;
        }
    }

    public static void Sweep(StateEditor state, DateTimeOffset now)
    {
        foreach (var (key, _) in state.TakeWhile<ExportState>(ExportKeys.All, export => export.ExpiresAt < now)) state.Remove(key);
    }
}
