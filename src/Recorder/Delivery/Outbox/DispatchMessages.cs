using System.Security.Cryptography;
using System.Text.Json;
using Recorder.Archive;
using Recorder.Delivery.Trace;
using Recorder.Ledger;
using Recorder.Mail;
using Recorder.Smtp;

namespace Recorder.Delivery.Outbox;

/// <summary>A dispatch made ready to be sent. Disposing it closes what was opened.</summary>
/// <param name="ReceivedAt">When the recorded message came; of the exact bytes alone.</param>
internal sealed record PreparedDispatch(RoutedMessage Message, IAsyncDisposable? Opened, DateTimeOffset ReceivedAt = default) : IAsyncDisposable
{
    public ValueTask DisposeAsync() => Opened?.DisposeAsync() ?? ValueTask.CompletedTask;
}

/// <summary>It can never be sent; the dispatch ends with these words.</summary>
public sealed class UndeliverableException(string words) : Exception(words);

/// <summary>It cannot be sent now, with these words.</summary>
public sealed class MustWaitException(string words) : Exception(words);

/// <summary>Writes the message of a dispatch that is no copy of a record, at the moment it is sent.</summary>
public interface IDispatchWriter
{
    DispatchKind Kind { get; }

    /// <returns>The message, CRLF line ends; it goes to the dispatch's recipient.</returns>
    /// <exception cref="UndeliverableException">It can never be sent.</exception>
    /// <exception cref="IOException">It cannot be written now.</exception>
    Task<byte[]> WriteAsync(Dispatch dispatch, CancellationToken cancel);
}

/// <summary>Makes the outgoing message of a dispatch from the archive, or has it written.</summary>
/// <param name="writers">For the kinds that are no copies of a record.</param>
public sealed class DispatchMessages(
    IArchiveLog log, ILedger ledger, TraceFields fields, BounceReport bounces, TimeProvider clock, IEnumerable<IDispatchWriter>? writers = null)
{
    private readonly Dictionary<DispatchKind, IDispatchWriter> writers = (writers ?? []).ToDictionary(writer => writer.Kind);
    private readonly MailReader mails = new();

    /// <exception cref="ArchiveException">The archive cannot be read now.</exception>
    internal async Task<PreparedDispatch> PrepareAsync(Dispatch dispatch, CancellationToken cancel)
    {
        try
        {
            if (IsHeldSince(dispatch)) throw new UndeliverableException("an administrator holds this message");
            // Nobody asked for it: it is the mail itself, which its sender may count on or hear of.
            if (dispatch.Kind == DispatchKind.Leftover && HoldOf(dispatch) is not null) throw new MustWaitException("an administrator holds this message");
            if (writers.TryGetValue(dispatch.Kind, out var writer)) return Written(dispatch, await writer.WriteAsync(dispatch, cancel));
            if (dispatch.Kind == DispatchKind.Bounce) return await BounceAsync(dispatch, cancel);
            var entry = await FindAsync(dispatch, cancel) ?? throw new UndeliverableException("the record is no longer kept");
            var mail = RecordedMail.Decode(entry.Payload.Span);
            return dispatch.Kind switch
            {
                DispatchKind.SafeCopy => await SafeCopyAsync(dispatch, entry, mail, cancel),
                DispatchKind.Attached => await AttachedAsync(dispatch, entry, mail, cancel),
                DispatchKind.Notice => await NoticeAsync(dispatch, entry, mail, cancel),
                _ => await OriginalAsync(dispatch, entry, mail, cancel),
            };
        }
        catch (Exception error) when (IsNoRecord(error))
        {
            throw new UndeliverableException($"the record cannot be read: {error.Message}");
        }
    }

    // Whoever asked before the hold asked for what may not leave now; who asked after it was allowed to.
    private bool IsHeldSince(Dispatch dispatch) => dispatch.IsWish && HoldOf(dispatch) is { } hold && hold.At > dispatch.RequestedAt;

    private RecordOverride? HoldOf(Dispatch dispatch) => ledger.State.Get<RecordOverride>(ActKeys.Override(CampaignAct.Hold, dispatch.RecordId));

    /// <summary>NOTIFY without FAILURE (RFC 3461 §4.1) asks for no report.</summary>
    internal async Task<bool> WantsNoReportAsync(Dispatch failed, CancellationToken cancel)
    {
        try
        {
            if (await FindAsync(failed, cancel) is not { } entry) return true;
            var notify = RecordedMail.Decode(entry.Payload.Span).Recipients.FirstOrDefault(one => one.Address == failed.Recipient)?.Notify;
            return notify is not null && !notify.Split(',').Contains("FAILURE", StringComparer.OrdinalIgnoreCase);
        }
        catch (Exception error) when (IsNoRecord(error) || IsUnreadable(error))
        {
            return false; // nobody knows, and silence would lose a message
        }
    }

    private async ValueTask<LogEntry?> FindAsync(Dispatch dispatch, CancellationToken cancel) =>
        RecordId.TryParse(dispatch.RecordId, out var id) && await log.FindAsync(id, cancel) is { Kind: EntryKind.Mail } entry ? entry : null;

    private static bool IsNoRecord(Exception error) => error is JsonException or FormatException or ArgumentException;

    /// <summary>Bytes that are not there, or not those that were recorded.</summary>
    internal static bool IsUnreadable(Exception error) =>
        error is InvalidDataException or ArchiveException { Fault: ArchiveFault.Missing or ArchiveFault.Damaged };

    // The exact bytes behind Received and our trace field, nothing else, so that DKIM signatures stay valid.
    private async Task<PreparedDispatch> OriginalAsync(Dispatch dispatch, LogEntry entry, RecordedMail mail, CancellationToken cancel)
    {
        var content = await ArchivedContent.OpenAsync(log, entry, mail, cancel);
        var act = $"{dispatch.Kind.ToString().ToLowerInvariant()}.{dispatch.Round}";
        ReadOnlyMemory<byte> Fields(IReadOnlyList<EnvelopeRecipient> recipients) => TraceFields.Encode(
            fields.SentAgain(dispatch.RecordId, dispatch.Recipient, clock.GetUtcNow()),
            fields.Trace(dispatch.RecordId, recipients, act, 1, content.Sha256.Span));
        return new PreparedDispatch(new RoutedMessage(EnvelopeOf(dispatch, mail), Fields, content), content, entry.ReceivedAt);
    }

    private static Envelope EnvelopeOf(Dispatch dispatch, RecordedMail mail)
    {
        // As it was said to us: whatever let the message through the first time does so again.
        var parameters = new MailParameters(
            Body: mail.Parameters.Body,
            SmtpUtf8: mail.Parameters.SmtpUtf8 || dispatch.Recipient.Any(c => c > 127));
        if (dispatch.Kind != DispatchKind.Leftover) return new Envelope(dispatch.ReversePath, [new EnvelopeRecipient(dispatch.Recipient)], parameters);
        // The sender's own delivery goes on, so the sender's DSN wishes go with it (RFC 3461 §5.2.1).
        var original = mail.Recipients.FirstOrDefault(one => one.Address == dispatch.Recipient);
        return new Envelope(
            dispatch.ReversePath, [new EnvelopeRecipient(dispatch.Recipient, original?.Notify, original?.OriginalRecipient)],
            parameters with { Return = mail.Parameters.Return, EnvelopeId = mail.Parameters.EnvelopeId });
    }

    private async Task<PreparedDispatch> AttachedAsync(Dispatch dispatch, LogEntry entry, RecordedMail mail, CancellationToken cancel)
    {
        await using var source = await log.OpenContentAsync(entry.Id, cancel);
        var (before, after) = AttachedMail.Around(bounces.Hostname, dispatch, mail, mails.ReadFacts(source, cancel));
        var content = await AttachedContent.OpenAsync(before, await ArchivedContent.OpenAsync(log, entry, mail, cancel), after, cancel);
        ReadOnlyMemory<byte> Fields(IReadOnlyList<EnvelopeRecipient> recipients) => TraceFields.Encode(
            fields.Trace(dispatch.RecordId, recipients, $"attached.{dispatch.Round}", 1, content.Sha256.Span));
        return new PreparedDispatch(new RoutedMessage(EnvelopeOf(dispatch, mail), Fields, content), content);
    }

    private async Task<PreparedDispatch> SafeCopyAsync(Dispatch dispatch, LogEntry entry, RecordedMail mail, CancellationToken cancel)
    {
        await using var source = await log.OpenContentAsync(entry.Id, cancel);
        return Own(dispatch, SafeCopy.Build(bounces.Hostname, dispatch, mail, mails.ReadFacts(source, cancel)));
    }

    private async Task<PreparedDispatch> NoticeAsync(Dispatch dispatch, LogEntry entry, RecordedMail mail, CancellationToken cancel)
    {
        var failed = ledger.State.Get<Dispatch>(StateKeys.Dispatches + dispatch.About);
        if (failed is not { State: DispatchState.Failed }) throw new UndeliverableException("no longer needed: the message was delivered after all");
        await using var source = await log.OpenContentAsync(entry.Id, cancel);
        return Own(dispatch, FailureNotice.Build(bounces.Hostname, dispatch, failed, mail, mails.ReadFacts(source, cancel)));
    }

    // Our trace field lets it pass where the way to the mailbox leads through us again.
    private PreparedDispatch Own(Dispatch dispatch, byte[] bytes)
    {
        var envelope = new Envelope("", [new EnvelopeRecipient(dispatch.Recipient)], new MailParameters(SmtpUtf8: dispatch.Recipient.Any(c => c > 127)));
        ReadOnlyMemory<byte> Fields(IReadOnlyList<EnvelopeRecipient> recipients) => TraceFields.Encode(
            fields.Trace(dispatch.RecordId, recipients, $"{dispatch.Kind.ToString().ToLowerInvariant()}.{dispatch.Round}", 1, SHA256.HashData(bytes)));
        return new PreparedDispatch(new RoutedMessage(envelope, Fields, new MadeContent(bytes)), null);
    }

    // Our trace field lets it pass our own hook unrecorded, where the way to the mailbox leads through it.
    private PreparedDispatch Written(Dispatch dispatch, byte[] message)
    {
        var act = $"{dispatch.Kind.ToString().ToLowerInvariant()}.{dispatch.Round}";
        ReadOnlyMemory<byte> Fields(IReadOnlyList<EnvelopeRecipient> recipients) => TraceFields.Encode(
            fields.SentAgain(dispatch.RecordId, dispatch.Recipient, clock.GetUtcNow()),
            fields.Trace(dispatch.RecordId, recipients, act, 1, SHA256.HashData(message)));
        var envelope = new Envelope(
            dispatch.ReversePath, [new EnvelopeRecipient(dispatch.Recipient)], new MailParameters(SmtpUtf8: dispatch.Recipient.Any(c => c > 127)));
        return new PreparedDispatch(new RoutedMessage(envelope, Fields, new MadeContent(message)), null);
    }

    private async Task<PreparedDispatch> BounceAsync(Dispatch dispatch, CancellationToken cancel)
    {
        var failed = ledger.State.Get<Dispatch>(StateKeys.Dispatch(dispatch.RecordId, DispatchKind.Leftover, dispatch.Recipient, dispatch.Round));
        if (failed is { State: DispatchState.Accepted }) throw new UndeliverableException("no longer needed: the message was delivered after all");
        var (mail, header) = await WhatCanBeReadAsync(dispatch, cancel);
        var sender = mail?.ReversePath ?? failed?.ReversePath ?? throw new UndeliverableException("the record cannot be read, and names its sender alone");
        var bytes = bounces.Build(new BounceFacts(dispatch, mail, failed, sender, clock.GetUtcNow()), header);
        // RFC 5321 §4.5.5: a report travels with the null reverse-path, so that it can never bounce itself.
        var envelope = new Envelope("", [new EnvelopeRecipient(sender)], new MailParameters(SmtpUtf8: sender.Any(c => c > 127)));
        return new PreparedDispatch(new RoutedMessage(envelope, _ => default, new MadeContent(bytes)), null);
    }

    /// <summary>Of a message that is reported: why it failed may be that it cannot be read.</summary>
    private async Task<(RecordedMail? Mail, byte[]? Header)> WhatCanBeReadAsync(Dispatch dispatch, CancellationToken cancel)
    {
        RecordedMail? mail = null;
        try
        {
            var entry = await FindAsync(dispatch, cancel) ?? throw new UndeliverableException("the record is no longer kept");
            mail = RecordedMail.Decode(entry.Payload.Span);
            await using var original = await log.OpenContentAsync(entry.Id, cancel);
            return (mail, await BounceReport.HeaderOfAsync(original, cancel));
        }
        catch (Exception error) when (IsNoRecord(error) || IsUnreadable(error))
        {
            return (mail, null);
        }
    }
}
