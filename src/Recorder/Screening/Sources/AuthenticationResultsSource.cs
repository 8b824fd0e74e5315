using Recorder.Flow;
using Recorder.Ledger;
using Recorder.Mail;

namespace Recorder.Screening.Sources;

/// <summary>
/// The Authentication-Results field of our own border (RFC 8601): proof of the sender, and no opinion of what the message
/// is. Two fields under our name prove nothing, since one of them is forged (§5).
/// </summary>
internal sealed class AuthenticationResultsSource(ScreeningOptions options) : IVerdictSource
{
    private static readonly string[] FieldName = ["Authentication-Results"];

    public string Name => "authentication-results";

    public async ValueTask<SourceVerdict?> AskAsync(ReceivedMessage message, CancellationToken cancel)
    {
        var top = await MessageStart.ReadHeaderAsync(message.Content, bytes => TopFields.Read(bytes, options.TrustedHops, FieldName), cancel);
        // Fewer hops than ours must leave their mark: then nothing on top is surely ours.
        if (top.ReceivedSeen < options.TrustedHops) return null;
        var ours = top.Fields.Select(field => AuthResults.Parse(field.Value))
            .Where(field => field?.ServerId.Equals(options.AuthServId, StringComparison.OrdinalIgnoreCase) == true).ToList();
        return ours.Count == 0 ? null : new SourceVerdict(null, Proof: ours is [{ Results: { } results }] ? Proof(results, message) : SenderProof.Failed);
    }

    private static SenderProof Proof(IReadOnlyList<AuthResult> results, ReceivedMessage message)
    {
        var author = Alignment.AuthorDomain(message);
        // DMARC knows the public suffix list and the domain's own wish for strictness: its no outweighs our reading.
        return author is not null && !results.Any(IsRefusal) && results.Any(result => result.Result == "pass" && IsAligned(result, author))
            ? SenderProof.Aligned : SenderProof.Failed;
    }

    private static bool IsRefusal(AuthResult result) => result is { Method: "dmarc", Result: "fail" };

    private static bool IsAligned(AuthResult result, string author) => result.Method switch
    {
        // Of which author it speaks must be said, and be the one we read.
        "dmarc" => result.Properties.TryGetValue("header.from", out var from) && Alignment.DomainOf(from) == author,
        "dkim" => result.Properties.TryGetValue("header.d", out var domain) && !domain.Contains('@') && Alignment.IsAligned(domain, author),
        "spf" => result.Properties.TryGetValue("smtp.mailfrom", out var path) && Alignment.IsAligned(path, author),
        _ => false,
    };
}
