using System.Security.Cryptography;
using Recorder.Accounts;
using Recorder.Archive;
using Recorder.Delivery.Trace;
using Recorder.Flow;
using Recorder.Ledger;
using Recorder.Smtp;

namespace Recorder.Intake;

/// <summary>Finds how each recipient of a message stands: new, tried before, coming by again.</summary>
public sealed class CaseSorter(RetryKeys retries, IAddressBook book, TraceSigner signer, TracePasses passes)
{
    /// <summary>RFC 5321 §6.3 asks for at least 100 Received fields before a loop is assumed.</summary>
    public const int MaxReceivedFields = 100;

    // Not ours to answer for: the upstream keeps it, and its next try finds the hold lifted or not.
    private static readonly Settlement HeldByAdmin = new(SettlementKind.Deferred, new SmtpReply(451, "4.7.1", "an administrator holds this message; try again later"));

    private static readonly Settlement Looped = new(SettlementKind.Looping);

    public async Task<IReadOnlyList<RecipientCase>> SortAsync(ReceivedMessage message, CancellationToken cancel)
    {
        var cases = ShareOwners([.. message.Envelope.Recipients.Select(recipient => Plain(message, recipient))]);
        // What a journal keeps goes nowhere, so it cannot go round.
        if (!message.IsJournal && message.Header.ReceivedFields > MaxReceivedFields) return [.. cases.Select(TooManyHops)];
        var traces = await ReadTracesAsync(message, cancel);
        var anyIsOurs = message.IsJournal || message.Envelope.Recipients.Any(IsOurs);
        return [.. cases.Select(one => Sort(message, one, traces, anyIsOurs))];
    }

    // Several aliases may lead to one mailbox in one transaction (ORCPT differs): one copy, seen by all they stand for.
    private static List<RecipientCase> ShareOwners(List<RecipientCase> cases)
    {
        var owners = cases.ToLookup(one => one.RetryKey, StringComparer.Ordinal);
        return [.. cases.Select(one => one with { Owners = [.. owners[one.RetryKey].SelectMany(same => same.Owners).Distinct(StringComparer.Ordinal)] })];
    }

    private RecipientCase Sort(ReceivedMessage message, RecipientCase one, IReadOnlyList<ProvenBytes> traces, bool anyIsOurs)
    {
        if (FindPass(one.Recipient, traces) is { } ticket) return Pass(message, one, ticket);
        // Before asking whose it is: a recipient of others may have been recorded beside one of ours.
        if (retries.Find(one) is { } open) return Again(one, open);
        return anyIsOurs ? one : one with { Standing = Standing.Foreign };
    }

    private RecipientCase Again(RecipientCase one, RetryKeyState open) => open.Settled
        ? one with { Standing = Standing.Settled, RecordId = open.RecordId, Settlement = SettledBefore(open.Answer) }
        : one with { Standing = Standing.Open, RecordId = open.RecordId, Disposition = Dispositions.Deliver, Settlement = retries.IsHeldByAdmin(open.RecordId) ? HeldByAdmin : null };

    // Journal copies have nowhere to go on to, so a recorded message that is journaled again is simply settled.
    private RecipientCase Pass(ReceivedMessage message, RecipientCase one, PassTicket ticket)
    {
        one = one with { RecordId = ticket.RecordId, Ticket = ticket };
        var before = passes.Find(ticket);
        if (message.IsJournal || before == one.RetryKey) return one with { Standing = Standing.Settled, Settlement = SettledBefore(null) };
        return before is not null || ticket.Hop > 1
            ? one with { Standing = Standing.Looping, Settlement = Looped }
            : one with { Standing = Standing.Passing, Disposition = Dispositions.Deliver };
    }

    private PassTicket? FindPass(EnvelopeRecipient recipient, IReadOnlyList<ProvenBytes> traces) => traces
        .Where(trace => signer.IsValid(trace.Field, recipient.Address, trace.Sha256))
        .OrderByDescending(trace => trace.Field.Hop)
        .Select(trace => new PassTicket(trace.Field.RecordId, recipient.Address, trace.Field.Act, trace.Field.Hop))
        .FirstOrDefault();

    // Rare: only mail that left us carries the field. The MAC speaks of the bytes after it, so those are hashed.
    private static async Task<IReadOnlyList<ProvenBytes>> ReadTracesAsync(ReceivedMessage message, CancellationToken cancel)
    {
        List<ProvenBytes> proven = [];
        foreach (var found in message.Header.Traces)
        {
            if (TraceField.Parse(found.Value) is not { Mac: not null } field) continue;
            await using var stream = message.Content.OpenRead();
            await SkipAsync(stream, found.EndOffset, cancel);
            proven.Add(new ProvenBytes(field, await SHA256.HashDataAsync(stream, cancel)));
        }
        return proven;
    }

    private static async Task SkipAsync(Stream stream, int count, CancellationToken cancel)
    {
        var scratch = new byte[Math.Min(count, 81_920)];
        while (count > 0)
        {
            await stream.ReadExactlyAsync(scratch.AsMemory(0, Math.Min(count, scratch.Length)), cancel);
            count -= Math.Min(count, scratch.Length);
        }
    }

    private static RecipientCase TooManyHops(RecipientCase one) => one with
    {
        Standing = Standing.Looping,
        Settlement = new Settlement(SettlementKind.Looping, Words: $"mail loop: more than {MaxReceivedFields} Received fields"),
    };

    private RecipientCase Plain(ReceivedMessage message, EnvelopeRecipient recipient) => new(
        recipient, RetryKey.Of(message, recipient.Address),
        book.OwnersOf(recipient.Address, recipient.OriginalRecipient), Standing.Fresh);

    // An alias may have led out of our domains (ORCPT still names the mailbox); postmaster needs no domain (RFC 5321 §4.5.1).
    private bool IsOurs(EnvelopeRecipient recipient) => !recipient.Address.Contains('@', StringComparison.Ordinal)
        || book.IsLocal(recipient.Address) || book.OwnersOf(recipient.Address, recipient.OriginalRecipient).Count > 0;

    private static Settlement SettledBefore(string? answer) =>
        new(SettlementKind.SettledBefore, Words: answer is null ? null : ReplyWords.WithoutCodes(answer));

    private sealed record ProvenBytes(TraceField Field, byte[] Sha256);
}
