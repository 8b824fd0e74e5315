using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Recorder.Archive;
using Recorder.Archive.Segments;
using Recorder.Ledger;
using Recorder.Ledger.State;

namespace Recorder.Retention;

/// <summary>Whose term is over.</summary>
/// <param name="Rule">That is the longest of those that match; null: the default.</param>
/// <param name="Days">Its term.</param>
public sealed record PurgeWhy(string? Rule, int Days, long Records);

/// <summary>What a purge would do now.</summary>
/// <param name="Steps">By position in the log.</param>
/// <param name="Held">Records whose term is over and that a hold keeps.</param>
/// <param name="Unreadable">Records whose envelope cannot be read: they are kept until a person decides.</param>
/// <param name="Problems">Segments that cannot be looked at, and why.</param>
/// <param name="Why">By which term the records leave, the default first.</param>
/// <param name="GraceUntil">By then all of it must be gone.</param>
public sealed record PurgePlan(
    DateTimeOffset At, IReadOnlyList<PurgeStepPlan> Steps, long Records, long Bytes, long Held, long Unreadable, DateTimeOffset? GraceUntil, IReadOnlyList<string> Problems,
    IReadOnlyList<PurgeWhy> Why);

/// <summary>
/// Looks at the segments that may hold something due. A segment is not read while nothing in it can be due, and what was
/// found of it is remembered until a rule changes, so that a purge costs as what it removes and not as the archive.
/// </summary>
public sealed class PurgePlanner(ISealedLog archive, ILedger ledger, IOptions<RetentionOptions> options, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, (RetentionChange? Rules, int Days, DateTimeOffset? NextDue, long Unreadable)> known = new(StringComparer.Ordinal);

    /// <summary>Segments that were read since the start, for figures and tests.</summary>
    public long SegmentsRead { get; private set; }

    /// <summary>Rules that changed act on the archive a day later, so that a mistake can be taken back.</summary>
    public bool IsSettling(DateTimeOffset now) => Change is { } change && now < change.At.AddDays(1) && now > change.At.AddDays(-1);

    /// <summary>Every query that holds is asked again first.</summary>
    /// <exception cref="ActRefusedException">index-incomplete.</exception>
    public async Task<PurgePlan> PlanNowAsync(Holds holds, CancellationToken cancel)
    {
        await holds.RefreshAsync(cancel);
        return await Task.Run(() => Plan(cancel), cancel);
    }

    /// <summary>Nothing is changed; holds of queries are as they were asked last.</summary>
    public PurgePlan Plan(CancellationToken cancel)
    {
        var context = Context();
        var (steps, looks, held, unreadable, firstEnd) = (new List<PurgeStepPlan>(), new List<IReadOnlyDictionary<string, long>>(), 0L, 0L, (DateTimeOffset?)null);
        var problems = new List<string>(archive.LostSegments.Select(name => $"{name} is missing or cannot be read"));
        var candidates = Candidates().ToList();
        foreach (var segment in candidates)
        {
            cancel.ThrowIfCancellationRequested();
            if (TryLook(segment, context, out var problem) is not { } look)
            {
                problems.Add(problem);
                continue;
            }

            (held, unreadable) = (held + look.Held, unreadable + look.Unreadable);
            if (look is { Due.Count: 0, IsHusk: false }) continue;
            steps.Add(look.Plan());
            looks.Add(look.Why);
            if (firstEnd is null || look.FirstEnd < firstEnd) firstEnd = look.FirstEnd;
        }

        if (archive.HasDamagedFiles) problems.Add("a damaged file was set aside under log/; mail in it stays until it is removed by hand");
        // What was found in segments that are not looked at again.
        unreadable += known.ExceptBy(candidates.Select(segment => segment.Name), one => one.Key).Sum(one => one.Value.Unreadable);
        return new PurgePlan(context.Now, steps, steps.Sum(step => step.Records), steps.Sum(step => step.Bytes), held, unreadable, firstEnd + context.Grace, problems, [.. Why(looks, context.Policy)]);
    }

    private static IEnumerable<PurgeWhy> Why(IEnumerable<IReadOnlyDictionary<string, long>> looks, RetentionPolicy policy) => looks.SelectMany(look => look)
        .GroupBy(one => one.Key, one => one.Value, StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal)
        .Select(group => policy.Rules.FirstOrDefault(rule => rule.Id == group.Key) is { Days: { } days } rule
            ? new PurgeWhy(rule.Id, days, group.Sum()) : new PurgeWhy(null, policy.DefaultDays, group.Sum()));

    /// <summary>Mail segments in which something may be due, oldest first.</summary>
    internal IEnumerable<SegmentInfo> Candidates()
    {
        var (policy, change, now) = (RetentionPolicy.Of(ledger.State, options.Value), Change, time.GetUtcNow());
        var names = archive.Segments.Select(segment => segment.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var gone in known.Keys.Where(name => !names.Contains(name))) known.TryRemove(gone, out _);
        return archive.Segments.Where(segment => segment.Kind == SegmentKind.Mail && segment.LastSequence <= archive.SealedThrough && MayBeDue(segment, policy, change, now));
    }

    /// <exception cref="ArchiveException">It cannot be read.</exception>
    internal SegmentLook Look(SegmentInfo segment, PurgeContext context)
    {
        SegmentsRead++;
        var look = SegmentLook.At(segment, archive.EntriesOf(segment), context);
        // While something is due the answer is not worth keeping.
        if (look is { Due.Count: 0, IsHusk: false }) known[segment.Name] = (Change, context.Policy.DefaultDays, look.NextDue, look.Unreadable);
        return look;
    }

    /// <param name="dueAt">Only what was due then; null: what is due now. Holds are those of now either way.</param>
    internal PurgeContext Context(DateTimeOffset? dueAt = null)
    {
        var (state, now) = (ledger.State, time.GetUtcNow());
        var busy = state.Range<Dispatch>(StateKeys.OutboxAll).Select(pair => pair.Value.RecordId).ToHashSet(StringComparer.Ordinal);
        return new PurgeContext(RetentionPolicy.Of(state, options.Value), new HoldsInForce(state, now), busy, dueAt ?? now, TimeSpan.FromDays(options.Value.GraceDays));
    }

    private RetentionChange? Change => ledger.State.Get<RetentionChange>(RetentionKeys.Change);

    private SegmentLook? TryLook(SegmentInfo segment, PurgeContext context, out string problem)
    {
        problem = "";
        try
        {
            return Look(segment, context);
        }
        catch (Exception error) when (error is ArchiveException or IOException)
        {
            problem = $"{segment.Name}: {error.Message}";
            return null;
        }
    }

    // Nothing in a segment is kept since before its day and since before its first id, but for clocks a day apart.
    private bool MayBeDue(SegmentInfo segment, RetentionPolicy policy, RetentionChange? change, DateTimeOffset now)
    {
        if (policy.ShortestDays == int.MaxValue) return false;
        if (known.TryGetValue(segment.Name, out var before) && before.Rules == change && before.Days == policy.DefaultDays) return before.NextDue <= now;
        var day = new DateTimeOffset(segment.Day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
        var (first, least) = (RecordTime.Of(segment.FirstId.ToString()).AddDays(-1), TimeSpan.FromDays(policy.ShortestDays));
        var since = day < first ? day : first;
        return since < DateTimeOffset.MaxValue - least && PurgeContext.DueAt(since + least) <= now;
    }
}
