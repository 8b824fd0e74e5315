using Recorder.Ledger;

namespace Recorder.Retention;

public enum ClockVerdict
{
    Fine,

    /// <summary>Fine, and the ledger should hear of it.</summary>
    Tell,

    /// <summary>More than a day further than it was seen last: a leap, or a long standstill.</summary>
    Ahead,
}

/// <summary>
/// Purging believes the wall clock only while it goes on from where the ledger saw it last. A clock that goes back makes
/// fewer things due, so it is simply followed.
/// </summary>
public sealed class ClockWatch(ILedger ledger, TimeProvider time)
{
    public static readonly TimeSpan MostAtOnce = TimeSpan.FromDays(1), TellEvery = TimeSpan.FromHours(3);
    private const string Key = "retention/clock";

    public ClockState? State => ledger.State.Get<ClockState>(RetentionKeys.Clock);

    /// <summary>Up to here nothing speaks against the clock: now, or where it was seen last before it leapt.</summary>
    public DateTimeOffset Believed => time.GetUtcNow() is var now && State is { } seen && Judge(seen, now) == ClockVerdict.Ahead ? seen.SeenAt : now;

    public static ClockVerdict Judge(ClockState? seen, DateTimeOffset now) =>
        seen is null ? ClockVerdict.Tell
        : now - seen.SeenAt > MostAtOnce ? ClockVerdict.Ahead
        : seen.DoubtedAt is not null || (now - seen.SeenAt).Duration() >= TellEvery ? ClockVerdict.Tell
        : ClockVerdict.Fine;

    /// <summary>Looks at the clock and records what is new.</summary>
    /// <returns>Whether it is believed.</returns>
    public async Task<bool> LookAsync(CancellationToken cancel)
    {
        var verdict = ClockVerdict.Fine;
        await ledger.ActAsync(Key, state => Event(state.Get<ClockState>(RetentionKeys.Clock), out verdict), cancel);
        return verdict != ClockVerdict.Ahead;
    }

    /// <summary>A person says that the time is right.</summary>
    public Task ConfirmAsync(Actor actor, CancellationToken cancel) =>
        ledger.ActAsync(Key, _ => new ClockConfirmed { Actor = actor, At = time.GetUtcNow() }, cancel);

    private LedgerEvent? Event(ClockState? seen, out ClockVerdict verdict)
    {
        var now = time.GetUtcNow();
        verdict = Judge(seen, now);
        return verdict switch
        {
            ClockVerdict.Tell => new ClockSeen { Actor = Actor.System("retention"), At = now },
            ClockVerdict.Ahead when seen!.DoubtedAt is null => new ClockDoubted(seen.SeenAt) { Actor = Actor.System("retention"), At = now },
            _ => null,
        };
    }
}
