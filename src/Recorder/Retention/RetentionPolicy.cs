using Recorder.Archive;
using Recorder.Ledger;

namespace Recorder.Retention;

/// <summary>
/// The default and the rules as they are at one moment. Of the rules that match a recipient's copy the longest wins; where
/// none matches, the default counts. A record lives as long as its longest copy.
/// </summary>
public sealed class RetentionPolicy(int defaultDays, IReadOnlyList<RetentionRule> rules)
{
    public int DefaultDays => defaultDays;

    public IReadOnlyList<RetentionRule> Rules => rules;

    public static RetentionPolicy Of(IStateSnapshot state, RetentionOptions options) =>
        new(options.Days, [.. state.Range<RetentionRule>(RetentionKeys.Rules).Select(rule => rule.Value)]);

    /// <returns>null: for ever.</returns>
    public int? DaysOf(string mailbox, string category) => DecidingOf(mailbox, category) is { } rule ? rule.Days : defaultDays;

    /// <summary>The rule that says how long the record's longest copy is kept.</summary>
    /// <returns>null: the default does.</returns>
    public RetentionRule? DecidingOf(RecordedMail mail) => mail.Owners
        .Select(owner => DecidingOf(owner, RetentionCategories.Of(mail.DispositionFor(owner))))
        .MaxBy(rule => rule is null ? defaultDays : rule.Days ?? int.MaxValue);

    private RetentionRule? DecidingOf(string mailbox, string category)
    {
        RetentionRule? longest = null;
        foreach (var rule in rules)
        {
            if (!Matches(rule, mailbox, category)) continue;
            if (rule.Days is null) return rule;
            if (longest is null || rule.Days > longest.Days) longest = rule;
        }

        return longest;
    }

    /// <summary>From this moment on the copy is out of its owner's sight.</summary>
    /// <returns>null: never.</returns>
    public DateTimeOffset? EndOf(string mailbox, string category, DateTimeOffset since) => End(since, DaysOf(mailbox, category));

    /// <summary>The end of the record's longest copy.</summary>
    /// <returns>null: never.</returns>
    public DateTimeOffset? EndOf(LogEntry entry, RecordedMail mail)
    {
        var since = RecordedMail.KeptSince(entry, mail);
        var owners = mail.Owners;
        // Nobody's copy: only the site's default can say how long.
        if (owners.Count == 0) return End(since, defaultDays);
        var latest = DateTimeOffset.MinValue;
        foreach (var owner in owners)
        {
            if (EndOf(owner, RetentionCategories.Of(mail.DispositionFor(owner)), since) is not { } end) return null;
            if (end > latest) latest = end;
        }

        return latest;
    }

    /// <summary>The shortest term of anything; null when everything is kept for ever.</summary>
    public int ShortestDays => rules.Select(rule => rule.Days ?? int.MaxValue).Append(defaultDays).Min();

    private static bool Matches(RetentionRule rule, string mailbox, string category) =>
        (rule.Categories.Count == 0 || rule.Categories.Contains(category, StringComparer.Ordinal)) && MatchesMailbox(rule, mailbox);

    private static bool MatchesMailbox(RetentionRule rule, string mailbox) =>
        (rule.Domains.Count == 0 && rule.Mailboxes.Count == 0)
        || rule.Mailboxes.Contains(mailbox, StringComparer.Ordinal)
        || rule.Domains.Any(domain => mailbox.Length > domain.Length && mailbox[^(domain.Length + 1)] == '@' && mailbox.EndsWith(domain, StringComparison.Ordinal));

    private static DateTimeOffset? End(DateTimeOffset since, int? days) =>
        days is not { } some ? null : since > DateTimeOffset.MaxValue.AddDays(-some) ? DateTimeOffset.MaxValue : since.AddDays(some);
}
