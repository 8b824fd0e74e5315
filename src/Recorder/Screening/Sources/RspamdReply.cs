using System.Text.Json;
using Recorder.Flow;
using Recorder.Ledger;

namespace Recorder.Screening.Sources;

/// <summary>Reads Rspamd's answer: strictly where the verdict is, with limits everywhere.</summary>
internal sealed class RspamdReply(RspamdOptions options, SymbolRules rules)
{
    private const int MaxSymbols = 2_000;
    private const int MaxOptions = 20;

    // "soft reject" is greylisting or a rate limit: it says when, not what.
    private static readonly string[] SpamActions = ["add header", "rewrite subject", "reject", "quarantine", "discard"];

    private static readonly JsonDocumentOptions Limits = new() { MaxDepth = 16 };

    /// <returns>null when Rspamd was told not to look at this message.</returns>
    /// <exception cref="VerdictUnavailableException">What it said is no verdict.</exception>
    public SourceVerdict? Read(ReadOnlyMemory<byte> json, ReceivedMessage message)
    {
        try
        {
            using var document = JsonDocument.Parse(json, Limits);
            return Read(document.RootElement, message);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            throw new VerdictUnavailableException("its answer is no verdict", error);
        }
    }

    private SourceVerdict? Read(JsonElement root, ReceivedMessage message)
    {
        var action = root.GetProperty("action").GetString() ?? throw new FormatException("no action");
        var score = Number(root.GetProperty("score"));
        var isSkipped = root.TryGetProperty("is_skipped", out var skipped) && skipped.ValueKind == JsonValueKind.True;
        if (isSkipped && action == "no action") return null;
        var found = Symbols(root);
        var threshold = Threshold(root);
        var symbols = found.Select(one => one.Symbol).ToList();
        var isSpam = SpamActions.Contains(action) || score >= threshold;
        var category = rules.CategoryOf(symbols) ?? (isSpam ? MailCategory.Spam : MailCategory.Clean);
        return Verdicts.Of(category, score, threshold, rules.Largest(symbols), RspamdProof.Of(found, message));
    }

    // Newer versions name all thresholds; the one of old, required_score, is where it rejects.
    private double Threshold(JsonElement root) =>
        root.TryGetProperty("thresholds", out var all) && all.ValueKind == JsonValueKind.Object
        && all.TryGetProperty("add header", out var own) && own.ValueKind == JsonValueKind.Number ? Number(own) : options.SpamScore;

    private static List<RspamdSymbol> Symbols(JsonElement root)
    {
        var found = new List<RspamdSymbol>();
        if (!root.TryGetProperty("symbols", out var symbols)) return found;
        foreach (var symbol in symbols.EnumerateObject().Take(MaxSymbols))
        {
            var score = symbol.Value.TryGetProperty("score", out var own) ? Number(own) : 0;
            found.Add(new RspamdSymbol(new ScreeningSymbol(symbol.Name, score), Options(symbol.Value)));
        }
        return found;
    }

    private static List<string> Options(JsonElement symbol) =>
        symbol.TryGetProperty("options", out var given) && given.ValueKind == JsonValueKind.Array
            ? [.. given.EnumerateArray().Take(MaxOptions).Where(one => one.ValueKind == JsonValueKind.String).Select(one => one.GetString()!)] : [];

    private static double Number(JsonElement element) =>
        element.GetDouble() is var number && double.IsFinite(number) ? number : throw new FormatException("not a number");
}

/// <param name="Options">What the rule found: domains, addresses.</param>
internal sealed record RspamdSymbol(ScreeningSymbol Symbol, IReadOnlyList<string> Options);

/// <summary>Which of Rspamd's symbols prove the author's domain. Where alignment cannot be shown, nothing is proven.</summary>
internal static class RspamdProof
{
    private static readonly string[] Refusals = ["DMARC_POLICY_REJECT", "DMARC_POLICY_QUARANTINE", "DMARC_POLICY_SOFTFAIL"];

    public static SenderProof Of(IReadOnlyList<RspamdSymbol> symbols, ReceivedMessage message)
    {
        if (!symbols.Any(IsResult)) return SenderProof.None;
        var author = Alignment.AuthorDomain(message);
        // DMARC knows the public suffix list and the domain's own wish for strictness: its no outweighs our reading.
        if (author is null || symbols.Any(one => Refusals.Contains(one.Symbol.Name))) return SenderProof.Failed;
        return symbols.Any(one => IsProof(one, author, message.Envelope.ReversePath)) ? SenderProof.Aligned : SenderProof.Failed;
    }

    private static bool IsResult(RspamdSymbol one) =>
        one.Symbol.Name.StartsWith("R_DKIM_", StringComparison.Ordinal) || one.Symbol.Name.StartsWith("R_SPF_", StringComparison.Ordinal)
        || one.Symbol.Name.StartsWith("DMARC_", StringComparison.Ordinal);

    private static bool IsProof(RspamdSymbol one, string author, string reversePath) => one.Symbol.Name switch
    {
        // Options: the policy's domain, the policy.
        "DMARC_POLICY_ALLOW" => one.Options.Count > 0 && Alignment.IsAligned(one.Options[0], author),
        // Options: domain:s=selector for each signature that holds.
        "R_DKIM_ALLOW" => one.Options.Any(signature => Alignment.IsAligned(signature.Split(':')[0], author)),
        // SPF speaks of the reverse-path (RFC 7208 §2.4); the null one would be the HELO name, which proves no author.
        "R_SPF_ALLOW" => reversePath.Contains('@', StringComparison.Ordinal) && Alignment.IsAligned(reversePath, author),
        _ => false,
    };
}
