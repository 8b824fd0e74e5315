using Recorder.Ledger;

namespace Recorder.Screening.Lists;

/// <summary>A line that was not taken.</summary>
/// <param name="Code">bad-pattern, bad-line, bad-expiry, bad-comment, too-many-entries.</param>
/// <param name="Words">What is wrong, in English.</param>
public sealed record RefusedLine(int Number, string Text, string Code, string Words);

/// <param name="Set">Entries made or changed.</param>
/// <param name="Same">Lines that say what the list says already.</param>
/// <param name="RefusedCount">All lines that were not taken; <paramref name="Refused"/> names the first of them.</param>
public sealed record ListImportReport(int Set, int Same, int RefusedCount, IReadOnlyList<RefusedLine> Refused);

/// <summary>Brings a file's entries into a scope. A line that cannot be taken is reported and costs no other line; nothing is removed.</summary>
public sealed class ListImport(ILedger ledger, SenderLists lists, TimeProvider clock)
{
    private const int MaxReported = 1_000;

    // An entry of the log holds 1 MiB of JSON.
    private const int MaxTogether = 500, MaxCharsTogether = 100_000;

    public async Task<ListImportReport> RunAsync(Actor actor, string scope, IEnumerable<ListLine> lines, CancellationToken cancel)
    {
        var run = new Run();
        Dictionary<string, (ListLine Line, ListEntry Wish)> together = new(StringComparer.Ordinal);
        var chars = 0;
        foreach (var line in lines)
        {
            if (Wish(actor, scope, line, run) is not { } wish) continue;
            // What a file says twice counts as it says it last.
            if (!together.TryAdd(wish.Pattern, (line, wish))) together[wish.Pattern] = (line, wish);
            chars += wish.Pattern.Length + (wish.Comment?.Length ?? 0);
            if (together.Count < MaxTogether && chars < MaxCharsTogether) continue;
            await SetAsync(actor, scope, together.Values, run, cancel);
            together.Clear();
            chars = 0;
        }
        await SetAsync(actor, scope, together.Values, run, cancel);
        return new ListImportReport(run.Set, run.Same, run.RefusedCount, run.Refused);
    }

    private ListEntry? Wish(Actor actor, string scope, ListLine line, Run run)
    {
        try
        {
            if (line.Problem is { } problem) throw new ActRefusedException(problem, problem == "bad-expiry" ? "the date is not one like 2026-12-31" : "kind,pattern,comment,expires is what a line has");
            return lists.Wish(actor, scope, line.Kind, SenderPattern.Read(line.Pattern, line.Kind).Text, line.Comment, line.ExpiresAt, false);
        }
        catch (ActRefusedException refused)
        {
            run.Refuse(line, refused);
            return null;
        }
    }

    private async Task SetAsync(Actor actor, string scope, IReadOnlyCollection<(ListLine Line, ListEntry Wish)> wishes, Run run, CancellationToken cancel)
    {
        if (wishes.Count == 0) return;
        Run? batch = null;
        await ledger.ActAsync(SenderLists.LedgerKey(scope), state => Decide(state, actor, scope, wishes, batch = new Run()), cancel);
        run.Add(batch!);
    }

    private ListEntriesSet? Decide(IStateSnapshot state, Actor actor, string scope, IReadOnlyCollection<(ListLine Line, ListEntry Wish)> wishes, Run batch)
    {
        List<ListEntry> taken = [];
        var room = SenderLists.RoomOf(state, scope);
        foreach (var (line, wish) in wishes)
        {
            var before = state.Get<ListEntry>(StateKeys.ListEntry(scope, wish.Pattern));
            var entry = Kept(SenderLists.Merged(state, wish, line.Comment), before);
            if (before is not null && before == entry with { CreatedBy = before.CreatedBy }) batch.Same++;
            else if (before is null && room.WhyNot(entry) is { } full) batch.Refuse(line, full);
            else
            {
                taken.Add(entry);
                if (before is null) room = room.Without(entry);
            }
        }
        batch.Set = taken.Count;
        return taken.Count == 0 ? null : new ListEntriesSet(scope, taken) { Actor = actor, At = clock.GetUtcNow() };
    }

    // An import enforces nothing, and lifts nothing that is enforced on the same list.
    private static ListEntry Kept(ListEntry entry, ListEntry? before) => entry with { IsEnforced = before is { IsEnforced: true } && before.Kind == entry.Kind };

    private sealed class Run
    {
        public List<RefusedLine> Refused { get; } = [];
        public int RefusedCount { get; private set; }
        public int Set { get; set; }
        public int Same { get; set; }

        public void Refuse(ListLine line, ActRefusedException refused)
        {
            RefusedCount++;
            if (Refused.Count < MaxReported) Refused.Add(new RefusedLine(line.Number, line.Text.Length > 200 ? line.Text[..200] : line.Text, refused.Code, refused.Message));
        }

        public void Add(Run other)
        {
            (Set, Same, RefusedCount) = (Set + other.Set, Same + other.Same, RefusedCount + other.RefusedCount);
            Refused.AddRange(other.Refused.Take(MaxReported - Refused.Count));
        }
    }
}
