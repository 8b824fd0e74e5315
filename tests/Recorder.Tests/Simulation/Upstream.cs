using System.Text;
using System.Text.RegularExpressions;

namespace Recorder.Tests.Simulation;

/// <summary>How an upstream ends a transaction.</summary>
internal enum Manner
{
    /// <summary>Leaves the session open for the next mail.</summary>
    Keep,
    Quit,

    /// <summary>Closes after the replies, without QUIT.</summary>
    Close,

    /// <summary>QUIT right behind the final dot.</summary>
    PipelinedQuit,

    /// <summary>Breaks off in the middle of the message.</summary>
    VanishInData,

    /// <summary>Breaks off behind the final dot, without a look at the replies.</summary>
    VanishAfterDot,
    ResetAfterReplies,

    /// <summary>Closes its writing side behind the final dot, and reads on.</summary>
    HalfClose,

    /// <summary>Falls silent in the middle of the message.</summary>
    StallInData,
}

/// <summary>An upstream's side of one connection to the product.</summary>
internal sealed partial class Upstream(World world, Link link, string door, Chance chance)
{
    private readonly List<(Mailing Mailing, string Recipient)> answered = [];
    private bool chunking;

    public string Door => door;

    /// <summary>Greeting and EHLO; false when the session cannot be used.</summary>
    public async Task<bool> OpenAsync() =>
        await ReadAsync() is { Code: 220 } && await AskAsync(door == Doors.Smtp ? "EHLO up" : "LHLO up") is { Code: 250 };

    /// <returns>true when the session is still good for another mail.</returns>
    public async Task<bool> SendAsync(Mailing mailing, Manner manner)
    {
        world.Model.TryBegins(mailing, mailing.Owed);
        var recipients = await EnvelopeAsync(mailing);
        if (recipients.Count == 0) return await AskAsync("RSET") is { Code: 250 };
        return await (chunking && chance.Is(40) ? ChunksAsync(mailing, recipients, manner) : DataAsync(mailing, recipients, manner));
    }

    public void Reset()
    {
        link.Client.Reset();
        world.Network.Closed(link);
    }

    private async Task<List<string>> EnvelopeAsync(Mailing mailing)
    {
        List<string> owed = [.. mailing.To.Where(mailing.Owed.Contains)], accepted = [];
        if (await AskAsync($"MAIL FROM:<{mailing.From}>{(chance.Is(30) ? $" SIZE={mailing.Letter.Bytes.Length}" : "")}") is not { Code: 250 }) return [];
        if (chance.Is(50))
        {
            Prove();
            await link.Client.SayAsync(string.Concat(owed.Select(Rcpt)));
            foreach (var recipient in owed)
                if (await ReadAsync() is { Code: 250 }) accepted.Add(recipient);
            return accepted;
        }
        foreach (var recipient in owed)
            if (await AskAsync(Rcpt(recipient).TrimEnd()) is { Code: 250 }) accepted.Add(recipient);
        return accepted;
    }

    private string Rcpt(string recipient) => $"RCPT TO:<{(door == Doors.Journal ? recipient.Replace('@', '#') + "@journal.invalid" : recipient)}>\r\n";

    private async Task<bool> DataAsync(Mailing mailing, List<string> recipients, Manner manner)
    {
        if (await AskAsync("DATA") is not { Code: 354 }) return false;
        var wire = Stuff(mailing.Letter.Bytes);
        return await ContentAsync(mailing, recipients, manner, wire, manner == Manner.PipelinedQuit ? ".\r\nQUIT\r\n" : ".\r\n");
    }

    private async Task<bool> ChunksAsync(Mailing mailing, List<string> recipients, Manner manner)
    {
        var bytes = mailing.Letter.Bytes;
        var first = chance.Is(50) ? chance.Below(bytes.Length) : 0;
        if (first > 0)
        {
            await link.Client.SayAsync((byte[])[.. Encoding.ASCII.GetBytes($"BDAT {first}\r\n"), .. bytes[..first]]);
            if (await ReadAsync() is not { Code: 250 }) return false;
        }
        await link.Client.SayAsync($"BDAT {bytes.Length - first} LAST\r\n");
        return await ContentAsync(mailing, recipients, manner, bytes[first..], manner == Manner.PipelinedQuit ? "QUIT\r\n" : "");
    }

    private async Task<bool> ContentAsync(Mailing mailing, List<string> recipients, Manner manner, byte[] wire, string end)
    {
        if (manner is Manner.VanishInData or Manner.StallInData) return await BreakOffAsync(manner, wire.AsMemory(0, chance.Below(Math.Max(1, wire.Length))));
        var cut = chance.Is(30) ? chance.Below(Math.Max(1, wire.Length)) : 0;
        if (cut > 0) await link.Client.SayAsync(wire.AsMemory(0, cut));
        world.Model.WholeLeaves(mailing, recipients);
        // An end that comes behind our reply is a close like any other; this one must be there before.
        if (manner == Manner.HalfClose) link.Client.SayLast(wire.AsSpan(cut));
        else await link.Client.SayAsync((byte[])[.. wire.AsSpan(cut), .. Encoding.ASCII.GetBytes(end)]);
        if (manner == Manner.VanishAfterDot)
        {
            Reset();
            return false;
        }
        return await RepliesAsync(mailing, recipients, manner);
    }

    private async Task<bool> BreakOffAsync(Manner manner, ReadOnlyMemory<byte> part)
    {
        await link.Client.SayAsync(part);
        if (manner == Manner.StallInData) await world.Network.StallAsync(link.Client);
        Reset();
        return false;
    }

    private async Task<bool> RepliesAsync(Mailing mailing, List<string> recipients, Manner manner)
    {
        for (var i = 0; i < (door == Doors.Smtp ? 1 : recipients.Count); i++)
        {
            if (await ReadAsync() is not { } reply) return false;
            foreach (var recipient in door == Doors.Smtp ? recipients : [recipients[i]]) Take(mailing, recipient, reply, !recipients.Any(Addresses.IsOurs));
        }
        return await LeaveAsync(manner);
    }

    private void Take(Mailing mailing, string recipient, Reply reply, bool isForeign)
    {
        world.Story.Tell($"mailing {mailing.Number} {recipient}: {reply.Text[..Math.Min(60, reply.Text.Length)]}");
        world.Judge(reply);
        if (reply.Code is >= 200 and < 300)
        {
            world.Model.Acknowledge(mailing, recipient, IdIn().Match(reply.Text) is { Success: true } found ? found.Groups["id"].Value : null, isForeign);
            answered.Add((mailing, recipient));
        }
        else if (reply.Code >= 500) world.Model.RefusedForGood(mailing, recipient, reply.Text);
    }

    private async Task<bool> LeaveAsync(Manner manner)
    {
        switch (manner)
        {
            case Manner.Keep:
                return true;
            case Manner.ResetAfterReplies or Manner.HalfClose:
                Reset();
                return false;
            case Manner.Quit:
                await AskAsync("QUIT");
                break;
            default:
                Prove();
                break;
        }
        link.Client.CloseWriting();
        while (await link.Client.Lines.ReadRawLineAsync() is not null) { }
        world.Network.Closed(link);
        return false;
    }

    // What follows proves that the replies were read.
    private void Prove()
    {
        foreach (var (mailing, recipient) in answered) world.Model.MayConfirm(mailing, [recipient]);
        answered.Clear();
    }

    private async Task<Reply?> AskAsync(string command)
    {
        Prove();
        await link.Client.SayAsync(command + "\r\n");
        return await ReadAsync();
    }

    private async Task<Reply?> ReadAsync()
    {
        while (await link.Client.Lines.ReadLineAsync() is { } line)
        {
            if (line.Length < 4) return null;
            if (line[3..] == "-CHUNKING" || line[3..] == " CHUNKING") chunking = true;
            if (line[3] == '-') continue;
            var reply = new Reply(int.Parse(line[..3]), line);
            if (reply.Code >= 400) world.Judge(reply);
            return reply;
        }
        return null;
    }

    private static byte[] Stuff(byte[] bytes)
    {
        var text = Encoding.Latin1.GetString(bytes).Replace("\r\n.", "\r\n..");
        return Encoding.Latin1.GetBytes(text.StartsWith('.') ? "." + text : text);
    }

    [GeneratedRegex(@"^\d{3} [\d.]+ (?<id>[0-9a-f]{8}-[0-9a-f-]{27}) recorded")]
    private static partial Regex IdIn();
}

internal sealed record Reply(int Code, string Text);
