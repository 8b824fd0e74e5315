using Recorder.Flow;
using Recorder.Ledger;

namespace Recorder.Screening.Sources;

/// <summary>What one source says of one message.</summary>
/// <param name="Category">null: no opinion of what it is; its proof of the sender still counts.</param>
/// <param name="Score">On the source's own scale.</param>
/// <param name="Threshold">From which score the source itself calls it spam.</param>
/// <param name="Symbols">The largest parts first.</param>
public sealed record SourceVerdict(
    MailCategory? Category, double? Score = null, double? Threshold = null, IReadOnlyList<ScreeningSymbol>? Symbols = null, SenderProof Proof = SenderProof.None);

/// <summary>Somebody who judges messages: a filter that is asked, or the fields that a trusted one left in the header.</summary>
public interface IVerdictSource
{
    /// <summary>As records and settings name it: gtube, rspamd, spamd, headers.</summary>
    string Name { get; }

    /// <returns>null when it has nothing to say of this message.</returns>
    /// <exception cref="VerdictUnavailableException">It could not be asked, or gave no usable answer.</exception>
    ValueTask<SourceVerdict?> AskAsync(ReceivedMessage message, CancellationToken cancel);
}

/// <summary>A source that is another program: it can be slow, busy or gone.</summary>
public interface IRemoteVerdictSource : IVerdictSource
{
    RemoteLimits Limits { get; }
}

/// <param name="Timeout">For one message, waiting for a free place included.</param>
/// <param name="MaxConcurrent">Messages at the same time.</param>
/// <param name="MaxWaiting">Messages that wait for a free place; one more is not taken.</param>
/// <param name="MaxBytes">A larger message is not sent.</param>
/// <param name="Break">How long it is left alone after it failed often.</param>
public sealed record RemoteLimits(TimeSpan Timeout, int MaxConcurrent, int MaxWaiting, long MaxBytes, TimeSpan Break);

/// <summary>A source that gives no verdict now. The message says why, in one line without secrets.</summary>
public sealed class VerdictUnavailableException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>It is there and refuses this one message.</summary>
    public bool IsRefusal { get; init; }

    /// <summary>The failure belongs to this message: others were answered.</summary>
    public bool IsOwn { get; init; }

    /// <summary>At how many tries of this message others were answered.</summary>
    public int OwnTries { get; init; }
}
