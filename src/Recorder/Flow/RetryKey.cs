using Recorder.Ledger;

namespace Recorder.Flow;

/// <summary>What a retry of one delivery has in common with the try before: the bytes, the reverse-path, the recipient.</summary>
public static class RetryKey
{
    /// <summary>The state key (<see cref="StateKeys.Retry"/>) of one recipient. Exactly as the envelope said it: a retry
    /// says the same again, and a key that is too wide would lose a copy.</summary>
    /// <param name="sha256">Of the exact bytes, 32 bytes.</param>
    public static string Of(ReadOnlySpan<byte> sha256, string reversePath, string recipient, bool isJournal = false) =>
        StateKeys.Retry(Convert.ToHexStringLower(sha256), reversePath, recipient, isJournal);

    public static string Of(ReceivedMessage message, string recipient) =>
        Of(message.Content.Sha256.Span, message.Envelope.ReversePath, recipient, message.IsJournal);

    public static IReadOnlyList<string> AllOf(ReceivedMessage message) =>
        [.. message.Envelope.Recipients.Select(recipient => Of(message, recipient.Address))];
}
