using Recorder.Delivery;
using Recorder.Flow;

namespace Recorder.Screening;

/// <summary>Gathers what the judge may know and lets it decide each new recipient alone.</summary>
public sealed class Judging(Routes routes)
{
    public async Task<IReadOnlyList<RecipientCase>> JudgeAsync(ReceivedMessage message, IReadOnlyList<RecipientCase> cases, CancellationToken cancel)
    {
        var judged = new List<RecipientCase>(cases.Count);
        foreach (var one in cases)
        {
            judged.Add(one.Standing is Standing.Fresh ? one with { Disposition = Judge.Decide(await FactsAsync(message, one, cancel)) } : one);
        }
        return judged;
    }

    private async Task<CaseFacts> FactsAsync(ReceivedMessage message, RecipientCase one, CancellationToken cancel)
    {
        var (mode, shape) = (message.Listener.Mode, message.Shape);
        if (message.IsJournal || !(shape.HasBareCr || shape.HasBareLf)) return new CaseFacts(mode, shape, NextHopTakesBareLineEnds: true);
        var route = routes.For(one.Recipient.Address);
        // Nobody greeted yet: without knowing, holding would be a guess, and delivery fails with 4xx anyway.
        var isUp = route.Capabilities is not null || await route.ProbeAsync(cancel);
        return new CaseFacts(mode, shape, !isUp || route.Capabilities is { Chunking: true });
    }
}
