using Recorder.Smtp;
using Recorder.Smtp.Client;
using Recorder.Tests.Smtp.Client.Peers;

namespace Recorder.Tests.Smtp.Client;

/// <summary>Sends one message to a scripted peer and holds the peer to its script.</summary>
internal static class Dialogue
{
    public static async Task<(DeliveryReport Report, ScriptedPeer Peer)> PlayAsync(
        string script, OutgoingMessage? message = null, NextHopEndpoint? endpoint = null,
        Func<CancellationToken, ValueTask>? beforeData = null, int sliceBytes = int.MaxValue)
    {
        var peer = new ScriptedPeer(script, sliceBytes);
        var pool = new NextHopPool(endpoint ?? Samples.Smtp, Samples.Options, TimeProvider.System, _ => ValueTask.FromResult(peer.Connect()));
        var report = await pool.SendAsync(message ?? Samples.Message(), beforeData, CancellationToken.None);
        await pool.DisposeAsync();
        await peer.Finished;
        return (report, peer);
    }

    public static async Task<RecipientResult> PlayOneAsync(string script, OutgoingMessage? message = null, NextHopEndpoint? endpoint = null) =>
        Assert.Single((await PlayAsync(script, message, endpoint)).Report.Recipients);
}
