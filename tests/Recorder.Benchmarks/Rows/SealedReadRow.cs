using System.Diagnostics;
using Recorder.Archive;
using Recorder.Benchmarks.Compare;
using Recorder.Benchmarks.Load;

namespace Recorder.Benchmarks.Rows;

/// <summary>Reading one message, id to last byte, digest checked, from segments that were opened but whose blocks are not in our cache.</summary>
internal sealed class SealedReadRow : IRow
{
    public string Name => "read";

    public int Order => 100;

    public IReadOnlyList<DebianProgram> Needs => [];

    public async Task<IReadOnlyList<Figure>> RunAsync(RowContext context, CancellationToken cancel)
    {
        var (mails, source) = FilledArchive.Mails();
        var folder = context.SubFolder("archive");
        var ids = new List<(RecordId Id, byte[] Bytes)>();
        await using (var archive = await FilledArchive.OpenAsync(folder, cancel))
        {
            await FilledArchive.AppendAsync(archive, FilledArchive.Mixed(mails, context.Pick(24, 8)), (id, bytes) => ids.Add((id, bytes)), cancel);
            await archive.SealAsync(cancel);
        }

        List<double> percentiles = [];
        var medians = new List<double>();
        await using (var warm = await FilledArchive.OpenAsync(folder, cancel)) await ReadAsync(warm, ids, 1, cancel);
        for (var round = 1; round <= context.Rounds; round++)
        {
            await using var archive = await FilledArchive.OpenAsync(folder, cancel);
            var times = await ReadAsync(archive, ids, round, cancel);
            percentiles.Add(Number.Percentile(times, 99));
            medians.Add(Number.Percentile(times, 50));
            context.Say($"round {round} of {context.Rounds}: p50 {Number.Text(medians[^1])} ms, p99 {Number.Text(percentiles[^1])} ms");
        }

        return
        [
            new Figure("reading one message from a sealed segment, p99", "-", "ms", [], percentiles, Target.Plain(4, 1.5),
                $"{ids.Count} messages ({source}), 2,000 of them at random a round, files in the page cache; p50 {Number.Text(Number.Median(medians))} ms"),
        ];
    }

    private static async Task<List<double>> ReadAsync(MailArchive archive, List<(RecordId Id, byte[] Bytes)> ids, int seed, CancellationToken cancel)
    {
        var random = new Random(seed);
        var times = new List<double>();
        for (var read = 0; read < 2_000; read++)
        {
            var (id, bytes) = ids[random.Next(ids.Count)];
            var copy = new MemoryStream(bytes.Length);
            var start = Stopwatch.GetTimestamp();
            await using (var content = await archive.OpenContentAsync(id, cancel)) await content.CopyToAsync(copy, cancel);
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            Assert.True(copy.GetBuffer().AsSpan(0, (int)copy.Length).SequenceEqual(bytes), $"{id} came back changed");
        }

        times.Sort();
        return times;
    }
}
