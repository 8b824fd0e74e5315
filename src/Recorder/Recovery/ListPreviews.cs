using Microsoft.Extensions.Options;
using Recorder.Accounts;
using Recorder.Archive;
using Recorder.Flow;
using Recorder.Ledger;
using Recorder.Mail;
using Recorder.Retention;
using Recorder.Screening;
using Recorder.Screening.Lists;
using Recorder.Search;

namespace Recorder.Recovery;

/// <summary>A message that the entry would have turned.</summary>
/// <param name="WouldBeHeld">false: it would have been delivered.</param>
public sealed record TurnedMessage(SearchHit Hit, bool WouldBeHeld);

/// <param name="Looked">How many messages of these senders were judged again.</param>
/// <param name="IsWhole">false: there are older ones that were not looked at.</param>
/// <param name="Turned">The first of them, newest first.</param>
public sealed record ListPreview(int Looked, bool IsWhole, int WouldBeHeld, int WouldBeDelivered, IReadOnlyList<TurnedMessage> Turned, IReadOnlyList<ListConflict> Conflicts);

/// <summary>
/// What an entry would have changed: the reader's own mail of the last 90 days from such senders is judged twice, by the
/// lists as they are and with the entry added. What was decided then is not asked, since lists have changed since.
/// </summary>
public sealed class ListPreviews(
    IArchiveLog archive, IMailIndex index, ILedger ledger, ScreeningPolicy policy, IOptions<RetentionOptions> retention, TimeProvider clock, SearchDesk? desk = null)
{
    public const int DaysBack = 90;
    public const int MaxLooked = 500;
    private const int MaxShown = 20;
    private readonly RetentionTerms terms = new(ledger, retention, clock);

    /// <summary>For lists of others than the reader: what it meets there, and no mail.</summary>
    public ListPreview ConflictsOnly(ListEntry wish) => new(0, true, 0, 0, [], ListConflicts.Of(ledger.State, wish, clock.GetUtcNow()));

    public async Task<ListPreview> OfAsync(Reader reader, ListEntry wish, CancellationToken cancel)
    {
        var (now, before) = (clock.GetUtcNow(), ledger.State);
        var after = new StateWithEntry(before, wish);
        var request = terms.Within(new SearchRequest(reader.Scope, QueryOf(SenderPattern.Stored(wish.Pattern)), MaxLooked));
        var page = await SearchDesk.RunAsync(desk, reader.Account.Address, stop => index.Search(request, stop), cancel);
        List<TurnedMessage> turned = [];
        var looked = 0;
        foreach (var hit in page.Items.Where(hit => hit.ReceivedAt >= now.AddDays(-DaysBack)))
        {
            cancel.ThrowIfCancellationRequested();
            looked++;
            if (await TurnsAsync(hit, before, after, cancel) is { } held) turned.Add(new TurnedMessage(hit, held));
        }
        var isWhole = page.Next is null || looked < page.Items.Count;
        return new ListPreview(
            looked, isWhole, turned.Count(one => one.WouldBeHeld), turned.Count(one => !one.WouldBeHeld), [.. turned.Take(MaxShown)], ListConflicts.Of(before, wish, now));
    }

    /// <returns>null where nothing changes.</returns>
    private async Task<bool?> TurnsAsync(SearchHit hit, IStateSnapshot before, IStateSnapshot after, CancellationToken cancel)
    {
        if (!RecordId.TryParse(hit.Id, out var id) || await archive.FindAsync(id, cancel) is not { Kind: EntryKind.Mail } entry) return null;
        var mail = RecordedMail.Decode(entry.Payload.Span);
        if (mail.IsJournal || mail.IsImport) return null;
        var header = await GlanceAsync(id, cancel);
        // Others' addresses have no part in it: their lists must not show through.
        var (was, will) = (IsHeld(before), IsHeld(after));
        return was == will ? null : will;

        bool IsHeld(IStateSnapshot state) => Dispositions.IsHeld(Judge.Decide(new CaseFacts(IntakeMode.Relay, mail.Shape, true, mail.Screened,
            new ListedFacts(state, policy, MessageSenders.Of(mail.ReversePath, header, mail.Screened?.Proof ?? SenderProof.None), mail.ReceivedAt).Of(hit.Addresses))).Disposition);
    }

    private async Task<HeaderGlance> GlanceAsync(RecordId id, CancellationToken cancel)
    {
        try
        {
            await using var content = await archive.OpenContentAsync(id, cancel);
            var facts = HeaderScan.Scan(content);
            return HeaderGlance.None with { Authors = [.. facts.From.Select(party => party.Address)], IsTruncated = facts.IsTruncated };
        }
        catch (ArchiveException error) when (error.Fault is ArchiveFault.Missing or ArchiveFault.Damaged)
        {
            return HeaderGlance.None;
        }
    }

    // The index finds candidates; the judge decides. A wildcard in the domain names no word to search for.
    private static string QueryOf(SenderPattern pattern)
    {
        var name = pattern.Form == PatternForm.Address ? pattern.Text : pattern.Domain;
        if (name.AsSpan().IndexOfAny('*', '?') >= 0) return "";
        var shown = ShownPattern.Of(name);
        return shown == name ? $"from:\"{name}\"" : $"(from:\"{name}\" OR from:\"{shown}\")";
    }

    /// <summary>A state with one entry more.</summary>
    private sealed class StateWithEntry(IStateSnapshot inner, ListEntry entry) : IStateSnapshot
    {
        private readonly string key = StateKeys.ListEntry(entry.Scope, entry.Pattern), summaryKey = StateKeys.ListSummary(entry.Scope);

        public IReadOnlyDictionary<string, long> Position => inner.Position;

        public T? Get<T>(string asked) where T : class => asked == key ? (T)(object)entry
            : asked == summaryKey ? (T)(object)Summary(inner.Get<ListSummary>(summaryKey) ?? ListSummary.Empty)
            : inner.Get<T>(asked);

        public IEnumerable<KeyValuePair<string, T>> Range<T>(string prefix, string? after, int limit) where T : class => inner.Range<T>(prefix, after, limit);

        private ListSummary Summary(ListSummary before) => !entry.IsWildcard || before.Wildcards.Contains(entry.Pattern) ? before
            : before with { Wildcards = [.. before.Wildcards.Append(entry.Pattern).Order(StringComparer.Ordinal)] };
    }
}
