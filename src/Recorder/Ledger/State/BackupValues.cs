namespace Recorder.Ledger.State;

/// <summary>Which folders hold copies of the archive.</summary>
internal static class BackupValues
{
    public static void Apply(LedgerEvent fact, StateEditor state)
    {
        switch (fact)
        {
            case BackupMade { Problem: null } made:
                Keep(state, made);
                break;
            case ArchiveRestored restored:
                state.Set(BackupKeys.Restored, new RestoredState(restored.Source, restored.MadeAt, restored.Through, restored.At));
                break;
            case RestoreConfirmed:
                state.Remove(BackupKeys.Restored);
                break;
            case MirrorKept kept:
                Turn(state, kept.Path, state.Get<MirrorState>(BackupKeys.Mirror) is { } before && before.Path == kept.Path ? before.At : null, kept.At);
                state.Set(BackupKeys.Mirror, new MirrorState(kept.Path, kept.At, kept.Through));
                break;
        }
    }

    private static void Keep(StateEditor state, BackupMade made)
    {
        var (before, at) = (state.Get<BackupState>(BackupKeys.Target(made.Target)), made.TakenAt ?? made.At);
        Turn(state, made.Target, before?.At, at);
        // The day was said of the folder: the next backup into it, which says none, does not take it back.
        var until = made.KeptUntil ?? (before?.KeptUntil is { } said && said >= DateOnly.FromDateTime(at.UtcDateTime) ? said : null);
        state.Set(BackupKeys.Target(made.Target), new BackupState(made.Target, at, made.Through, made.Files, made.Bytes, made.Findings, made.WithKeys, until));
    }

    // The first copy after something was removed: what was removed is out of the folder since then, however often it is copied to later.
    private static void Turn(StateEditor state, string path, DateTimeOffset? before, DateTimeOffset at)
    {
        if (state.Get<LastRemoval>(RetentionKeys.LastRemoval) is { } removal && removal.At < at && (before is null || before <= removal.At))
            state.Set(BackupKeys.Turn(path, at), new CopyTurn(path, at));
    }
}
