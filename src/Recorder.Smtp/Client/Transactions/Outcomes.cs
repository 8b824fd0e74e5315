namespace Recorder.Smtp.Client;

/// <summary>What became of each recipient, in envelope order. A settled recipient never changes.</summary>
internal sealed class Outcomes(IReadOnlyList<EnvelopeRecipient> recipients)
{
    private readonly RecipientResult?[] _results = new RecipientResult?[recipients.Count];

    /// <summary>Indices without a result yet.</summary>
    public IEnumerable<int> Open => Enumerable.Range(0, _results.Length).Where(i => _results[i] is null);

    public bool HasOpen => _results.Contains(null);

    /// <exception cref="SessionLostException">3xx, where only success or failure makes sense.</exception>
    public void Settle(int index, SmtpReply reply) => Settle(index, OutcomeOf(reply), reply, null);

    public void Settle(int index, DeliveryOutcome outcome, SmtpReply? reply, string? error) =>
        _results[index] ??= new RecipientResult(recipients[index], outcome, reply, error);

    public void SettleOpen(SmtpReply reply) => SettleOpen(OutcomeOf(reply), reply, null);

    public void SettleOpen(DeliveryOutcome outcome, SmtpReply? reply, string? error)
    {
        for (int i = 0; i < _results.Length; i++) Settle(i, outcome, reply, error);
    }

    public IReadOnlyList<RecipientResult> ToList() =>
        Array.ConvertAll(_results, static result => result ?? throw new InvalidOperationException("A recipient was left without an outcome."));

    private static DeliveryOutcome OutcomeOf(SmtpReply reply) => reply.Code switch
    {
        < 300 => DeliveryOutcome.Accepted,
        < 400 => throw new SessionLostException($"the next hop answered with an unexpected {reply}"),
        < 500 => DeliveryOutcome.TransientFailure,
        _ => DeliveryOutcome.PermanentFailure,
    };
}
