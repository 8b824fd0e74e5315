using System.Diagnostics;
using Recorder.Archive;
using Recorder.Archive.Disk;
using Recorder.Archive.Log;
using Recorder.Archive.Proofs;
using Recorder.Benchmarks.Load;

namespace Recorder.Benchmarks.Verifying;

/// <summary>
/// Reading a whole archive back with every digest, mark and root, beside "zstd -t" and then "sha256sum" over the same mail in one
/// file, compressed as we compress (level 9). Files in the page cache, one thread each, turn about.
/// </summary>
internal sealed class VerifyBench(int messages, int rounds, Action<string> say)
{
    private readonly string folder = Directory.CreateTempSubdirectory("recorder-verify-").FullName;

    public async Task<int> RunAsync(CancellationToken cancel)
    {
        try
        {
            var key = new LogKey(new byte[LogKey.SecretBytes]);
            var (mails, source) = FilledArchive.Mails();
            var bytes = 0L;
            await using var archive = await FilledArchive.OpenAsync(Path.Combine(folder, "archive"), cancel, key);
            await using (var plain = File.Create(Path.Combine(folder, "plain")))
            {
                var all = FilledArchive.Mixed(mails, messages / mails.Count + 1).Take(messages).Select(mail =>
                {
                    plain.Write(mail);
                    bytes += mail.Length;
                    return mail;
                });
                await FilledArchive.AppendAsync(archive, all, (_, _) => { }, cancel);
            }

            await archive.SealAsync(cancel);
            await ShellAsync("zstd -q -9 -T1 plain -o plain.zst", cancel);
            say($"{messages} messages ({source}), {bytes / 1e6:F0} MB of mail, {archive.Segments.Sum(segment => segment.StoredBytes) / 1e6:F0} MB in {archive.Segments.Count} segments");
            await CompareAsync(archive, key, bytes, cancel);
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task CompareAsync(MailArchive archive, LogKey key, long bytes, CancellationToken cancel)
    {
        var (ours, theirs) = (new List<double>(), new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            theirs.Add(bytes / 1e6 / await ShellAsync("zstd -q -t plain.zst && sha256sum plain > sum", cancel));
            ours.Add(bytes / 1e6 / await VerifyAsync(archive, key, cancel));
            say($"round {round + 1} of {rounds}: verify {ours[^1]:F0} MB of mail a second, zstd -t then sha256sum {theirs[^1]:F0}");
        }

        say($"median: {Median(ours):F0} against {Median(theirs):F0} MB of mail a second, ratio {Median(ours) / Median(theirs):F2} (must 0.6)");
    }

    private static async Task<double> VerifyAsync(MailArchive archive, LogKey key, CancellationToken cancel)
    {
        var (clock, findings) = (Stopwatch.StartNew(), 0);
        await foreach (var finding in archive.VerifyAsync(new VerifyWish { Trust = new LogTrust { Key = key, MarkedFrom = 1 } }, cancel))
        {
            findings++;
            Console.Error.WriteLine(finding);
        }

        return findings == 0 ? clock.Elapsed.TotalSeconds : throw new InvalidOperationException($"{findings} findings");
    }

    private async Task<double> ShellAsync(string command, CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        using var shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", command]) { WorkingDirectory = folder })!;
        await shell.WaitForExitAsync(cancel);
        return shell.ExitCode == 0 ? clock.Elapsed.TotalSeconds : throw new InvalidOperationException($"{command} ended with {shell.ExitCode}");
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
