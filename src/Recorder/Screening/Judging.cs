using Recorder.Delivery;
using Recorder.Flow;
using Recorder.Ledger;
using Recorder.Screening.Lists;

namespace Recorder.Screening;

/// <summary>Gathers what the judge may know and lets it decide each new recipient alone.</summary>
public sealed class Judging(Routes routes, ILedger ledger, ScreeningPolicy policy, ListHitCounter hits, TimeProvider clock)
{
    public async Task<IReadOnlyList<RecipientCase>> JudgeAsync(ReceivedMessage message, IReadOnlyList<RecipientCase> cases, CancellationToken cancel)
    {
        // One state for all: a list that changes while a message is judged changes nothing of it.
        var listed = new Lazy<ListedFacts>(() => new ListedFacts(ledger.State, policy, SendersOf(message), clock.GetUtcNow()));
        var judged = new List<RecipientCase>(cases.Count);
        foreach (var one in cases)
        {
            judged.Add(one is { Standing: Standing.Fresh, IsUnfinished: true } ? With(one, Judge.Decide(await FactsAsync(message, one, listed, cancel))) : one);
        }
        return judged;
    }

    private RecipientCase With(RecipientCase one, Judgement judgement)
    {
        if (judgement.Reason is { Entry: { } entry }) hits.Add(entry);
        return one with { Disposition = judgement.Disposition, Reason = judgement.Reason };
    }

    private static MessageSenders SendersOf(ReceivedMessage message) =>
        MessageSenders.Of(message.Envelope.ReversePath, message.Header, message.Screened?.Proof ?? SenderProof.None);

    private async Task<CaseFacts> FactsAsync(ReceivedMessage message, RecipientCase one, Lazy<ListedFacts> listed, CancellationToken cancel)
    {
        var (mode, shape) = (message.Listener.Mode, message.Shape);
        if (message.IsJournal) return new CaseFacts(mode, shape, NextHopTakesBareLineEnds: true);
        var facts = new CaseFacts(mode, shape, NextHopTakesBareLineEnds: true, message.Screened, one.Owners.Count == 0 ? [] : listed.Value.Of(one.Owners));
        return shape.HasBareCr || shape.HasBareLf ? facts with { NextHopTakesBareLineEnds = await TakesBareLineEndsAsync(one, cancel) } : facts;
    }

    private async Task<bool> TakesBareLineEndsAsync(RecipientCase one, CancellationToken cancel)
    {
        var route = routes.For(one.Recipient.Address);
        // Nobody greeted yet: without knowing, holding would be a guess, and delivery fails with 4xx anyway.
        var isUp = route.Capabilities is not null || await route.ProbeAsync(cancel);
        return !isUp || route.Capabilities is { Chunking: true };
    }
}
