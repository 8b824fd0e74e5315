namespace Recorder.Ledger.State;

/// <summary>What people and administrators did with records: requests, hidden mail, reports, overrides.</summary>
internal static class QuarantineValues
{
    public static void Apply(LedgerEvent fact, StateEditor state)
    {
        switch (fact)
        {
            case ReleaseAsked asked:
                Ask(state, asked);
                break;
            case ReleaseDecided decided:
                Decide(state, decided);
                break;
            case MessageReported report:
                Report(state, report);
                break;
            case ReportTaught taught when state.Get<MailReport>(ActKeys.OpenReport(taught.RecordId, taught.Mailbox))?.Kind == taught.Kind:
                state.Remove(ActKeys.OpenReport(taught.RecordId, taught.Mailbox));
                break;
            case MessageHidden { IsHidden: true } hidden:
                var mark = new HiddenMail(hidden.RecordId, hidden.Mailbox, hidden.Actor.Name, hidden.At);
                state.Set(ActKeys.Hidden(hidden.Mailbox, hidden.RecordId), mark);
                state.Set(ActKeys.HiddenOf(hidden.RecordId, hidden.Mailbox), mark);
                break;
            case MessageHidden shown:
                Show(state, shown.RecordId, shown.Mailbox);
                break;
            case CampaignActed acted:
                Lay(state, acted);
                break;
            case BulkStarted or BulkPaused or BulkEnded:
                BulkValues.Apply(fact, state);
                break;
        }
    }

    /// <summary>Forgets what concerns records that have left.</summary>
    public static void Sweep(StateEditor state, DateTimeOffset recordsBefore)
    {
        foreach (var (_, hidden) in state.TakeWhile<HiddenMail>(ActKeys.HiddenRecords, one => IsOld(one.RecordId, recordsBefore)))
        {
            Show(state, hidden.RecordId, hidden.Mailbox);
        }

        BulkValues.Sweep(state, recordsBefore);
        Sweep<ReleaseRequest>(state, ActKeys.Requests, one => IsOld(one.RecordId, recordsBefore));
        Sweep<ReleaseRequest>(
            state, ActKeys.OpenRequests, one => IsOld(one.RecordId, recordsBefore), one => MarkValues.Remove(state, MarkKind.Requested, one.Mailbox, one.RecordId));
        Sweep<MailReport>(
            state, ActKeys.Reports, one => IsOld(one.RecordId, recordsBefore), one => MarkValues.Remove(state, MarkKind.Reported, one.Mailbox, one.RecordId));
        Sweep<MailReport>(state, ActKeys.OpenReports, one => IsOld(one.RecordId, recordsBefore));
        Sweep<RecordOverride>(state, ActKeys.Overrides(CampaignAct.Hold), one => IsOld(one.RecordId, recordsBefore));
        Sweep<RecordOverride>(state, ActKeys.Overrides(CampaignAct.Hide), one => IsOld(one.RecordId, recordsBefore));
    }

    public static void Forget(StateEditor state, string recordId)
    {
        foreach (var (_, hidden) in state.Range<HiddenMail>(ActKeys.HiddenOf(recordId, ""))) Show(state, recordId, hidden.Mailbox);
        foreach (var (_, asked) in state.Range<ReleaseRequest>(ActKeys.RequestsOf(recordId))) MarkValues.Remove(state, MarkKind.Requested, asked.Mailbox, recordId);
        foreach (var (_, said) in state.Range<MailReport>(ActKeys.Report(recordId, ""))) MarkValues.Remove(state, MarkKind.Reported, said.Mailbox, recordId);
        foreach (var prefix in new[] { ActKeys.RequestsOf(recordId), ActKeys.OpenRequest(recordId, ""), ActKeys.Report(recordId, ""), ActKeys.OpenReport(recordId, "") })
        {
            foreach (var (key, _) in state.Range<object>(prefix)) state.Remove(key);
        }

        state.Remove(ActKeys.Override(CampaignAct.Hold, recordId));
        state.Remove(ActKeys.Override(CampaignAct.Hide, recordId));
    }

    private static bool IsOld(string recordId, DateTimeOffset before) => RecordTime.Of(recordId) < before;

    private static void Sweep<T>(StateEditor state, string prefix, Func<T, bool> isOld, Action<T>? forget = null) where T : class
    {
        foreach (var (key, gone) in state.TakeWhile(prefix, isOld))
        {
            state.Remove(key);
            forget?.Invoke(gone);
        }
    }

    private static void Report(StateEditor state, MessageReported report)
    {
        var said = new MailReport(report.RecordId, report.Mailbox, report.Kind, report.Actor.Name, report.At);
        state.Set(ActKeys.Report(report.RecordId, report.Mailbox), said);
        state.Set(ActKeys.OpenReport(report.RecordId, report.Mailbox), said);
        MarkValues.Set(state, MarkKind.Reported, report.Mailbox, report.RecordId);
    }

    private static void Ask(StateEditor state, ReleaseAsked asked)
    {
        var request = new ReleaseRequest(asked.RecordId, asked.Recipient, asked.Mailbox, asked.Actor.Name, asked.At, asked.Words);
        state.Set(ActKeys.Request(asked.RecordId, asked.Recipient), request);
        state.Set(ActKeys.OpenRequest(asked.RecordId, asked.Recipient), request);
        MarkValues.Set(state, MarkKind.Requested, asked.Mailbox, asked.RecordId);
    }

    private static void Decide(StateEditor state, ReleaseDecided decided)
    {
        var key = ActKeys.Request(decided.RecordId, decided.Recipient);
        if (state.Get<ReleaseRequest>(key) is { } request)
        {
            state.Set(key, request with
            {
                State = decided.IsApproved ? RequestState.Approved : RequestState.Denied,
                DecidedBy = decided.Actor.Name, DecidedAt = decided.At, DecidedWords = decided.Words,
            });
        }

        state.Remove(ActKeys.OpenRequest(decided.RecordId, decided.Recipient));
        // The mailbox may have asked for another recipient of the same record.
        if (!state.Range<ReleaseRequest>(ActKeys.OpenRequest(decided.RecordId, "")).Any(pair => pair.Value.Mailbox == decided.Mailbox))
        {
            MarkValues.Remove(state, MarkKind.Requested, decided.Mailbox, decided.RecordId);
        }
    }

    private static void Show(StateEditor state, string recordId, string mailbox)
    {
        state.Remove(ActKeys.Hidden(mailbox, recordId));
        state.Remove(ActKeys.HiddenOf(recordId, mailbox));
    }

    private static void Lay(StateEditor state, CampaignActed acted)
    {
        foreach (var recordId in acted.RecordIds)
        {
            var key = ActKeys.Override(acted.Act, recordId);
            if (acted.IsLifted)
            {
                state.Remove(key);
            }
            else
            {
                state.Set(key, new RecordOverride(recordId, acted.Act, acted.Reason, acted.Actor.Name, acted.At));
            }
        }
    }
}
