namespace Recorder.Ledger.State;

/// <summary>Counts what people take away, by the hour. What an operator exports at the machine is nobody's.</summary>
internal static class TakenValues
{
    public static void Apply(LedgerEvent fact, StateEditor state)
    {
        if (fact is TakingRefused refused)
        {
            var known = state.Get<TakenMail>(TakenKeys.Of(refused.Account)) ?? new TakenMail(refused.Account, []);
            state.Set(TakenKeys.Of(refused.Account), known with { RefusedAt = refused.At });
        }
        else if (fact.Actor.Kind is "user" or "delegate" or "admin" or "auditor" && TakenBy(fact) is (var account, > 0 and var messages))
        {
            Add(state, account, fact.At, messages);
        }
    }

    public static void Sweep(StateEditor state, DateTimeOffset now)
    {
        var end = now - TakenMail.Window - TimeSpan.FromHours(1);
        foreach (var (key, taken) in state.Range<TakenMail>(TakenKeys.All))
        {
            var left = taken.Hours.Where(one => one.Hour > end).ToList();
            if (left.Count == 0 && !(taken.RefusedAt > end)) state.Remove(key);
            else if (left.Count < taken.Hours.Count) state.Set(key, taken with { Hours = left });
        }
    }

    private static (string Account, long Messages) TakenBy(LedgerEvent fact) => fact switch
    {
        MailExported exported => (exported.Account, exported.Records.Count),
        // Evidence counts once for each owner who is told of it.
        MessageViewed { What: not ("message" or "text" or "facts") } viewed => (viewed.Actor.Name, 1),
        DispatchRequested { Kind: DispatchKind.Resend or DispatchKind.Attached or DispatchKind.Append } asked => (asked.Actor.Name, 1),
        _ => ("", 0),
    };

    private static void Add(StateEditor state, string account, DateTimeOffset at, long messages)
    {
        var hour = new DateTimeOffset(at.UtcTicks - at.UtcTicks % TimeSpan.TicksPerHour, TimeSpan.Zero);
        var known = state.Get<TakenMail>(TakenKeys.Of(account)) ?? new TakenMail(account, []);
        var hours = known.Hours.Where(one => one.Hour != hour).Append(new TakenHour(hour, messages + known.Hours.Where(one => one.Hour == hour).Sum(one => one.Messages)));
        state.Set(TakenKeys.Of(account), known with { Hours = [.. hours.OrderBy(one => one.Hour)] });
    }
}
