using Recorder.Flow;
using Recorder.Ledger;
using Recorder.Mail;

namespace Recorder.Screening.Sources;

/// <summary>
/// What a filter before us wrote on top of the message. Of several copies the worst counts, and a no never lifts what
/// anybody else found: this source is the last with an opinion.
/// </summary>
internal sealed class TrustedHeaderSource(ScreeningOptions options) : IVerdictSource
{
    private readonly SymbolRules rules = new(options);
    private readonly SpamFields fields = new(options.Rspamd.SpamScore);
    private readonly IReadOnlyList<string> names = [.. options.Headers.SpamAssassin ? SpamFields.OfSpamAssassin : [], .. options.Headers.Rspamd ? SpamFields.OfRspamd : []];

    public string Name => "headers";

    public async ValueTask<SourceVerdict?> AskAsync(ReceivedMessage message, CancellationToken cancel)
    {
        var top = await MessageStart.ReadHeaderAsync(message.Content, bytes => TopFields.Read(bytes, options.TrustedHops, names), cancel);
        var said = top.Fields.Select(field => fields.Read(field.Name, field.Value)).OfType<FieldVerdict>().ToList();
        return said.Count == 0 ? null : Worst(said);
    }

    private SourceVerdict Worst(IReadOnlyList<FieldVerdict> said)
    {
        var symbols = said.SelectMany(one => one.Symbols).DistinctBy(symbol => symbol.Name).ToList();
        var isSpam = said.Any(one => one.IsSpam);
        // X-Spam-Score names no threshold; the one beside it is of the same filter.
        var usual = said.Min(one => one.Threshold);
        var worst = said.Where(one => one.Score is not null && (!isSpam || one.IsSpam))
            .OrderByDescending(one => one.Score - (one.Threshold ?? usual ?? 0)).FirstOrDefault();
        var category = rules.CategoryOf(symbols) ?? (isSpam ? MailCategory.Spam : MailCategory.Clean);
        return Verdicts.Of(category, worst?.Score, worst?.Threshold ?? usual, rules.Largest(symbols));
    }
}
