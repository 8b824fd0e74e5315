using System.IO.Pipelines;

namespace Recorder.Smtp.Server;

/// <summary>Moves message data from the wire into a sink: to the final dot, or by the count.</summary>
internal sealed class DataReader(Wire wire, SmtpServerOptions options)
{
    private readonly SegmentChain text = new();
    private readonly Pace pace = new(wire, options.MinDataBytesPerSecond == 0 ? TimeSpan.MaxValue : options.SlowDataGrace, options.MinDataBytesPerSecond);

    /// <summary>Another message begins.</summary>
    public void Restart() => pace.Restart();

    /// <summary>What follows DATA (RFC 5321 §4.1.1.4).</summary>
    /// <exception cref="SessionEndedException">The connection ended within the data.</exception>
    public async ValueTask ReadToDotAsync(MessageSink sink, CancellationToken abort)
    {
        var dots = new DotReader();
        while (!dots.Ended)
        {
            var result = await ReadAsync().ConfigureAwait(false);
            var rest = result.Buffer;
            while (!rest.IsEmpty && !dots.Ended)
            {
                text.Clear();
                rest = dots.Read(rest, text);
                await sink.WriteAsync(text.Sequence, abort).ConfigureAwait(false);
            }
            pace.Took(result.Buffer.Length - rest.Length);
            wire.AdvanceTo(rest.Start);
            if (result.IsCompleted && !dots.Ended) throw new SessionEndedException(SmtpSessionEnd.PeerClosed);
        }
    }

    /// <summary>What follows BDAT (RFC 3030 §2): exactly so many bytes, whatever they are.</summary>
    /// <param name="sink">null drops them.</param>
    /// <exception cref="SessionEndedException">The connection ended within the data.</exception>
    public async ValueTask ReadChunkAsync(long sizeBytes, MessageSink? sink, CancellationToken abort)
    {
        var dropped = 0L;
        while (sizeBytes > 0)
        {
            var result = await ReadAsync().ConfigureAwait(false);
            var chunk = result.Buffer.Slice(0, Math.Min(sizeBytes, result.Buffer.Length));
            if (sink is not null) await sink.WriteAsync(chunk, abort).ConfigureAwait(false);
            else if ((dropped += chunk.Length) > options.MaxDroppedBytes) throw new SessionEndedException(SmtpSessionEnd.Flooded, Replies.Flooded);
            sizeBytes -= chunk.Length;
            pace.Took(chunk.Length);
            wire.AdvanceTo(chunk.End);
            if (result.IsCompleted && sizeBytes > 0) throw new SessionEndedException(SmtpSessionEnd.PeerClosed);
        }
    }

    private async ValueTask<ReadResult> ReadAsync()
    {
        var deadline = pace.Next(options.DataBlockTimeout);
        var result = await wire.ReadAsync(deadline, interruptible: false).ConfigureAwait(false);
        pace.Waited(deadline);
        return result;
    }
}
