using System.Security.Cryptography;
using System.Text;
using Recorder.Delivery.Trace;
using Recorder.Intake;

namespace Recorder.Fuzz.Targets;

/// <summary>
/// Our own trace field in a header that anybody may have written. Nothing passes for valid but what was signed for this
/// recipient over the bytes behind it; a field that we wrote is found and valid wherever it stands in a header.
/// </summary>
public sealed class TraceTarget : FuzzTarget
{
    private const string Id = "019ceb6a-9000-7123-8abc-0123456789ab";
    private static readonly TraceSigner Signer = new([.. Enumerable.Range(0, 32).Select(i => (byte)i)]);

    public override IEnumerable<byte[]> Seeds() =>
        ((string[])
        [
            $"Received: x\r\nX-Recorder-Trace: id={Id};\r\n\tact=relay; hop=1;\r\n\tmac=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\nSubject: y\r\n\r\nbody",
            $"x-recorder-trace:id={Id}; act=resend.12; hop=99\r\n\r\n", "X-Recorder-Trace : \r\n\tid=\r\n \r\n\r\n", "A: b\nX-Recorder-Trace: x\n\n",
        ]).Select(Bytes);

    public override void Run(byte[] input)
    {
        foreach (var found in HeaderReader.Glance(input).Traces)
        {
            Oracle.Holds(found.EndOffset > 0 && found.EndOffset <= input.Length, "end of the field");
            if (TraceField.Parse(found.Value) is not { } field) continue;
            Oracle.Holds(!Signer.IsValid(field, "a@b.test", SHA256.HashData(input.AsSpan(found.EndOffset))), "forged");
            Oracle.Holds(field.Hop is >= 0 and <= 999, "hop");
            Oracle.Same(field, TraceField.Parse(field.ToString().Replace(TraceField.Name + ":", "", StringComparison.Ordinal).Trim()), "written and read again");
        }
        CheckOwn(input);
    }

    private static void CheckOwn(byte[] rest)
    {
        var field = Signer.Sign(Id, "a@b.test", "relay", 1, SHA256.HashData(rest));
        byte[] message = [.. Encoding.ASCII.GetBytes("Received: by x;\r\n\tdate\r\n" + field), .. rest];
        // A continuation line right behind the field would be part of it; a message that begins so has no header.
        if (rest.Length > 0 && rest[0] is (byte)' ' or (byte)'\t') return;
        var found = HeaderReader.Glance(message).Traces;
        Oracle.Holds(found.Count > 0 && found[0].EndOffset == message.Length - rest.Length, "our own field is not found");
        Oracle.Holds(Signer.IsValid(TraceField.Parse(found[0].Value)!, "a@b.test", SHA256.HashData(rest)), "our own field is not valid");
    }
}
