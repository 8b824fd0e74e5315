using System.Globalization;
using System.Text;
using Recorder.Benchmarks.Compare;
using Recorder.Benchmarks.Load;
using Recorder.SystemTests.Peers;

namespace Recorder.Benchmarks.Rows;

/// <summary>The most memory the process ever had resident (proc(5), VmHWM), its code included, until everything is findable.</summary>
internal sealed class PeakMemoryRow : IRow
{
    private const int Messages = 20, MessageBytes = 50_000_000;

    public string Name => "memory";

    public int Order => 110;

    public IReadOnlyList<DebianProgram> Needs => [DebianProgram.Postfix];

    public async Task<IReadOnlyList<Figure>> RunAsync(RowContext context, CancellationToken cancel)
    {
        List<double> peaks = [];
        List<string> notes = [];
        var (text, attachment) = (Body(Text), Body(Attachment));
        foreach (var (name, body) in new[] { ("text", text), ("attachments", attachment) })
        {
            await using var journal = Sides.Journal(context.SubFolder($"journal-{name}"));
            peaks.Add(await PeakAsync(journal, body, cancel));
            notes.Add($"journal, {name}: {Number.Text(peaks[^1])}");
            context.Say(notes[^1]);
            await using var sink = await SmtpSink.StartAsync();
            await using var relay = Sides.Relay(context.SubFolder($"relay-{name}"), sink.Port);
            peaks.Add(await PeakAsync(relay, body, cancel));
            notes.Add($"relay, {name}: {Number.Text(peaks[^1])}");
            context.Say(notes[^1]);
        }

        return
        [
            new Figure("peak memory, 20 connections each sending 50 MB at once", "-", "MB", [], [peaks.Max()], Target.Plain(500, 300),
                $"the highest of four runs ({string.Join("; ", notes)})"),
        ];
    }

    private static async Task<double> PeakAsync(RecorderProcess recorder, byte[] body, CancellationToken cancel)
    {
        await recorder.StartAsync();
        await Task.WhenAll(Enumerable.Range(0, Messages).Select(number => SendAsync(recorder.SmtpPort, number, body, cancel)));
        using var meters = new Meters(recorder);
        await meters.UntilIndexedAsync(cancel);
        var line = File.ReadLines($"/proc/{recorder.Id}/status").First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        var peak = double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
        await recorder.StopAsync();
        return peak;
    }

    // The same bytes from each, so that the sender's memory does not matter: each session has an envelope of its own.
    private static async Task SendAsync(int port, int number, byte[] body, CancellationToken cancel)
    {
        using var session = await RawSession.OpenAsync(port, cancel);
        await session.SendAsync(new LoadMail($"a{number}@load.example", [$"u{number}@example.edu"], body), cancel);
        await session.QuitAsync(cancel);
    }

    private static byte[] Body(Action<Random, StringBuilder> line)
    {
        var random = new Random(5);
        var piece = new StringBuilder();
        while (piece.Length < 1 << 20) line(random, piece);
        var head = Encoding.ASCII.GetBytes(line == Attachment
            ? "Subject: large\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nattached\r\n--b\r\nContent-Type: application/zip; name=a.zip\r\nContent-Transfer-Encoding: base64\r\n\r\n"
            : "Subject: large\r\n\r\n");
        var lines = Encoding.ASCII.GetBytes(piece.ToString());
        var wire = new MemoryStream(MessageBytes + lines.Length);
        wire.Write(head);
        while (wire.Length < MessageBytes - lines.Length) wire.Write(lines);
        wire.Write(line == Attachment ? "--b--\r\n"u8 : default);
        return wire.ToArray();
    }

    private static void Text(Random random, StringBuilder into)
    {
        for (var word = 0; word < 10; word++)
        {
            for (var letters = random.Next(3, 10); letters > 0; letters--) into.Append((char)('a' + random.Next(26)));
            into.Append(word == 9 ? "\r\n" : " ");
        }
    }

    private static void Attachment(Random random, StringBuilder into)
    {
        Span<byte> bytes = stackalloc byte[57];
        random.NextBytes(bytes);
        into.Append(Convert.ToBase64String(bytes)).Append("\r\n");
    }
}
