using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Recorder.Accounts;
using Recorder.Ledger;

namespace Recorder.Recovery;

/// <summary>An account that took away much in the last 24 hours.</summary>
/// <param name="IsAtLimit">It was refused more.</param>
public sealed record Taking(string Account, long Messages, bool IsAtLimit);

/// <summary>
/// How much mail leaves through one account in 24 hours, so that a stolen password empties no mailbox unseen. The count is in
/// the ledger's state, so a restart forgets nothing; downloads of the last second may not be in it yet.
/// </summary>
public sealed partial class TakingLimit(ILedger ledger, IOptions<RecoveryOptions> options, TimeProvider time, ILogger<TakingLimit> log)
{
    public const string EnoughCode = "taken-enough", TooMuchCode = "taken-too-much";

    private const int MaxTold = 10_000;
    private static readonly TimeSpan ToldAgain = TimeSpan.FromHours(1);

    // The ledger has it a second later.
    private readonly ConcurrentDictionary<string, DateTimeOffset> told = new(StringComparer.Ordinal);

    /// <summary>The busiest first.</summary>
    public IReadOnlyList<Taking> Noted
    {
        get
        {
            var now = time.GetUtcNow();
            return [.. ledger.State.Range<TakenMail>(TakenKeys.All).Select(pair => pair.Value)
                .Select(taken => new Taking(taken.Account, taken.Lately(now), taken.RefusedAt > now - TakenMail.Window))
                .Where(taking => taking.IsAtLimit || taking.Messages >= options.Value.NotedTakenPerDay).OrderByDescending(taking => taking.Messages)];
        }
    }

    /// <param name="messages">About to be taken away.</param>
    /// <exception cref="ActRefusedException">taken-enough, taken-too-much.</exception>
    public void Check(Reader reader, long messages = 1)
    {
        var (now, limit) = (time.GetUtcNow(), options.Value.MaxTakenPerDay);
        var known = ledger.State.Get<TakenMail>(TakenKeys.Of(reader.Account.Address));
        var taken = known?.Lately(now) ?? 0;
        if (taken + messages <= limit) return;
        Tell(reader, known, new TakingRefused(reader.Account.Address, taken, messages, limit) { Actor = reader.Actor, At = now });
        throw taken >= limit
            ? new ActRefusedException(EnoughCode, $"{limit} messages have been taken away through this account in 24 hours; more can be later")
            : new ActRefusedException(TooMuchCode, $"one account may take {limit} messages away in 24 hours, and {limit - taken} are left: choose fewer");
    }

    private void Tell(Reader reader, TakenMail? known, TakingRefused refused)
    {
        var last = told.GetValueOrDefault(refused.Account);
        if (known?.RefusedAt is { } written && written > last) last = written;
        if (refused.At - last < ToldAgain) return;
        if (told.Count >= MaxTold) told.Clear();
        told[refused.Account] = refused.At;
        LogRefused(log, refused.Account, refused.Taken, refused.Asked, reader.Actor.Source);
        ledger.TryPost(refused);
    }

    [LoggerMessage(3421, LogLevel.Warning, "{Account} has taken {Taken} messages in 24 hours and was refused {Asked} more, asked for from {Source}")]
    private static partial void LogRefused(ILogger log, string account, long taken, long asked, string? source);
}
