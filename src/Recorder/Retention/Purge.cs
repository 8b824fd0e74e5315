using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Recorder.Archive;
using Recorder.Archive.Segments;
using Recorder.Ledger;
using Recorder.Search;

namespace Recorder.Retention;

/// <param name="Stage">holds, archive, keys, index or done.</param>
public sealed record PurgeProgress(string Stage, long Done, long Total, string? Segment = null);

/// <param name="Run">Its certificate's name; null where nothing was due.</param>
public sealed record PurgeOutcome(string? Run, long Segments, long Records, long Bytes, long FreedBytes, long Documents, IReadOnlyList<string> Problems);

/// <summary>
/// Carries out what the planner finds, a segment at a time: intent in the ledger, then the files, then the index, then the
/// end. It may stop anywhere; the next execution finds what was done and goes on with the same run. Each step looks at the
/// holds and rules of its own moment.
/// </summary>
public sealed partial class Purge(
    IArchiveLog archive, ISealedLog segments, ILedger ledger, IMailIndex index, Func<CancellationToken, Task> catchUp, Holds holds, PurgePlanner planner, RecordTraces traces, PurgeNames names,
    RetentionGate gate, ClockWatch clock, DefaultTerm defaults, Approvals approvals, IOptions<RetentionOptions> options, TimeProvider time, ILogger<Purge> log)
{
    private readonly SemaphoreSlim one = new(1);

    public bool IsRunning => one.CurrentCount == 0;

    /// <exception cref="ActRefusedException">purge-running, clock-doubted, restored, rules-settling, approval-needed, index-incomplete.</exception>
    public async Task<PurgeOutcome> ExecuteAsync(Actor actor, Action<PurgeProgress>? tell, CancellationToken cancel)
    {
        if (!await one.WaitAsync(0, cancel)) throw new ActRefusedException("purge-running", "a purge is under way");
        try
        {
            await defaults.RecordAsync(cancel);
            await clock.LookAsync(cancel);
            RefuseUnlessSure();
            tell?.Invoke(new PurgeProgress("holds", 0, 1));
            await holds.RefreshAsync(cancel);
            var permitted = await approvals.ForPurgeAsync(actor, cancel);
            var outcome = await RunAsync(actor, permitted?.At, tell ?? (_ => { }), cancel);
            await approvals.UseAsync(permitted?.Approval);
            return outcome;
        }
        finally
        {
            one.Release();
        }
    }

    private async Task<PurgeOutcome> RunAsync(Actor actor, DateTimeOffset? dueAt, Action<PurgeProgress> tell, CancellationToken cancel)
    {
        var run = ledger.State.Get<PurgeRun>(RetentionKeys.OpenRun);
        if (run is not null) await SettleAsync(run);
        var problems = new List<string>();
        run = await ArchiveAsync(run, actor, dueAt, tell, problems, cancel);
        if (run is not null)
        {
            await SettleAsync(run);
            tell(new PurgeProgress("keys", 0, 1));
            await DestroyKeysAsync(run.Id);
            tell(new PurgeProgress("index", 0, 1));
            await IndexAsync(run, cancel);
        }

        await ExpungeIfDueAsync(cancel);
        if (run is not null) await ledger.AppendAsync(new PurgeEnded(run.Id) { Actor = actor, At = time.GetUtcNow() }, CancellationToken.None);
        var outcome = Outcome(run, problems);
        tell(new PurgeProgress("done", 1, 1));
        if (run is not null) LogEnded(log, run.Id, outcome.Records, outcome.Segments, outcome.FreedBytes);
        return outcome;
    }

    private async Task<PurgeRun?> ArchiveAsync(PurgeRun? run, Actor actor, DateTimeOffset? dueAt, Action<PurgeProgress> tell, List<string> problems, CancellationToken cancel)
    {
        var candidates = planner.Candidates().ToList();
        for (var i = 0; i < candidates.Count; i++)
        {
            cancel.ThrowIfCancellationRequested();
            tell(new PurgeProgress("archive", i, candidates.Count, candidates[i].Name));
            try
            {
                run = await StepAsync(run, actor, dueAt, candidates[i], cancel);
            }
            catch (ActRefusedException refusal)
            {
                // The clock leapt, or a rule changed: what has left already is taken out of the index, and nothing more leaves.
                problems.Add(refusal.Message);
                break;
            }
            catch (Exception error) when (error is IOException or ArchiveException { Fault: ArchiveFault.Damaged or ArchiveFault.Missing })
            {
                problems.Add($"{candidates[i].Name}: {error.Message}");
                LogProblem(log, candidates[i].Name, error);
            }
        }

        return run;
    }

    /// <summary>What a stop or a failing disk left of the steps that were begun.</summary>
    private async Task SettleAsync(PurgeRun run)
    {
        foreach (var step in StepsOf(run.Id).Where(step => step.DoneAt is null))
        {
            segments.Discard(step.Plan.Segment);
            var current = segments.Current(step.Plan.Segment);
            var isDone = current is null || current.Name != step.Plan.Segment;
            await ledger.AppendAsync(
                isDone ? Done(step.Plan, run.Id, current) : new PurgeStepDropped(run.Id, step.Plan.Segment, "stopped before anything was unlinked") { Actor = System, At = time.GetUtcNow() },
                CancellationToken.None);
        }
    }

    /// <returns>The run, begun by its first step.</returns>
    private async Task<PurgeRun?> StepAsync(PurgeRun? run, Actor actor, DateTimeOffset? dueAt, SegmentInfo listed, CancellationToken cancel)
    {
        using var pass = await gate.EnterAsync(cancel);
        RefuseUnlessSure();
        // An erasure may have written it again since it was listed.
        if (segments.Current(listed.Name) is not { } segment) return run;
        // Looked at inside the gate: whatever was placed before counts, and nothing is placed until it is done.
        var (look, grace) = await Task.Run(() => planner.Context(dueAt) is var context ? (planner.Look(segment, context), context.Grace) : default, cancel);
        if (look is { Due.Count: 0, IsHusk: false }) return run;
        run ??= await BeginAsync(actor, look, grace);
        var due = look.Due.Select(record => record.Id).ToHashSet(StringComparer.Ordinal);
        await traces.ForgetAsync(due);
        var plan = look.Plan() with { NamedAfter = await names.WriteAsync(actor, time.GetUtcNow(), run.Id, segment.Name, look.Due) };
        await ledger.AppendAsync(new PurgeStepIntended(run.Id, plan) { Actor = actor, At = time.GetUtcNow() }, CancellationToken.None);
        var after = await Task.Run(() => Unlink(segment, plan.Act, due), CancellationToken.None);
        await ledger.AppendAsync(Done(plan, run.Id, after), CancellationToken.None);
        return run;
    }

    private SegmentInfo? Unlink(SegmentInfo segment, PurgeAct act, HashSet<string> due)
    {
        if (act == PurgeAct.Rewrite) return segments.Rewrite(segment, entry => due.Contains(entry.Id.ToString()), CancellationToken.None);
        segments.Remove(segment);
        return null;
    }

    private async Task<PurgeRun> BeginAsync(Actor actor, SegmentLook first, TimeSpan grace)
    {
        var now = time.GetUtcNow();
        var id = Guid.CreateVersion7(now).ToString("D");
        await ledger.AppendAsync(
            new PurgeStarted(id, first.FirstEnd + grace) { Actor = actor, At = now }, CancellationToken.None);
        return ledger.State.Get<PurgeRun>(RetentionKeys.Run(id))!;
    }

    /// <summary>Whatever copy there is of a file that is gone, nobody reads it from here on. Until that succeeds, the run does not end.</summary>
    internal async Task DestroyKeysAsync(string? run)
    {
        // None left also says so: a stop after the last look may have taken the count with it.
        if (await Task.Run(segments.DestroyKeys) is { } keys)
            await ledger.AppendAsync(new FileKeysDestroyed(run, keys) { Actor = System, At = time.GetUtcNow() }, CancellationToken.None);
    }

    private async Task IndexAsync(PurgeRun run, CancellationToken cancel)
    {
        // A record that the index reads at this moment would be added after it was taken out.
        await catchUp(cancel);
        var documents = await Task.Run(() => StepsOf(run.Id).Sum(step => index.Remove(archive.Lane, step.Plan.FirstSequence, step.Plan.LastSequence, IsGone)), cancel);
        await ledger.AppendAsync(new PurgeIndexed(run.Id, documents) { Actor = System, At = time.GetUtcNow() }, CancellationToken.None);
    }

    /// <summary>Rewriting the index for every day's mail would cost many times the mail, so it is done twice in a grace.</summary>
    private async Task ExpungeIfDueAsync(CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        if (ledger.State.Get<IndexLeftover>(RetentionKeys.IndexLeftover) is not { } left) return;
        // Half a grace is for the usual; of what waited for a delivery the whole may be over before the next purge.
        if (now < left.Since.AddDays(options.Value.GraceDays / 2.0) && !(left.Until <= now.AddDays(1))) return;
        await ExpungeAsync(cancel);
    }

    internal async Task ExpungeAsync(CancellationToken cancel)
    {
        await Task.Run(() => index.Expunge(cancel), cancel);
        await ledger.AppendAsync(new IndexExpunged { Actor = System, At = time.GetUtcNow() }, CancellationToken.None);
    }

    internal bool IsGone(string id)
    {
        try
        {
            return RecordId.TryParse(id, out var record) && archive.FindAsync(record, CancellationToken.None).AsTask().GetAwaiter().GetResult() is null;
        }
        catch (ArchiveException)
        {
            // "Not here" would be a guess.
            return false;
        }
    }

    private PurgeOutcome Outcome(PurgeRun? run, List<string> problems)
    {
        var steps = run is null ? [] : StepsOf(run.Id);
        return new PurgeOutcome(
            run?.Id, steps.Count, steps.Sum(step => step.Plan.Records), steps.Sum(step => step.Plan.Bytes),
            steps.Sum(step => step.Plan.StoredBytes - step.StoredBytesAfter),
            run is null ? 0 : ledger.State.Get<PurgeRun>(RetentionKeys.Run(run.Id))?.Documents ?? 0, problems);
    }

    private List<PurgeStep> StepsOf(string run) => [.. ledger.State.Range<PurgeStep>(RetentionKeys.StepsOf(run)).Select(pair => pair.Value)];

    private PurgeStepDone Done(PurgeStepPlan plan, string run, SegmentInfo? after) =>
        new(run, plan.Segment, after?.StoredBytes ?? 0) { Actor = System, At = time.GetUtcNow() };

    private static Actor System => Actor.System("retention");

    private void RefuseUnlessSure()
    {
        var now = time.GetUtcNow();
        if (ClockWatch.Judge(clock.State, now) == ClockVerdict.Ahead)
            throw new ActRefusedException("clock-doubted", "the clock is more than a day ahead of where the ledger saw it last; check it and confirm that it is right");
        if (ledger.State.Get<RestoredState>(BackupKeys.Restored) is { } restored)
            throw new ActRefusedException("restored", $"the archive was restored from a copy of {restored.MadeAt:u}; make the holds and rules that are newer again, then confirm the restore");
        if (planner.IsSettling(now)) throw new ActRefusedException("rules-settling", "a rule changed within the last day; nothing is purged until a day has passed");
    }

    [LoggerMessage(2701, LogLevel.Information, "Purge {Run}: {Records} records of {Segments} segments are gone, {FreedBytes} bytes freed")]
    private static partial void LogEnded(ILogger log, string run, long records, long segments, long freedBytes);

    [LoggerMessage(2702, LogLevel.Error, "{Segment} cannot be purged")]
    private static partial void LogProblem(ILogger log, string segment, Exception error);
}
