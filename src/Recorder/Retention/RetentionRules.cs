using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;
using Recorder.Accounts;
using Recorder.Archive;
using Recorder.Archive.Segments;
using Recorder.Ledger;

namespace Recorder.Retention;

/// <summary>What a change of rules would do to the records that are kept.</summary>
/// <param name="Looked">Records looked at.</param>
/// <param name="IsWhole">False: there are more than are looked at for a preview.</param>
/// <param name="Earlier">Records whose term would end earlier.</param>
/// <param name="DueAtOnce">Of them, those whose term would be over now.</param>
public sealed record RulePreview(long Looked, bool IsWhole, long Earlier, long DueAtOnce, long DueBytes, long Later);

/// <summary>Rules of retention: made and removed by administrators, with a look at the effect first.</summary>
public sealed partial class RetentionRules(ISealedLog segments, ILedger ledger, IAddressBook book, IOptions<RetentionOptions> options, RetentionGate gate, TimeProvider time)
{
    public const int MaxRules = 200, MaxNames = 5_000, MaxLooked = 200_000, MaxCommentChars = 500;

    public IReadOnlyList<RetentionRule> All => [.. ledger.State.Range<RetentionRule>(RetentionKeys.Rules).Select(rule => rule.Value)];

    /// <exception cref="ActRefusedException">bad-rule, too-short, bad-address, bad-domain, too-many-named.</exception>
    public async Task<RulePreview> SetAsync(Actor actor, RetentionRule rule, CancellationToken cancel)
    {
        var (tidy, preview) = (Checked(rule), await PreviewAsync(rule, null, cancel));
        // Like a hold: what a purge takes is settled before, or looked at with the rule in force.
        using var pass = await gate.EnterAsync(cancel);
        await ledger.ActAsync(
            RetentionKeys.Rules,
            state => state.Range<RetentionRule>(RetentionKeys.Rules).Count() >= MaxRules && state.Get<RetentionRule>(RetentionKeys.Rule(tidy.Id)) is null
                ? throw new ActRefusedException("too-many-named", $"at most {MaxRules} rules")
                : new RetentionRuleSet(tidy, preview.Earlier, preview.Later) { Actor = actor, At = time.GetUtcNow() },
            cancel);
        return preview;
    }

    /// <returns>null when there is no such rule.</returns>
    public async Task<RulePreview?> RemoveAsync(Actor actor, string id, CancellationToken cancel)
    {
        if (ledger.State.Get<RetentionRule>(RetentionKeys.Rule(id)) is null) return null;
        var preview = await PreviewAsync(null, id, cancel);
        using var pass = await gate.EnterAsync(cancel);
        await ledger.ActAsync(
            RetentionKeys.Rules,
            state => state.Get<RetentionRule>(RetentionKeys.Rule(id)) is null ? null : new RetentionRuleRemoved(id, preview.Earlier, preview.Later) { Actor = actor, At = time.GetUtcNow() },
            cancel);
        return preview;
    }

    /// <summary>Changes nothing.</summary>
    /// <param name="set">The rule as it would be; null for none.</param>
    /// <param name="removed">The rule that would be gone; null for none.</param>
    /// <exception cref="ActRefusedException">As <see cref="SetAsync"/>.</exception>
    public Task<RulePreview> PreviewAsync(RetentionRule? set, string? removed, CancellationToken cancel)
    {
        var before = RetentionPolicy.Of(ledger.State, options.Value);
        var changed = set is null ? null : Checked(set);
        var others = before.Rules.Where(rule => rule.Id != removed && rule.Id != changed?.Id);
        var after = new RetentionPolicy(before.DefaultDays, [.. others, .. changed is null ? [] : new[] { changed }]);
        return Task.Run(() => Compare(before, after, cancel), cancel);
    }

    private RulePreview Compare(RetentionPolicy before, RetentionPolicy after, CancellationToken cancel)
    {
        var (now, preview) = (time.GetUtcNow(), new RulePreview(0, true, 0, 0, 0, 0));
        // The oldest first: they are what a shorter term takes.
        foreach (var segment in segments.Segments.Where(segment => segment.Kind == SegmentKind.Mail).OrderBy(segment => segment.Day))
        {
            cancel.ThrowIfCancellationRequested();
            if (preview.Looked >= MaxLooked) return preview with { IsWhole = false };
            foreach (var entry in segments.EntriesOf(segment)) preview = Counted(preview, entry, before, after, now);
        }

        return preview;
    }

    private static RulePreview Counted(RulePreview so, LogEntry entry, RetentionPolicy before, RetentionPolicy after, DateTimeOffset now)
    {
        so = so with { Looked = so.Looked + 1 };
        if (SegmentLook.Decode(entry) is not { } mail) return so;
        var (was, will) = (before.EndOf(entry, mail) ?? DateTimeOffset.MaxValue, after.EndOf(entry, mail) ?? DateTimeOffset.MaxValue);
        if (will > was) return so with { Later = so.Later + 1 };
        if (will == was) return so;
        return will > now ? so with { Earlier = so.Earlier + 1 }
            : so with { Earlier = so.Earlier + 1, DueAtOnce = so.DueAtOnce + 1, DueBytes = so.DueBytes + entry.ContentLengthBytes };
    }

    private RetentionRule Checked(RetentionRule typed)
    {
        // What a program leaves out is null.
        var rule = typed with { Domains = typed.Domains ?? [], Mailboxes = typed.Mailboxes ?? [], Categories = typed.Categories ?? [] };
        if (!RuleName().IsMatch(rule.Id ?? "")) throw new ActRefusedException("bad-rule", "name the rule with 1 to 40 of a-z, 0-9 and -");
        if (rule.Days is < 1 or > 36_500) throw new ActRefusedException("bad-rule", "a term has 1 to 36500 days");
        if (rule.Days < RetentionOptions.UsualLeastDays && !options.Value.AllowShorter)
            throw new ActRefusedException("too-short", $"terms under {RetentionOptions.UsualLeastDays} days need the setting Retention:AllowShorter");
        if (rule.Domains.Count + rule.Mailboxes.Count > MaxNames) throw new ActRefusedException("too-many-named", $"at most {MaxNames} names");
        if (rule.Domains.Count + rule.Mailboxes.Count + rule.Categories.Count == 0)
            throw new ActRefusedException("bad-rule", "name domains, mailboxes or categories; the term of everything else is the setting Retention:Days");
        if (rule.Categories.FirstOrDefault(category => !RetentionCategories.All.Contains(category)) is { } unknown)
            throw new ActRefusedException("bad-rule", $"{unknown} is none of {string.Join(", ", RetentionCategories.All)}");
        return rule with
        {
            Domains = [.. rule.Domains.Select(Domain).Distinct(StringComparer.Ordinal)], Mailboxes = [.. rule.Mailboxes.Select(Mailbox).Distinct(StringComparer.Ordinal)],
            Comment = rule.Comment?.Trim() is { Length: > 0 } words ? words[..Math.Min(words.Length, MaxCommentChars)] : null,
        };
    }

    private string Mailbox(string address) => book.Normalise(address) is { } name && book.IsLocal(name)
        ? name : throw new ActRefusedException("bad-address", $"{address} is no address of our domains");

    private string Domain(string domain) => book.Normalise($"x@{domain.Trim().TrimStart('@')}") is { } name && book.IsLocal(name)
        ? name[2..] : throw new ActRefusedException("bad-domain", $"{domain} is none of our domains");

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,39}$")]
    private static partial Regex RuleName();
}
