using System.Text.Json;
using Recorder.Intake;
using Recorder.Ledger;

namespace Recorder.Fuzz.Targets;

/// <summary>An event or a record header. It is read or passed over, and what was read is written and read again alike.</summary>
public sealed class LedgerTarget : FuzzTarget
{
    public override IEnumerable<byte[]> Seeds() =>
        ((string[])
        [
            """{"type":"session.started","sessionHash":"h","address":"a@b.test","channel":"web","expiresAt":"2026-01-01T00:00:00Z","actor":{"kind":"user","name":"a@b.test","source":"::1"},"at":"2026-01-01T00:00:00Z"}""",
            """{"type":"message.relayed","recordId":"019ceb6a-9000-7123-8abc-0123456789ab","outcomes":[{"recipient":"a@b.test","mailbox":"a@b.test","outcome":"accepted","nextHop":"h","reply":"250 ok"}],"actor":{"kind":"system","name":"x"},"at":"2026-01-01T00:00:00Z"}""",
            """{"type":"dispatch.requested","recordId":"x","kind":"resend","round":1,"mailbox":"a@b.test","recipient":"a@b.test","actor":{"kind":"user","name":"a"},"at":"2026-01-01T00:00:00+08:00"}""",
            """{"type":"account.set","account":{"address":"a@b.test"},"actor":{"kind":"cli","name":"a"},"at":"2026-01-01T00:00:00Z"}""",
            """{"reversePath":"a@a.test","recipients":[{"address":"b@b.test","owners":["b@b.test"],"disposition":"deliver"}],"parameters":{"body":"sevenBit"},"receivedAt":"2026-01-01T00:00:00Z","listener":"l","mode":"relay","peerAddress":"::1","helo":"h","withProtocol":"ESMTP","shape":{"sizeBytes":1,"hasBareCr":false,"hasBareLf":false,"hasNul":false,"hasEightBit":false,"maxLineBytes":1}}""",
            "{\"type\":\"message.viewed\"}", "[]", "null", "{\"type\":\"later.kind\"}",
        ]).Select(Bytes);

    public override void Run(byte[] input)
    {
        if (LedgerJson.Decode(input) is { } fact)
        {
            var json = LedgerJson.Encode(fact);
            var again = LedgerJson.Decode(json);
            Oracle.Holds(again is not null && LedgerJson.Encode(again).AsSpan().SequenceEqual(json), "an event is not read back alike");
        }
        try
        {
            var json = RecordedMail.Decode(input).Encode();
            Oracle.Holds(RecordedMail.Decode(json).Encode().AsSpan().SequenceEqual(json), "a header is not read back alike");
        }
        catch (JsonException) { }
    }
}
