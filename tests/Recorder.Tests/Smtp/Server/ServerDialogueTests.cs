using System.Net;
using Recorder.Smtp;

namespace Recorder.Tests.Smtp.Server;

/// <summary>Each script is played in step, then with all its input in one block, then cut at every byte, then byte by byte.</summary>
public class ServerDialogueTests
{
    public static TheoryData<string> SmtpScripts => [.. ServerScripts.Smtp.Keys];

    public static TheoryData<string> LmtpScripts => [.. ServerScripts.Lmtp.Keys];

    [Theory, MemberData(nameof(SmtpScripts))]
    public Task An_SMTP_dialogue_goes_by_its_script_however_the_input_is_cut(string name) =>
        PlayAllWaysAsync(ServerScripts.Smtp[name], lmtp: false);

    [Theory, MemberData(nameof(LmtpScripts))]
    public Task An_LMTP_dialogue_goes_by_its_script_however_the_input_is_cut(string name) =>
        PlayAllWaysAsync(ServerScripts.Lmtp[name], lmtp: true);

    private static async Task PlayAllWaysAsync(string text, bool lmtp)
    {
        var script = Script.Parse(text);
        var input = script.AllInput;

        var (inStep, _) = Start(lmtp);
        await script.PlayAsync(inStep);
        await inStep.FinishAsync();

        await PlayChoppedAsync(script, lmtp, input, []);
        await PlayChoppedAsync(script, lmtp, input, Enumerable.Range(1, input.Length));
        for (var cut = 1; cut < Math.Min(input.Length, 600); cut++) await PlayChoppedAsync(script, lmtp, input, [cut]);
    }

    private static async Task PlayChoppedAsync(Script script, bool lmtp, byte[] input, IEnumerable<int> cuts)
    {
        var (peer, _) = Start(lmtp);
        await peer.SendChoppedAsync(input, cuts);
        script.Check(await peer.FinishAsync());
        Assert.Empty(peer.Failures);
    }

    private static (TestPeer Peer, RecordingHandler Handler) Start(bool lmtp)
    {
        var handler = new RecordingHandler
        {
            PerRecipient = lmtp,
            Mail = (_, sender, _) => sender == "refused@a.test" ? new SmtpReply(550, "5.7.1", "not you") : null,
            Recipient = (_, one) => one.Address switch
            {
                "unknown@b.test" => new SmtpReply(550, "5.1.1", "no such user"),
                "later@b.test" => throw new SmtpRefusedException(new SmtpReply(451, "4.3.0", "later")),
                _ => null,
            },
        };
        var options = (lmtp ? TestPeer.Lmtp() : TestPeer.Smtp()) with { MaxRecipients = 3, MaxErrorsBeforeClose = 12 };
        return (new TestPeer(handler, options), handler);
    }
}
