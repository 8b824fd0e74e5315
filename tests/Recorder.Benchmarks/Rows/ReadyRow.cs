using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Recorder.Benchmarks.Compare;
using Recorder.Benchmarks.Load;
using Recorder.SystemTests.Peers;

namespace Recorder.Benchmarks.Rows;

/// <summary>
/// From the start of the process to the greeting of its SMTP port, after kill -9: with a thousand records, and with a million
/// (quick: 100,000) that are sealed. The index follows as far as it comes in two minutes; an unclean stop leaves it to be
/// checked, which mail must not wait for.
/// </summary>
internal sealed class ReadyRow : IRow
{
    private const int Few = 1_000;

    public string Name => "ready";

    public int Order => 120;

    public IReadOnlyList<DebianProgram> Needs => [];

    public async Task<IReadOnlyList<Figure>> RunAsync(RowContext context, CancellationToken cancel)
    {
        var many = context.Pick(1_000_000, 100_000);
        await using var small = await FillAsync(context, "few", Few, cancel);
        await using var large = await FillAsync(context, "many", many, cancel);
        List<double> few = [], full = [];
        for (var round = 1; round <= context.Rounds; round++)
        {
            few.Add(await ReadyAsync(small, cancel));
            full.Add(await ReadyAsync(large, cancel));
            context.Say($"round {round} of {context.Rounds}: {Number.Text(few[^1])} s with few, {Number.Text(full[^1])} s with many");
        }

        return
        [
            new Figure($"ready after kill -9, {many.ToString("N0", CultureInfo.InvariantCulture)} records", $"ours with {Few}", "s", few, full, Target.RatioAtMost(1.5, null),
                "independent of sealed records: the ratio must stay near 1"),
            new Figure("the same, alone", "-", "s", [], full, Target.Plain(null, 2), "process start to 220, run time start-up included"),
        ];
    }

    private static async Task<RecorderProcess> FillAsync(RowContext context, string name, int records, CancellationToken cancel)
    {
        var data = context.SubFolder(name);
        await using (var archive = await FilledArchive.OpenAsync(Path.Combine(data, "archive"), cancel))
        {
            await FilledArchive.AppendAsync(archive, Enumerable.Range(0, records).Select(Message), (_, _) => { }, cancel);
            await archive.SealAsync(cancel);
        }

        context.Say($"{records} records are sealed");
        var recorder = Sides.Journal(data);
        await recorder.StartAsync();
        using var meters = new Meters(recorder);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(TimeSpan.FromMinutes(2));
        try
        {
            await meters.UntilIndexedAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            context.Say("the index is not at the end; so be it");
        }

        await recorder.KillAsync();
        return recorder;
    }

    private static async Task<double> ReadyAsync(RecorderProcess recorder, CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        var starting = recorder.StartAsync();
        var greeting = await GreetingAsync(recorder.SmtpPort, starting, cancel);
        var seconds = clock.Elapsed.TotalSeconds;
        Assert.StartsWith("220 ", greeting);
        await starting;
        // A moment of ordinary life, so that the next start finds what a running process leaves.
        await Task.Delay(TimeSpan.FromSeconds(2), cancel);
        await recorder.KillAsync();
        return seconds;
    }

    private static async Task<string> GreetingAsync(int port, Task starting, CancellationToken cancel)
    {
        var buffer = new byte[512];
        while (true)
        {
            if (starting.IsFaulted) await starting;
            try
            {
                using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(IPAddress.Loopback, port, cancel);
                return Encoding.ASCII.GetString(buffer, 0, await socket.ReceiveAsync(buffer, cancel));
            }
            catch (SocketException)
            {
                await Task.Delay(5, cancel);
            }
        }
    }

    private static byte[] Message(int number)
    {
        var random = new Random(number);
        var text = new StringBuilder();
        for (var word = 0; word < 60; word++) text.Append(Word(random)).Append(word % 12 == 11 ? "\r\n" : " ");
        return Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture,
            $"Message-ID: <{number}@load.example>\r\nFrom: <p{number % 977}@example.org>\r\nTo: <u{number % 500}@example.edu>\r\nSubject: {Word(random)} {Word(random)} {number}\r\n\r\n{text}"));
    }

    private static string Word(Random random) => string.Concat(Enumerable.Range(0, random.Next(1, 5)).Select(_ => $"{"bcdfghjklmnprstvwz"[random.Next(18)]}{"aeiou"[random.Next(5)]}"));
}
