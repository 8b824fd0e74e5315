using System.Buffers;
using System.Globalization;
using System.Text;

namespace Recorder.Smtp.Client;

/// <summary>
/// BDAT (RFC 3030 §2): the bytes as they are, in counted chunks. The last chunk leaves only when all before it
/// were accepted, so that what is lost earlier is surely not delivered.
/// </summary>
internal sealed class BdatSender(NextHopSession session) : IContentSender
{
    /// <summary>The command stands in the same buffer before its chunk, so that both leave in one write.</summary>
    private const int CommandRoom = 64;
    private const int ChunkBytes = 512 * 1024 - CommandRoom;

    /// <summary>Chunks sent ahead of their replies where PIPELINING allows it (RFC 3030 §4.2).</summary>
    private const int MaxUnanswered = 4;

    private int _unanswered;

    public bool FinalBegun { get; private set; }

    public async Task<SmtpReply?> SendAsync(OutgoingBytes bytes, Deadline deadline)
    {
        int chunkBytes = (int)Math.Min(ChunkBytes, bytes.RemainingBytes);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(CommandRoom + chunkBytes);
        try
        {
            while (!FinalBegun)
            {
                int length = await bytes.FillAsync(buffer.AsMemory(CommandRoom, chunkBytes), deadline.Caller).ConfigureAwait(false);
                bool isLast = bytes.RemainingBytes == 0;
                if (isLast && await CollectAsync(keep: 0, deadline).ConfigureAwait(false) is { } refusal) return refusal;
                await SendChunkAsync(buffer, length, isLast, deadline).ConfigureAwait(false);
                int keep = session.Features.Announced.Pipelining ? MaxUnanswered : 0;
                if (!isLast && await CollectAsync(keep, deadline).ConfigureAwait(false) is { } early) return early;
            }
            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task SendChunkAsync(byte[] buffer, int length, bool isLast, Deadline deadline)
    {
        string command = string.Create(CultureInfo.InvariantCulture, $"BDAT {length}{(isLast ? " LAST" : "")}\r\n");
        int start = CommandRoom - command.Length;
        Encoding.ASCII.GetBytes(command, buffer.AsSpan(start));
        if (isLast) FinalBegun = true;
        else _unanswered++;
        await session.Wire.SendAsync(buffer.AsMemory(start, command.Length + length), deadline, session.Options.DataBlockTimeout).ConfigureAwait(false);
    }

    /// <summary>Reads replies to chunks until at most <paramref name="keep"/> are due.</summary>
    /// <returns>The first refusal, after the replies to everything sent were read: what was sent ahead is answered too.</returns>
    private async Task<SmtpReply?> CollectAsync(int keep, Deadline deadline)
    {
        SmtpReply? refusal = null;
        while (_unanswered > (refusal is null ? keep : 0))
        {
            var reply = await session.ReadAsync(deadline, session.Options.CommandTimeout).ConfigureAwait(false);
            _unanswered--;
            if (reply.Code is >= 300 and < 400) throw new SessionLostException($"the next hop answered BDAT with {reply}");
            if (!reply.IsPositive) refusal ??= reply;
        }
        return refusal;
    }
}
