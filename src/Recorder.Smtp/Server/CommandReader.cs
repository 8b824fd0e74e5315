using System.Buffers;

namespace Recorder.Smtp.Server;

/// <summary>Reads one command line at a time; an over-long one is dropped while it arrives.</summary>
internal sealed class CommandReader(Wire wire, SmtpServerOptions options)
{
    private readonly Pace pace = new(wire, options.CommandsTimeout);

    /// <summary>A message is complete: the peer is here for what sessions are for.</summary>
    public void Restart() => pace.Restart();

    /// <exception cref="SessionEndedException">The peer closed, or one of the reasons of <see cref="Wire.ReadAsync"/>.</exception>
    public async ValueTask<CommandLine> ReadAsync(bool interruptible)
    {
        var deadline = pace.Next(options.CommandTimeout);
        var tooLong = false;
        while (true)
        {
            var result = await wire.ReadAsync(deadline, interruptible).ConfigureAwait(false);
            var buffer = result.Buffer;
            if (buffer.PositionOf((byte)'\n') is { } end)
            {
                var line = buffer.Slice(0, end);
                tooLong |= line.Length >= options.MaxCommandLineBytes;
                var command = tooLong ? CommandLine.Refused(Replies.LineTooLong) : CommandLine.Decode(line);
                wire.AdvanceTo(buffer.GetPosition(1, end));
                pace.Waited(deadline);
                return command;
            }
            if (result.IsCompleted) throw new SessionEndedException(SmtpSessionEnd.PeerClosed);
            tooLong |= buffer.Length >= options.MaxCommandLineBytes;
            wire.AdvanceTo(tooLong ? buffer.End : buffer.Start, buffer.End);
        }
    }
}
