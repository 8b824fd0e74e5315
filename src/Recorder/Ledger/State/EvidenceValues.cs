namespace Recorder.Ledger.State;

/// <summary>What proves the archive: key, newest head, newest time stamp, newest reading of everything.</summary>
internal static class EvidenceValues
{
    public static void Apply(LedgerEvent fact, StateEditor state)
    {
        switch (fact)
        {
            case SigningKeyMade made:
                var turns = state.Get<SigningKeyState>(EvidenceKeys.SigningKey)?.Turns ?? [];
                state.Set(EvidenceKeys.SigningKey, new SigningKeyState(
                    made.KeyId, made.PublicKey, made.MarkedFrom, made.At, [.. turns, new KeyTurn(made.KeyId, made.Again ?? made.MarkedFrom, made.At)]));
                break;
            case HeadSigned signed:
                state.Set(EvidenceKeys.Head, new HeadState(signed.Number, signed.KeyId, signed.Sha256, signed.Through, signed.Roots, signed.At));
                break;
            case HeadStamped stamped:
                state.Set(EvidenceKeys.Stamp, new HeadStampState(stamped.Number, stamped.Authority, stamped.StampedAt));
                break;
            case ArchiveChecked done:
                state.Set(EvidenceKeys.Check, new ArchiveCheckState(done.StartedAt, done.At, done.Segments, done.Records, done.Bytes, done.Findings, done.Problems));
                break;
        }
    }
}
