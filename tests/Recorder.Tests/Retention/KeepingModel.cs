using Recorder.Ledger;

namespace Recorder.Tests.Retention;

/// <summary>
/// What must be there, worked out anew from the words of docs/retention.md and from nothing of the product: day by day,
/// record by record, mailbox by mailbox.
/// </summary>
internal sealed class KeepingModel(int defaultDays, int graceDays)
{
    public Dictionary<string, KeptMail> Mails { get; } = new(StringComparer.Ordinal);
    public HashSet<string> Gone { get; } = new(StringComparer.Ordinal);
    public Dictionary<string, RetentionRule> Rules { get; } = new(StringComparer.Ordinal);
    public List<Hold> Holds { get; } = [];
    public DateTimeOffset RulesChanged { get; set; } = DateTimeOffset.MinValue;

    /// <summary>Since when a record has been due without a break, by its id.</summary>
    private readonly Dictionary<string, DateTimeOffset> dueSince = new(StringComparer.Ordinal);

    public IEnumerable<KeptMail> Present => Mails.Values.Where(mail => !Gone.Contains(mail.Id));

    /// <summary>In whole days; null for ever.</summary>
    public int? Term(string mailbox, string disposition)
    {
        var category = disposition switch { "held.spam" => "spam", "held.phish" => "phish", "held.malware" => "malware", "held.blocked" => "blocked", _ => "mail" };
        var matching = Rules.Values.Where(rule =>
            (rule.Categories.Count == 0 || rule.Categories.Contains(category))
            && (rule.Domains.Count + rule.Mailboxes.Count == 0 || rule.Mailboxes.Contains(mailbox) || rule.Domains.Contains(mailbox.Split('@')[1]))).ToList();
        if (matching.Count == 0) return defaultDays;
        return matching.Any(rule => rule.Days is null) ? null : matching.Max(rule => rule.Days);
    }

    public bool IsInSight(KeptMail mail, string mailbox, DateTimeOffset now) =>
        mail.Copies.TryGetValue(mailbox, out var disposition) && (Term(mailbox, disposition) is not { } days || now - mail.Since < TimeSpan.FromDays(days));

    public bool IsHeld(KeptMail mail, DateTimeOffset now) => Holds.Any(hold => hold.LiftedAt is null && !(hold.Until <= now) && Covers(hold, mail));

    public static bool Covers(Hold hold, KeptMail mail) => hold.Kind switch
    {
        HoldKind.Mailboxes => mail.Copies.Keys.Any(hold.Mailboxes.Contains),
        HoldKind.Query => mail.Topic == hold.Query && (hold.Mailboxes.Count == 0 || mail.Copies.Keys.Any(hold.Mailboxes.Contains)),
        _ => hold.Reason.Contains(mail.Id, StringComparison.Ordinal),
    };

    /// <summary>The longest copy's last day is over, and one more.</summary>
    public bool IsDue(KeptMail mail, DateTimeOffset now)
    {
        var terms = mail.Copies.Select(copy => Term(copy.Key, copy.Value)).ToList();
        return !terms.Contains(null) && now.UtcDateTime.Date > (mail.Since + TimeSpan.FromDays(terms.Max()!.Value)).UtcDateTime.Date.AddDays(1);
    }

    public bool IsSettling(DateTimeOffset now) => now - RulesChanged < TimeSpan.FromDays(1);

    /// <summary>What a purge that runs to its end takes now.</summary>
    public IReadOnlyList<KeptMail> Leaving(DateTimeOffset now) => [.. Present.Where(mail => IsDue(mail, now) && !IsHeld(mail, now))];

    /// <summary>Once a day, after the purge: nothing stays late unless somebody stopped it.</summary>
    /// <param name="isStopped">By a doubted clock or rules that changed.</param>
    public void CheckGrace(DateTimeOffset now, bool isStopped)
    {
        var leaving = Leaving(now).Select(mail => mail.Id).ToHashSet();
        foreach (var id in dueSince.Keys.Where(id => isStopped || !leaving.Contains(id)).ToList()) dueSince.Remove(id);
        foreach (var id in leaving.Where(_ => !isStopped)) dueSince.TryAdd(id, now);
        foreach (var (id, since) in dueSince) Assert.True(now - since < TimeSpan.FromDays(graceDays), $"{Mails[id]} stays late: due since {since:u}");
    }
}
