using System.Text;

namespace Recorder.Tests.Simulation;

/// <summary>How a next hop behaves for a while. Percentages, of connections, recipients or messages.</summary>
internal sealed record Weather
{
    public static readonly Weather Good = new();

    public double Refuse { get; init; }
    public double NeverGreet { get; init; }
    public double Busy { get; init; }
    public double SlowSeconds { get; init; }
    public double RecipientTransient { get; init; }
    public double RecipientPermanent { get; init; }
    public double RecipientTooMany { get; init; }
    public double DieBeforeData { get; init; }
    public double DieInData { get; init; }
    public double TakeAndDie { get; init; }
    public double DropAndDie { get; init; }
    public double TakeAndStall { get; init; }
    public double DotTransient { get; init; }
    public double DotPermanent { get; init; }
    public double DieAfterReply { get; init; }
    public bool Chunking { get; init; } = true;

    /// <summary>What differs from good weather.</summary>
    public override string ToString() => string.Join(' ', typeof(Weather).GetProperties()
        .Where(one => one.GetMethod is { IsStatic: false } && one.PropertyType != typeof(Type) && !Equals(one.GetValue(this), one.GetValue(Good)))
        .Select(one => $"{one.Name}={one.GetValue(this)}").DefaultIfEmpty("good"));

    public static Weather Draw(Chance chance) => chance.Weighted<Weather>(
        (10, Good),
        (2, new Weather { Chunking = false }),
        (2, new Weather { Refuse = 100 }),
        (1, new Weather { Refuse = 50, Busy = 20, RecipientTransient = 20 }),
        (1, new Weather { NeverGreet = 100 }),
        (2, new Weather { RecipientTransient = 30, RecipientPermanent = 15, RecipientTooMany = 15 }),
        (2, new Weather { DotTransient = 40, DotPermanent = 15, Chunking = chance.Is(50) }),
        (3, new Weather { DieBeforeData = 20, DieInData = 20, TakeAndDie = 30, DropAndDie = 20, DieAfterReply = 20, Chunking = chance.Is(50) }),
        (1, new Weather { SlowSeconds = 100, TakeAndStall = 30 }),
        (1, new Weather { SlowSeconds = 10, DieAfterReply = 50, RecipientTransient = 10, TakeAndDie = 10 }));
}

/// <summary>A next hop that stores what it takes in the model, and does to connections whatever the weather says.</summary>
internal sealed class NextHop(string name, bool isLmtp, Network network)
{
    private Chance chance = new(0);

    public string Name => name;
    public bool IsLmtp => isLmtp;
    private Network Network => network;
    public Weather Weather { get; set; } = Weather.Good;

    public void StepBegins(Chance own) => chance = own;

    /// <param name="life">The life of the product that connects.</param>
    public ValueTask<Stream> ConnectAsync(int life)
    {
        if (chance.Is(Weather.Refuse)) throw new IOException("connection refused (injected)");
        var link = network.Open(life);
        _ = ServeAsync(link, life);
        return ValueTask.FromResult(link.Client.Stream);
    }

    private async Task ServeAsync(Link link, int life)
    {
        try
        {
            await new Conversation(this, link.Server, life).RunAsync();
        }
        catch (Exception bug)
        {
            network.Bug(bug);
        }
        link.Server.Close();
        network.Closed(link);
    }

    private sealed class Conversation(NextHop hop, Link.Side peer, int life)
    {
        private readonly List<string> recipients = [];
        private readonly MemoryStream chunks = new();
        private string from = "";
        private bool chunking;

        private Weather Weather => hop.Weather;

        public async Task RunAsync()
        {
            if (hop.chance.Is(Weather.NeverGreet)) await StallAsync();
            else if (hop.chance.Is(Weather.Busy)) await SayAsync("421 4.3.2 too busy");
            else if (await SayAsync("220 hop"))
            {
                while (await peer.Lines.ReadLineAsync() is { } line && await AnswerAsync(line)) { }
            }
        }

        private async Task<bool> AnswerAsync(string line)
        {
            await SlowAsync();
            switch (line.Split(' ')[0].ToUpperInvariant())
            {
                case "EHLO" or "LHLO": return await GreetAsync();
                case "MAIL": return await MailAsync(line);
                case "RCPT": return await RecipientAsync(line);
                case "DATA": return await DataAsync();
                case "BDAT": return await ChunkAsync(line.Split(' '));
                case "QUIT": await SayAsync("221 2.0.0 bye"); return false;
                case "RSET": Forget(); return await SayAsync("250 2.0.0 forgotten");
                default: return await SayAsync("250 2.0.0 ok");
            }
        }

        private Task<bool> GreetAsync()
        {
            chunking = Weather.Chunking;
            string[] extensions = ["250-hop", "250-PIPELINING", "250-8BITMIME", "250-SMTPUTF8", "250-DSN", .. chunking ? ["250-CHUNKING"] : Array.Empty<string>(), "250 ENHANCEDSTATUSCODES"];
            return SayAsync(string.Join("\r\n", extensions));
        }

        private Task<bool> MailAsync(string line)
        {
            Forget();
            from = Path(line);
            return SayAsync("250 2.1.0 ok");
        }

        private Task<bool> RecipientAsync(string line)
        {
            var recipient = Path(line);
            if (hop.chance.Is(Weather.RecipientTransient)) return SayAsync("450 4.2.1 mailbox busy");
            if (hop.chance.Is(Weather.RecipientPermanent)) return RefuseAsync(recipient, "550 5.1.1 no such user");
            if (hop.chance.Is(Weather.RecipientTooMany)) return SayAsync("452 4.5.3 too many recipients");
            recipients.Add(recipient);
            return SayAsync("250 2.1.5 ok");
        }

        private async Task<bool> DataAsync()
        {
            if (recipients.Count == 0) return await SayAsync("503 5.5.1 no recipients");
            if (hop.chance.Is(Weather.DieBeforeData) || !await SayAsync("354 go on") || hop.chance.Is(Weather.DieInData)) return false;
            var data = new MemoryStream();
            while (true)
            {
                if (await peer.Lines.ReadRawLineAsync() is not { } line) return false;
                if (line is [(byte)'.', (byte)'\r', (byte)'\n']) break;
                data.Write(line[0] == '.' ? line.AsSpan(1) : line);
            }
            return await FinishAsync(new HopMail(from, data.ToArray(), endMayBeAdded: true));
        }

        private async Task<bool> ChunkAsync(string[] words)
        {
            if (await peer.Lines.ReadBytesAsync(int.Parse(words[1])) is not { } chunk || hop.chance.Is(Weather.DieInData)) return false;
            chunks.Write(chunk);
            if (words is not [_, _, "LAST"]) return await SayAsync("250 2.0.0 chunk");
            if (recipients.Count == 0) return await SayAsync("503 5.5.1 no recipients");
            return await FinishAsync(new HopMail(from, chunks.ToArray(), endMayBeAdded: false));
        }

        private async Task<bool> FinishAsync(HopMail mail)
        {
            if (hop.chance.Is(Weather.DropAndDie)) return false;
            if (hop.chance.Is(Weather.TakeAndStall))
            {
                Take(mail, _ => false);
                await StallAsync();
                return false;
            }
            if (hop.chance.Is(Weather.TakeAndDie))
            {
                Take(mail, _ => false);
                return false;
            }
            List<(string Recipient, string Reply)> replies = hop.IsLmtp
                ? [.. recipients.Select(one => (one, Verdict(one)))]
                : Verdict(recipients[0]) is var verdict ? [.. recipients.Select(one => (one, verdict))] : [];
            if (!hop.IsLmtp && replies[0].Reply[0] == '5') recipients.ForEach(hop.Network.Model.HopRefusedForGood);
            Take(mail, recipient => true, replies);
            var said = await SayAsync(string.Join("\r\n", hop.IsLmtp ? replies.Select(one => one.Reply) : [replies[0].Reply]));
            Forget();
            return said && !hop.chance.Is(Weather.DieAfterReply);
        }

        private string Verdict(string recipient)
        {
            if (hop.chance.Is(Weather.DotTransient)) return "451 4.7.1 not now";
            if (!hop.chance.Is(Weather.DotPermanent)) return "250 2.0.0 kept";
            hop.Network.Model.HopRefusedForGood(recipient);
            return "554 5.7.1 not wanted";
        }

        private void Take(HopMail mail, Func<string, bool> told, List<(string Recipient, string Reply)>? replies = null)
        {
            var taken = (replies?.Where(one => one.Reply[0] == '2').Select(one => one.Recipient) ?? recipients).Select(one => (one, told(one))).ToList();
            if (taken.Count == 0) return;
            hop.Network.Story.Tell($"{hop.Name} takes {mail.Id?[..13] ?? mail.Bounce?.Id ?? "?"} {mail.Act} for {string.Join(' ', taken)}");
            hop.Network.Model.Took(mail, taken, life);
        }

        private Task<bool> RefuseAsync(string recipient, string reply)
        {
            hop.Network.Model.HopRefusedForGood(recipient);
            return SayAsync(reply);
        }

        private void Forget()
        {
            recipients.Clear();
            chunks.SetLength(0);
        }

        private Task SlowAsync() => Weather.SlowSeconds > 0 ? hop.Network.WaitAsync(TimeSpan.FromSeconds(hop.chance.Below((int)Weather.SlowSeconds))) : Task.CompletedTask;

        private Task StallAsync() => hop.Network.StallAsync(peer);

        private Task<bool> SayAsync(string text) => peer.SayAsync(text + "\r\n");

        private static string Path(string line) => line[(line.IndexOf('<') + 1)..line.IndexOf('>')];
    }
}
