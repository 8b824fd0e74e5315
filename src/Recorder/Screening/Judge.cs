using Recorder.Flow;
using Recorder.Ledger;
using Recorder.Smtp;

namespace Recorder.Screening;

/// <summary>What the judge may know: no clock, no state, no network.</summary>
/// <param name="NextHopTakesBareLineEnds">The recipient's next hop offers CHUNKING (RFC 3030), so BDAT can carry any byte.</param>
public sealed record CaseFacts(IntakeMode Mode, WireShape Shape, bool NextHopTakesBareLineEnds);

/// <summary>Decides what becomes of one recipient's copy at first sight. Each recipient is judged alone.</summary>
public static class Judge
{
    /// <returns>One of <see cref="Dispositions"/>.</returns>
    public static string Decide(CaseFacts facts) => facts switch
    {
        { Mode: IntakeMode.Journal } => Dispositions.Journal,
        // RFC 5321 §2.3.8 forbids a bare CR or LF on the wire: under DATA the next hop would change or refuse the bytes.
        { Shape: { HasBareCr: true } or { HasBareLf: true }, NextHopTakesBareLineEnds: false } => Dispositions.HeldBareLineEnds,
        _ => Dispositions.Deliver,
    };
}
