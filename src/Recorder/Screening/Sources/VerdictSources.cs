using Microsoft.Extensions.Logging.Abstractions;
using Recorder.Flow;
using Recorder.Smtp;

namespace Recorder.Screening.Sources;

/// <summary>
/// Asks all sources at once and puts together what they said, in order of trust (docs/screening.md). A filter that is
/// away never holds up mail for longer than its time limit.
/// </summary>
public sealed class VerdictSources : IDisposable
{
    /// <summary>RFC 3463 §3.8: a matter of policy, and it will pass.</summary>
    private static readonly Settlement Waits = new(
        SettlementKind.NotScreened, new SmtpReply(451, "4.7.1", "a spam filter cannot be asked now; try again later"));

    private readonly IReadOnlyList<ISourceDoor> doors;
    private readonly WhenFilterIsDown whenDown;
    private readonly int maxDeferrals;

    /// <param name="sources">The most trusted first.</param>
    public VerdictSources(IEnumerable<IVerdictSource> sources)
        : this(sources, WhenFilterIsDown.Deliver, TimeProvider.System, null, NullLogger.Instance)
    {
    }

    /// <param name="sources">The most trusted first.</param>
    /// <param name="maxDeferrals">As <see cref="ScreeningOptions.MaxDeferrals"/>.</param>
    public VerdictSources(
        IEnumerable<IVerdictSource> sources, WhenFilterIsDown whenDown, TimeProvider clock, RecorderMetrics? metrics, ILogger log, int maxDeferrals = 3)
    {
        (this.whenDown, this.maxDeferrals) = (whenDown, maxDeferrals);
        var all = sources.ToList();
        Probed = [.. all.OfType<IProbed>()];
        doors = [.. all.Select(source => (ISourceDoor)(source is IRemoteVerdictSource remote
            ? new RemoteDoor(remote, clock, metrics, log) : new LocalDoor(source, log)))];
    }

    /// <summary>The filters that are other programs.</summary>
    internal IReadOnlyList<IProbed> Probed { get; }

    /// <summary>How the filters fare that can be down.</summary>
    public IReadOnlyList<SourceHealth> Health => [.. doors.Select(door => door.Health).OfType<SourceHealth>()];

    /// <returns>The message with what was said of it; and where it must wait for a filter, its new recipients settled so.</returns>
    public async Task<(ReceivedMessage Message, IReadOnlyList<RecipientCase> Cases)> ScreenAsync(
        ReceivedMessage message, IReadOnlyList<RecipientCase> cases, CancellationToken cancel)
    {
        // Only what is new to us is judged, and what is only copied goes on elsewhere.
        if (doors.Count == 0 || message.IsJournal || !cases.Any(IsNew)) return (message, cases);
        var answers = await AskAllAsync(message, cancel);
        if (whenDown == WhenFilterIsDown.Deliver || !answers.Any(answer => answer.IsDown)) return (message with { Screened = Verdicts.Combine(answers) }, cases);
        // Waiting helps while a filter is away; a message that it cannot read would wait for ever.
        return answers.Any(answer => answer.IsDown && answer.OwnTries < maxDeferrals)
            ? (message, [.. cases.Select(one => IsNew(one) ? one with { Settlement = Waits } : one)])
            : (message with { Screened = Verdicts.Combine(answers) with { IsUnreadable = true } }, cases);
    }

    public void Dispose()
    {
        foreach (var door in doors.OfType<IDisposable>()) door.Dispose();
    }

    // All begin before any is awaited: filters take seconds, and each its own.
    private async Task<IReadOnlyList<SourceAnswer>> AskAllAsync(ReceivedMessage message, CancellationToken cancel)
    {
        var asked = new Task<SourceAnswer>[doors.Count];
        for (var i = doors.Count - 1; i >= 0; i--) asked[i] = doors[i].AskAsync(message, cancel).AsTask();
        return await Task.WhenAll(asked);
    }

    private static bool IsNew(RecipientCase one) => one.Standing is Standing.Fresh;
}
