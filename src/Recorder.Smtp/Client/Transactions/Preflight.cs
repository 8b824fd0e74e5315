using System.Text;

namespace Recorder.Smtp.Client;

/// <summary>Settles what cannot go to this next hop at all, before anything is sent.</summary>
internal static class Preflight
{
    private const int MaxHeaderBytes = 1024 * 1024;

    public static async Task CheckAsync(OutgoingMessage message, HopFeatures features, Outcomes outcomes, CancellationToken cancel)
    {
        CheckSyntax(message.Envelope, outcomes);
        CheckContent(message, features, outcomes);
        if (!features.Announced.SmtpUtf8)
        {
            CheckAsciiAddresses(message.Envelope, outcomes);
            if (message.Envelope.Parameters.SmtpUtf8 && outcomes.HasOpen && await HasUtf8HeaderAsync(message, cancel).ConfigureAwait(false))
                outcomes.SettleOpen(DeliveryOutcome.TransientFailure, null, DeliveryErrors.SmtpUtf8Vanished);
        }
    }

    private static void CheckSyntax(Envelope envelope, Outcomes outcomes)
    {
        if (!PathSyntax.IsSafePath(envelope.ReversePath) || !PathSyntax.IsSafeParameter(envelope.Parameters.EnvelopeId))
            outcomes.SettleOpen(DeliveryOutcome.PermanentFailure,
                new SmtpReply(553, "5.1.7", "sender address cannot be sent"), DeliveryErrors.UnsendableAddress);

        for (int i = 0; i < envelope.Recipients.Count; i++)
        {
            var recipient = envelope.Recipients[i];
            bool isSafe = recipient.Address.Length > 0 && PathSyntax.IsSafePath(recipient.Address)
                && PathSyntax.IsSafeParameter(recipient.Notify) && PathSyntax.IsSafeParameter(recipient.OriginalRecipient);
            if (!isSafe)
                outcomes.Settle(i, DeliveryOutcome.PermanentFailure,
                    new SmtpReply(553, "5.1.3", "recipient address cannot be sent"), DeliveryErrors.UnsendableAddress);
        }
    }

    private static void CheckContent(OutgoingMessage message, HopFeatures features, Outcomes outcomes)
    {
        var (announced, size) = (features.Announced, EnvelopeCommands.SizeBytes(message));
        if (announced.MaxMessageBytes > 0 && size > announced.MaxMessageBytes)
            outcomes.SettleOpen(DeliveryOutcome.PermanentFailure,
                new SmtpReply(552, "5.3.4", $"message of {size} bytes is larger than the {announced.MaxMessageBytes} the next hop takes"),
                DeliveryErrors.MessageTooLarge);
        else if (message.Content.HasBareLineEnds && !announced.Chunking)
            outcomes.SettleOpen(DeliveryOutcome.PermanentFailure, null, DeliveryErrors.BareLineEndsNeedChunking);
        else if (message.Envelope.Parameters.Body == BodyType.EightBitMime && !announced.EightBitMime)
            outcomes.SettleOpen(DeliveryOutcome.TransientFailure, null, DeliveryErrors.EightBitMimeVanished);
    }

    /// <summary>RFC 6531 §3.5. A recipient's address concerns that recipient alone.</summary>
    private static void CheckAsciiAddresses(Envelope envelope, Outcomes outcomes)
    {
        var refusal = new SmtpReply(550, "5.6.7", "the next hop does not take internationalised addresses");
        if (!Ascii.IsValid(envelope.ReversePath))
            outcomes.SettleOpen(DeliveryOutcome.PermanentFailure, refusal, DeliveryErrors.AddressNeedsSmtpUtf8);

        for (int i = 0; i < envelope.Recipients.Count; i++)
        {
            var recipient = envelope.Recipients[i];
            if (!Ascii.IsValid(recipient.Address) || !Ascii.IsValid(recipient.OriginalRecipient ?? ""))
                outcomes.Settle(i, DeliveryOutcome.PermanentFailure, refusal, DeliveryErrors.AddressNeedsSmtpUtf8);
        }
    }

    /// <summary>Many senders say SMTPUTF8 whenever it is offered; only a header that uses it needs it onwards.</summary>
    private static async Task<bool> HasUtf8HeaderAsync(OutgoingMessage message, CancellationToken cancel)
    {
        await using var content = message.Content.OpenRead();
        byte[] block = new byte[8192];
        int kept = 0; // bytes of the last block that may begin the blank line
        for (int seen = 0; seen < MaxHeaderBytes;)
        {
            int read = await content.ReadAsync(block.AsMemory(kept), cancel).ConfigureAwait(false);
            if (read == 0) return false;
            var text = block.AsSpan(0, kept + read);
            int end = text.IndexOf("\r\n\r\n"u8);
            if (!Ascii.IsValid(end < 0 ? text : text[..end])) return true;
            if (end >= 0) return false;
            seen += read;
            kept = Math.Min(3, text.Length);
            text[^kept..].CopyTo(block);
        }
        return false;
    }
}
