using System.Buffers;

namespace Recorder.Smtp.Client;

/// <summary>DATA (RFC 5321 §4.1.1.4), dot-stuffed, in blocks of constant memory.</summary>
internal sealed class DataSender(NextHopSession session) : IContentSender
{
    private const int BlockBytes = 64 * 1024;

    private readonly DotStuffer _stuffer = new();

    public bool FinalBegun { get; private set; }

    public async Task<SmtpReply?> SendAsync(OutgoingBytes bytes, Deadline deadline)
    {
        var reply = await session.AskAsync("DATA", deadline, session.Options.DataStartTimeout).ConfigureAwait(false);
        if (reply.Code < 400 && reply.Code != 354) throw new SessionLostException($"the next hop answered DATA with {reply}");
        if (reply.Code != 354) return reply;
        session.Wire.RequireInStep();

        byte[] block = ArrayPool<byte>.Shared.Rent(BlockBytes);
        byte[] stuffed = ArrayPool<byte>.Shared.Rent(DotStuffer.MaxStuffedBytes(block.Length) + DotStuffer.MaxFinishBytes);
        try
        {
            await SendBlocksAsync(bytes, block, stuffed, deadline).ConfigureAwait(false);
            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(stuffed);
            ArrayPool<byte>.Shared.Return(block);
        }
    }

    private async Task SendBlocksAsync(OutgoingBytes bytes, byte[] block, byte[] stuffed, Deadline deadline)
    {
        while (!FinalBegun)
        {
            int read = await bytes.FillAsync(block, deadline.Caller).ConfigureAwait(false);
            int length = _stuffer.Stuff(block.AsSpan(0, read), stuffed);
            if (bytes.RemainingBytes == 0)
            {
                length += _stuffer.Finish(stuffed.AsSpan(length));
                FinalBegun = true;
            }
            await session.Wire.SendAsync(stuffed.AsMemory(0, length), deadline, session.Options.DataBlockTimeout).ConfigureAwait(false);
        }
    }
}
