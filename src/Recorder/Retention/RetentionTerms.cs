using Microsoft.Extensions.Options;
using Recorder.Archive;
using Recorder.Ledger;
using Recorder.Search;

namespace Recorder.Retention;

/// <summary>What is in whose sight at this moment, as bounds for a search and as an answer for one record.</summary>
public sealed class RetentionTerms(ILedger ledger, IOptions<RetentionOptions> options, TimeProvider time)
{
    public RetentionPolicy Policy => RetentionPolicy.Of(ledger.State, options.Value);

    /// <summary>An administrator has had it taken away: from then on it is out of sight, however long removing its bytes takes.</summary>
    public bool IsErased(string recordId) => ledger.State.Get<Erasure>(RetentionKeys.Erasure(recordId)) is not null;

    /// <summary>Whether the owner's copy of a record is in the owner's sight.</summary>
    public bool IsInSight(LogEntry entry, RecordedMail mail, string owner) =>
        !IsErased(entry.Id.ToString()) && (Policy.EndOf(owner, RetentionCategories.Of(mail.DispositionFor(owner)), RecordedMail.KeptSince(entry, mail)) is not { } end || time.GetUtcNow() < end);

    /// <summary>The request with the terms of the reader's addresses; of the administrator's view with the longest of all,
    /// so that each hit must be asked for (<see cref="IsInSight"/>).</summary>
    public SearchRequest Within(SearchRequest request)
    {
        var (scope, notBefore) = Bounds(request.Scope);
        return request with { Scope = scope, NotBefore = notBefore };
    }

    /// <summary>The same for a look-up by id.</summary>
    public (IReadOnlyList<OwnerScope>? Scope, DateTimeOffset? NotBefore) Bounds(IReadOnlyList<OwnerScope>? scope)
    {
        var (policy, now) = (Policy, time.GetUtcNow());
        if (policy.Rules.Count == 0) return (scope, After(now, policy.DefaultDays));
        if (scope is null) return (null, Earliest(policy.Rules.Select(rule => After(now, rule.Days)).Append(After(now, policy.DefaultDays))));
        var bounded = scope.Select(own => own with { Kept = BoundsOf(policy, own.Address, now) }).ToList();
        return (bounded, Earliest(bounded.SelectMany(own => own.Kept!.ByDisposition.Values.Append(own.Kept.NotBefore))));
    }

    private static KeptBounds BoundsOf(RetentionPolicy policy, string address, DateTimeOffset now)
    {
        var usual = After(now, policy.DaysOf(address, RetentionCategories.Mail));
        var others = RetentionCategories.OfDispositions
            .Select(one => KeyValuePair.Create(one.Key, After(now, policy.DaysOf(address, one.Value))))
            .Where(one => one.Value != usual);
        return new KeptBounds(usual, others.ToDictionary(StringComparer.Ordinal));
    }

    // A copy whose term ends at this moment is out of sight already, so the bound is a tick later.
    private static DateTimeOffset? After(DateTimeOffset now, int? days) =>
        days is not { } some ? null : now - DateTimeOffset.MinValue > TimeSpan.FromDays(some) ? now.AddDays(-some).AddTicks(1) : DateTimeOffset.MinValue;

    private static DateTimeOffset? Earliest(IEnumerable<DateTimeOffset?> bounds)
    {
        var all = bounds.ToList();
        return all.Contains(null) ? null : all.Min();
    }
}
