namespace Recorder.Ledger;

/// <summary>Somebody asked for more mail to take away than one account may in a day; at most once an hour for one account.</summary>
/// <param name="Account">Primary address of whoever asked.</param>
/// <param name="Taken">Messages of the last 24 hours.</param>
/// <param name="Asked">Messages that were asked for now.</param>
/// <param name="Limit">What the setting said then.</param>
public sealed record TakingRefused(string Account, long Taken, long Asked, long Limit) : LedgerEvent;

/// <param name="Hour">Its beginning.</param>
public sealed record TakenHour(DateTimeOffset Hour, long Messages);

/// <summary>How many messages one account took away lately: exported, downloaded as source or attachment, or sent again.</summary>
/// <param name="Hours">Oldest first.</param>
public sealed record TakenMail(string Account, IReadOnlyList<TakenHour> Hours, DateTimeOffset? RefusedAt = null)
{
    public static readonly TimeSpan Window = TimeSpan.FromHours(24);

    /// <summary>In the last 24 hours; an hour counts until all of it is out of them.</summary>
    public long Lately(DateTimeOffset now) => Hours.Where(one => one.Hour + TimeSpan.FromHours(1) > now - Window).Sum(one => one.Messages);
}

public static class TakenKeys
{
    /// <summary>Value <see cref="TakenMail"/>, of accounts that took any.</summary>
    public static string Of(string account) => $"taken/{account}";
    public const string All = "taken/";
}
