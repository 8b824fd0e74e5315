using System.Diagnostics;
using Recorder.Flow;
using Recorder.Ledger;
using Recorder.Ledger.State;
using Recorder.Screening;
using Recorder.Screening.Lists;
using Recorder.Smtp;

namespace Recorder.Benchmarks.Decisions;

/// <summary>What the decision for one recipient costs, from the senders to the disposition, against the length of the lists.</summary>
internal sealed class DecisionCosts(Action<string> say)
{
    public const string Owner = "user@example.edu";
    private const int WarmUp = 2_000, Times = 20_000;
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);
    private static readonly ScreenedMail Spam = new(MailCategory.Spam, "rspamd", 9, 6, [], SenderProof.Aligned);

    public int Run()
    {
        say($"each figure over {Times} decisions of one recipient; entries: half addresses, a quarter domains, a quarter *.domains");
        say($"{"own list",10} {"site list",10} {"wildcards",10} {"sender",-22} {"a decision",12} {"garbage",10}");
        foreach (var (own, site, wildcards) in new[] { (0, 0, 0), (100, 1_000, 0), (10_000, 1_000, 0), (10_000, 100_000, 0), (10_000, 100_000, 100), (10_000, 100_000, 1_000) })
        {
            var state = StateWith(own, site, wildcards);
            Measure(state, own, site, wildcards, "on no list", "somebody@mail.elsewhere.example");
            if (own > 0) Measure(state, own, site, wildcards, "on the own list", $"sender{own / 2}@shop{own / 2}.example");
            if (site > 0) Measure(state, own, site, wildcards, "below a site domain", $"a@b.site{site / 4 * 4 + 3 - 4}.example");
        }

        return 0;
    }

    private void Measure(IStateSnapshot state, int own, int site, int wildcards, string name, string sender)
    {
        var header = HeaderGlance.None with { Authors = [sender] };
        for (var i = 0; i < WarmUp; i++) Decide(state, header, sender);
        var (bytes, clock) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.StartNew());
        for (var i = 0; i < Times; i++) Decide(state, header, sender);
        var took = clock.Elapsed.TotalMicroseconds / Times;
        say($"{own,10} {site,10} {wildcards,10} {name,-22} {took,9:F1} us {(GC.GetAllocatedBytesForCurrentThread() - bytes) / Times,8} B");
    }

    private static Judgement Decide(IStateSnapshot state, HeaderGlance header, string sender)
    {
        var senders = MessageSenders.Of(sender, header, SenderProof.Aligned);
        var parties = new ListedFacts(state, new ScreeningPolicy(), senders, Now).Of([Owner]);
        return Judge.Decide(new CaseFacts(IntakeMode.Relay, new WireShape(8192, false, false, false, false, 78), true, Spam, parties));
    }

    public static StateSnapshot StateWith(int own, int site, int wildcards)
    {
        var state = new StateEditor(StateSnapshot.Empty);
        var account = new Account(Owner, "", null, false, false, [new OwnedAddress(Owner)], Now);
        Apply(state, new AccountSet(account) { Actor = Actor.System("bench"), At = Now });
        for (var i = 0; i < own; i++) Add(state, ListScopes.User(Owner), Pattern("shop", i));
        for (var i = 0; i < site; i++) Add(state, ListScopes.Site, Pattern("site", i));
        for (var i = 0; i < wildcards; i++) Add(state, ListScopes.User(Owner), $"news-{i}*@*.letters.example");
        return StateSnapshot.Empty.With(state.ToBatch(new StatePosition("main", 1, default)));
    }

    private static string Pattern(string kind, int i) => (i % 4) switch
    {
        0 or 1 => $"sender{i}@{kind}{i}.example",
        2 => $"{kind}{i}.example",
        _ => $"*.{kind}{i}.example",
    };

    private static void Add(StateEditor state, string scope, string pattern) => Apply(state, new ListEntrySet(
        new ListEntry(scope, ListKind.Allow, pattern, null, Now, Owner)) { Actor = Actor.System("bench"), At = Now });

    private static void Apply(StateEditor state, LedgerEvent fact) => Projection.Apply(fact, state);
}
