using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Options;
using Recorder.Accounts;
using Recorder.Ledger;
using Recorder.Retention;
using Recorder.Search;

namespace Recorder.Recovery.Bulk;

/// <summary>Starts jobs and tells how they stand; <see cref="BulkWorker"/> does the work.</summary>
/// <param name="desk">Where searches run; null: where they are asked for.</param>
/// <param name="takings">Bounds what one account takes away; null: nothing does.</param>
public sealed class BulkJobs(
    ILedger ledger, IMailIndex index, IOptions<RetentionOptions> retention, TimeProvider time, SearchDesk? desk = null, TakingLimit? takings = null) : IBulkJobs
{
    public const int MaxIds = 1_000;

    /// <summary>A search reads no further, and an act on more than was asked for would be wrong.</summary>
    public const int MaxQueryChars = 4_096;

    private const int MaxListed = 100;

    private readonly Channel<bool> wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>What running jobs have done so far; the ledger learns it at their end.</summary>
    internal ConcurrentDictionary<string, BulkProgress> Running { get; } = new(StringComparer.Ordinal);

    internal RetentionTerms Terms { get; } = new(ledger, retention, time);

    internal BulkPace Pace { get; } = new(time);

    public async Task<BulkStatus> StartAsync(
        Reader reader, BulkAct act, string query, IReadOnlyList<string>? recordIds, TimeZoneInfo? zone, CancellationToken cancel)
    {
        var started = recordIds is { Count: > 0 } ? OfIds(reader, act, recordIds) : await OfQueryAsync(reader, act, query, zone, cancel);
        if (act == BulkAct.Resend) takings?.Check(reader, started.Total);
        await ledger.ActAsync(
            BulkKeys.Open(started.Account),
            state => state.Get<BulkJob>(BulkKeys.Open(started.Account)) is null
                ? started : throw new ActRefusedException("job-running", "another act on many messages is under way: wait for it, or cancel it"),
            cancel);
        Wake();
        return Find(reader, started.Job)!;
    }

    public BulkStatus? Find(Reader reader, string job) => Own(ledger.State, reader, job) is { } found ? StatusOf(found) : null;

    public IReadOnlyList<BulkStatus> List(Reader reader) =>
        [.. ledger.State.Range<BulkJob>(BulkKeys.AllOf(reader.Account.Address)).Select(pair => StatusOf(pair.Value)).TakeLast(MaxListed).Reverse()];

    public async Task<BulkStatus?> PauseAsync(Reader reader, string job, bool isPaused, CancellationToken cancel)
    {
        if (Own(ledger.State, reader, job) is null) return null;
        var wanted = isPaused ? BulkState.Paused : BulkState.Running;
        await ledger.ActAsync(
            BulkKeys.Job(job),
            state => Own(state, reader, job) is { State: BulkState.Running or BulkState.Paused } open && open.State != wanted
                ? new BulkPaused(job, open.Account, isPaused) { Actor = reader.Actor, At = time.GetUtcNow() } : null,
            cancel);
        Wake();
        return Find(reader, job);
    }

    public async Task<BulkStatus?> CancelAsync(Reader reader, string job, CancellationToken cancel)
    {
        if (Own(ledger.State, reader, job) is not { } found) return null;
        await EndAsync(found, BulkState.Cancelled, Running.GetValueOrDefault(job) ?? new BulkProgress(), reader.Actor, cancel);
        Wake();
        return Find(reader, job);
    }

    internal void Wake() => wake.Writer.TryWrite(true);

    internal ValueTask<bool> WaitAsync(CancellationToken cancel) => wake.Reader.ReadAsync(cancel);

    /// <summary>What the person's list shows; for acts that hide and show, whatever is hidden by now.</summary>
    internal SearchRequest Request(Reader reader, BulkAct act, string query, int limit, string? cursor, TimeZoneInfo? zone)
    {
        var isAboutHiding = act is BulkAct.Hide or BulkAct.Unhide;
        return Terms.Within(new SearchRequest(reader.Scope, isAboutHiding ? Marks.Split(query).Query : query, limit, cursor, Zone: zone)
        {
            Marks = new RecordMarks(ledger.State, reader) { WithHidden = isAboutHiding },
        });
    }

    internal IReadOnlyList<BulkJob> Open => [.. ledger.State.Range<BulkJob>(BulkKeys.AllOpen).Select(pair => pair.Value)];

    /// <summary>A job ends once: by its end or by its owner.</summary>
    internal Task EndAsync(BulkJob job, BulkState state, BulkProgress progress, Actor actor, CancellationToken cancel) => ledger.ActAsync(
        BulkKeys.Job(job.Job),
        now => now.Get<BulkJob>(BulkKeys.Job(job.Job)) is { State: BulkState.Running or BulkState.Paused }
            ? new BulkEnded(job.Job, job.Account, state, progress.Done, progress.Refused, progress.Refusals) { Actor = actor, At = time.GetUtcNow() }
            : null,
        cancel);

    private static BulkJob? Own(IStateSnapshot state, Reader reader, string job) =>
        state.Get<BulkJob>(BulkKeys.Job(job)) is { } found && found.Account == reader.Account.Address ? found : null;

    private BulkStatus StatusOf(BulkJob job)
    {
        var progress = job.EndedAt is null ? Running.GetValueOrDefault(job.Job) : null;
        return new BulkStatus(
            job.Job, job.Act, job.Query, job.State, job.Total, progress?.Done ?? job.Done, progress?.Refused ?? job.Refused,
            progress?.Refusals ?? job.Refusals ?? [], job.StartedAt, job.EndedAt);
    }

    private BulkStarted OfIds(Reader reader, BulkAct act, IReadOnlyList<string> recordIds)
    {
        var ids = recordIds.Distinct(StringComparer.Ordinal).ToList();
        return ids.Count <= MaxIds ? Started(reader, act, "", ids, null, null, null, ids.Count)
            : throw new ActRefusedException("too-many-named", $"at most {MaxIds} messages can be named; use a query");
    }

    // The first page of one row fixes what the index knows now: mail that comes later is not meant.
    private async Task<BulkStarted> OfQueryAsync(Reader reader, BulkAct act, string query, TimeZoneInfo? zone, CancellationToken cancel)
    {
        if (query.Length > MaxQueryChars) throw new ActRefusedException("query-too-long", $"a query has at most {MaxQueryChars} characters");
        var page = await SearchAsync(reader, Request(reader, act, query, 1, null, zone), cancel);
        return page.Items.Count > 0 ? Started(reader, act, query, null, page.Items[0].Id, page.Next, zone?.Id, page.Total)
            : throw new ActRefusedException("nothing-named", "no message is meant");
    }

    /// <exception cref="ActRefusedException"><see cref="SearchDesk.BusyCode"/>.</exception>
    internal Task<SearchPage> SearchAsync(Reader reader, SearchRequest request, CancellationToken cancel) =>
        SearchDesk.RunAsync(desk, reader.Account.Address, stop => index.Search(request, stop), cancel);

    private BulkStarted Started(
        Reader reader, BulkAct act, string query, IReadOnlyList<string>? ids, string? first, string? cursor, string? zone, long total)
    {
        var now = time.GetUtcNow();
        return new BulkStarted(Guid.CreateVersion7(now).ToString("D"), reader.Account.Address, act, query, ids, first, cursor, zone, total)
        {
            Actor = reader.Actor, At = now,
        };
    }
}
