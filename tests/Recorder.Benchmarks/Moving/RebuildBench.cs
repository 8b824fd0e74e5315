using System.Diagnostics;
using Recorder.Benchmarks.Load;
using Recorder.SystemTests.Peers;

namespace Recorder.Benchmarks.Moving;

/// <summary>What it takes to make state and indexes anew from the log alone: the program itself, from its start to its end, on mail made or real.</summary>
internal sealed class RebuildBench(int messages, int times, Action<string> say)
{
    private readonly string folder = Directory.CreateTempSubdirectory("recorder-rebuild-").FullName;

    public async Task<int> RunAsync(CancellationToken cancel)
    {
        try
        {
            await InstalledRecorder.BringAsync(Path.Combine(folder, "program"));
            var bytes = await FillAsync(cancel);
            await using var recorder = new RecorderProcess(Path.Combine(folder, "data"), "Smtp:Mode=Journal", "Smtp:Domains:0=example.edu");
            for (var time = 0; time < times; time++)
            {
                var clock = Stopwatch.StartNew();
                var (code, words) = await recorder.RunAsync("", "rebuild");
                if (code != 0) throw new InvalidOperationException($"rebuild ended with {code}: {words}");
                var seconds = clock.Elapsed.TotalSeconds;
                say($"rebuild: {messages / seconds:F0} messages/s, {bytes / 1e6 / seconds:F1} MB/s, {seconds:F1} s");
            }

            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task<long> FillAsync(CancellationToken cancel)
    {
        var ((mails, source), bytes) = (FilledArchive.Mails(), 0L);
        await using var archive = await FilledArchive.OpenAsync(Path.Combine(folder, "data", "archive"), cancel);
        await FilledArchive.AppendAsync(archive, FilledArchive.Mixed(mails, messages / mails.Count + 1).Take(messages), (_, mail) => bytes += mail.Length, cancel);
        await archive.SealAsync(cancel);
        say($"{messages} messages ({source}), {bytes / 1_000_000} MB of mail");
        return bytes;
    }
}
