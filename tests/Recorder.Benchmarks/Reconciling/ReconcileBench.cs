using System.Diagnostics;
using System.Globalization;
using System.Text;
using Recorder.Archive;
using Recorder.Benchmarks.Load;
using Recorder.SystemTests.Peers;

namespace Recorder.Benchmarks.Reconciling;

/// <summary>A log of five lines a message, as Postfix writes them, against the archive that holds the messages, some of both lost: the program itself, beside a running serve and alone.</summary>
internal sealed class ReconcileBench(int lines, Action<string> say)
{
    private const int LinesAMessage = 5, Lost = 7;
    private const string Hook = "127.0.0.1[127.0.0.1]:2525";
    private readonly string folder = Directory.CreateTempSubdirectory("recorder-reconcile-").FullName;

    public async Task<int> RunAsync(CancellationToken cancel)
    {
        try
        {
            await InstalledRecorder.BringAsync(Path.Combine(folder, "program"));
            var records = await FillAsync(lines / LinesAMessage, cancel);
            var (log, expected) = WriteLog(records);
            say($"{records.Count} records; a log of {File.ReadLines(log).LongCount()} lines, {new FileInfo(log).Length / 1_000_000} MB; {expected} losses injected");
            await using var recorder = new RecorderProcess(Path.Combine(folder, "data"), "Smtp:Mode=Journal", "Smtp:Domains:0=example.edu");
            var clock = Stopwatch.StartNew();
            await recorder.RunAsync("", "rebuild");
            say($"indexed in {clock.Elapsed.TotalSeconds:F0} s");
            var isExact = await MeasureAsync("alone", log, expected, cancel);
            await recorder.StartAsync();
            isExact &= await MeasureAsync("beside serve", log, expected, cancel);
            isExact &= await MeasureAsync("beside serve, once more", log, expected, cancel);
            say($"serve: peak {PeakMegabytes(recorder.Id)} MB resident");
            return isExact ? 0 : 1;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task<List<(RecordId Id, string To)>> FillAsync(int count, CancellationToken cancel)
    {
        var records = new List<(RecordId, string)>(count);
        await using var archive = await FilledArchive.OpenAsync(Path.Combine(folder, "data", "archive"), cancel);
        await FilledArchive.AppendAsync(archive, Enumerable.Range(0, count).Select(Mail), (id, mail) => records.Add((id, To(mail))), cancel);
        await archive.SealAsync(cancel);
        records.Sort((one, other) => one.Item1.CompareTo(other.Item1));
        return records;
    }

    // The filled archive gives every record the address of its number modulo 500.
    private static byte[] Mail(int number) => Encoding.ASCII.GetBytes(
        $"From: a@example.org\r\nTo: u{number % 500}@example.edu\r\nSubject: message {number}\r\nMessage-ID: <{number}@example.org>\r\n\r\nShort.\r\n");

    private static string To(byte[] mail) => Encoding.ASCII.GetString(mail).Split("\r\n")[1]["To: ".Length..];

    private (string Path, int Losses) WriteLog(List<(RecordId Id, string To)> records)
    {
        var path = Path.Combine(folder, "mail.log");
        var every = records.Count / (Lost + 1);
        using var log = new StreamWriter(path);
        log.WriteLine($"{Stamp(MomentOf(records[0].Id).AddSeconds(-2))} mx postfix/postfix-script[1]: starting");
        for (var number = 0; number < records.Count; number++)
        {
            var (at, queueId) = (Stamp(MomentOf(records[number].Id)), $"4XyZ{number:X8}z1Ab");
            log.WriteLine($"{at} mx postfix/smtpd[812]: {queueId}: client=mail.example.org[192.0.2.7]");
            log.WriteLine($"{at} mx postfix/cleanup[813]: {queueId}: message-id=<{number}@example.org>");
            log.WriteLine($"{at} mx postfix/qmgr[800]: {queueId}: from=<a@example.org>, size=512, nrcpt=1 (queue active)");
            if (number % every != every / 2 || number / every >= Lost) log.WriteLine(Delivery(at, queueId, records[number].To, records[number].Id.ToString()));
            if (number % every == every / 3 && number / every < Lost) log.WriteLine(Delivery(at, queueId, records[number].To, Guid.CreateVersion7().ToString()));
            log.WriteLine($"{at} mx postfix/qmgr[800]: {queueId}: removed");
        }

        log.WriteLine($"{Stamp(MomentOf(records[^1].Id).AddSeconds(2))} mx postfix/postfix-script[1]: stopping");
        return (path, 2 * Lost);
    }

    private static string Delivery(string at, string queueId, string to, string id) =>
        $"{at} mx postfix/lmtp[820]: {queueId}: to=<{to}>, relay={Hook}, delay=0.09, delays=0.02/0.01/0.01/0.05, dsn=2.0.0, status=sent (250 2.0.0 {id} recorded)";

    private async Task<bool> MeasureAsync(string how, string log, int expected, CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        using var process = Process.Start(new ProcessStartInfo("dotnet", [
            RecorderProcess.Executable, "reconcile", "--maillog", log, "--edge", "0", $"--Recorder:Data:Path={Path.Combine(folder, "data")}", "--Recorder:Smtp:Mode=Journal", "--Recorder:Smtp:Domains:0=example.edu"])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        var (words, complaints) = (process.StandardOutput.ReadToEndAsync(cancel), process.StandardError.ReadToEndAsync(cancel));
        var peak = 0L;
        while (!process.HasExited)
        {
            peak = Math.Max(peak, PeakMegabytes(process.Id));
            await Task.WhenAny(process.WaitForExitAsync(cancel), Task.Delay(100, cancel));
        }

        var found = (await words).Split('\n').Count(line => line.StartsWith("MISSING ", StringComparison.Ordinal) || line.StartsWith("NOT IN LOG ", StringComparison.Ordinal));
        say($"{how}: {lines / clock.Elapsed.TotalSeconds:F0} lines/s ({clock.Elapsed.TotalSeconds:F1} s, start included), peak {peak} MB resident, exit code {process.ExitCode}, {found} of {expected} losses listed");
        if (found != expected) say(string.Join('\n', (await words).Split('\n').TakeLast(20)) + await complaints);
        return found == expected && process.ExitCode == 1;
    }

    // proc(5): VmHWM, in kB. A process that has just ended has none.
    private static long PeakMegabytes(int process)
    {
        try
        {
            var line = File.ReadLines($"/proc/{process}/status").FirstOrDefault(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null ? 0 : long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private static DateTimeOffset MomentOf(RecordId id) => DateTimeOffset.FromUnixTimeMilliseconds(Convert.ToInt64(id.ToString().Replace("-", "", StringComparison.Ordinal)[..12], 16));

    private static string Stamp(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'+00:00'", CultureInfo.InvariantCulture);
}
