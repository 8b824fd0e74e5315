using Recorder.Flow;
using Recorder.Ledger;

namespace Recorder.Screening.Sources;

/// <summary>Asks the sources in order of trust. The first with an opinion says what the message is; the first proof of the sender counts.</summary>
public sealed class VerdictSources(IEnumerable<IVerdictSource> sources)
{
    private readonly IReadOnlyList<IVerdictSource> sources = [.. sources];

    public async Task<ReceivedMessage> ScreenAsync(ReceivedMessage message, IReadOnlyList<RecipientCase> cases, CancellationToken cancel)
    {
        // Only what is new to us is judged, and what is only copied goes on elsewhere.
        if (sources.Count == 0 || message.IsJournal || !cases.Any(one => one.Standing is Standing.Fresh)) return message;
        return message with { Screened = await AskAllAsync(message, cancel) };
    }

    private async Task<ScreenedMail> AskAllAsync(ReceivedMessage message, CancellationToken cancel)
    {
        var screened = new ScreenedMail(MailCategory.Clean, "");
        List<string> unavailable = [];
        foreach (var source in sources)
        {
            try
            {
                if (await source.AskAsync(message, cancel) is { } verdict) screened = Add(screened, source.Name, verdict);
            }
            catch (VerdictUnavailableException error)
            {
                unavailable.Add($"{source.Name}: {error.Message}");
            }
        }
        return unavailable.Count == 0 ? screened : screened with { Unavailable = unavailable };
    }

    private static ScreenedMail Add(ScreenedMail before, string source, SourceVerdict verdict)
    {
        var proof = before.Proof == SenderProof.None ? verdict.Proof : before.Proof;
        return before.Source.Length > 0 || verdict.Category is not { } category
            ? before with { Proof = proof }
            : new ScreenedMail(category, source, verdict.Score, verdict.Threshold, verdict.Symbols, proof);
    }
}
