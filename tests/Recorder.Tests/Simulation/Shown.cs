using System.Text;
using System.Text.Json;
using Recorder.Archive;

namespace Recorder.Tests.Simulation;

/// <summary>An entry of the log, read with the documented names alone.</summary>
internal sealed record ShownEntry(long Sequence, string Id, string Payload, Kept? Mail, IReadOnlyList<ShownFact> Facts)
{
    public static ShownEntry Of(LogEntry entry)
    {
        var (id, sequence) = (entry.Id.ToString(), entry.Position.Sequence);
        var payload = entry.Kind == EntryKind.Root ? "root" : Encoding.UTF8.GetString(entry.Payload.Span);
        return entry.Kind switch
        {
            EntryKind.Mail => new ShownEntry(sequence, id, payload, MailOf(entry, payload), []),
            EntryKind.Event => new ShownEntry(sequence, id, payload, null, [.. FactsOf(payload)]),
            _ => new ShownEntry(sequence, id, payload, null, []),
        };
    }

    private static Kept MailOf(LogEntry entry, string payload)
    {
        using var json = JsonDocument.Parse(payload);
        var root = json.RootElement;
        var recipients = root.GetProperty("recipients").EnumerateArray().ToDictionary(
            one => one.GetProperty("address").GetString()!,
            one => new KeptRecipient(one.GetProperty("disposition").GetString()!, [.. one.GetProperty("owners").EnumerateArray().Select(owner => owner.GetString()!)]));
        return new Kept(
            entry.Id.ToString(), entry.Position.Sequence, Convert.ToHexStringLower(entry.ContentSha256.Span),
            root.GetProperty("reversePath").GetString()!, root.GetProperty("mode").GetString() == "journal", recipients);
    }

    private static IEnumerable<ShownFact> FactsOf(string payload)
    {
        using var json = JsonDocument.Parse(payload);
        var root = json.RootElement;
        var type = root.GetProperty("type").GetString()!;
        if (type == "messages.confirmed") return [.. root.GetProperty("records").EnumerateArray().SelectMany(ConfirmedOf)];
        if (!root.TryGetProperty("recordId", out var record)) return [];
        var (id, act) = (record.GetString()!, ActOf(root));
        return type switch
        {
            "message.relayed" => [.. root.GetProperty("outcomes").EnumerateArray().Select(one => OutcomeOf(type, id, act, one, false)).DistinctBy(one => one.Recipient)],
            "dispatch.requested" => [new ShownFact(type, id, root.GetProperty("recipient").GetString()!, null, act)],
            "dispatch.ended" => [OutcomeOf(type, id, act, root.GetProperty("outcome"), !root.TryGetProperty("nextAttemptAt", out _))],
            _ => [],
        };
    }

    private static IEnumerable<ShownFact> ConfirmedOf(JsonElement record)
    {
        var id = record.GetProperty("recordId").GetString()!;
        return [.. record.GetProperty("recipients").EnumerateArray().Select(one => new ShownFact("messages.confirmed", id, one.GetString()!))];
    }

    // A leftover goes on with what the hook began; each resend is a wish of its own.
    private static string ActOf(JsonElement fact) => fact.TryGetProperty("kind", out var kind)
        ? kind.GetString() switch { "leftover" => "relay", "bounce" => "bounce", var other => $"{other}.{fact.GetProperty("round").GetInt32()}" }
        : "relay";

    private static ShownFact OutcomeOf(string type, string id, string act, JsonElement outcome, bool isOver) => new(
        type, id, outcome.GetProperty("recipient").GetString()!, outcome.GetProperty("outcome").GetString()!.ToLowerInvariant(), act, isOver,
        IsUnheard: !outcome.TryGetProperty("reply", out var reply) || reply.ValueKind == JsonValueKind.Null);
}

/// <param name="IsOver">No further attempt follows.</param>
/// <param name="IsUnheard">The attempt ended without a word of the next hop.</param>
internal sealed record ShownFact(
    string Type, string RecordId, string Recipient, string? Outcome = null, string Act = "relay", bool IsOver = false, bool IsUnheard = false);
