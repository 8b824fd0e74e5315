using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Recorder.Completeness.MailLogs;
using Recorder.Completeness.Reconciling;
using Recorder.Control;

namespace Recorder.Cli;

/// <summary>Compares a mail server's log with the archive; works while <c>serve</c> runs and while it does not.</summary>
internal static class ReconcileCommand
{
    private const int MostEdgeSeconds = 7 * 24 * 3600;

    private static readonly Option<string[]> MailLogs = new("--maillog")
    {
        Description = "Postfix's log files, in any order, also packed with gzip or zstd; - for standard input. The log of syslog, of postlogd, or journalctl -o short, short-iso, short-unix or json.",
        Required = true, AllowMultipleArgumentsPerToken = true, HelpName = "file",
    };

    private static readonly Option<string?> Since = new("--since") { Description = "Only what was handed over from then on: 2026-11-30, or 2026-11-30T08:00." };
    private static readonly Option<string?> Until = new("--until") { Description = "Only what was handed over before then." };
    private static readonly Option<string?> Zone = new("--zone") { Description = "Time zone of lines that name none, such as Asia/Taipei. Default: this machine's." };
    private static readonly Option<int?> Year = new("--year") { Description = "Year of the first line, where lines name none and the file's own time does not tell it." };
    private static readonly Option<int> Edge = new("--edge")
    {
        Description = "So many seconds from either end of the log, a record that it does not name is not reported: its line may be in the next file.",
        DefaultValueFactory = _ => (int)ReconcileWish.DefaultEdge.TotalSeconds,
    };

    private static readonly Option<string?> Peer = new("--peer") { Description = "Look only for records that this address handed over, where several mail servers do." };
    private static readonly Option<string?> Hook = new("--hook") { Description = "The relay as the log writes it, such as 127.0.0.1[127.0.0.1]:2525: what was sent there without a record id is reported too." };

    public static Command Create(CommandContext context)
    {
        var command = new Command(
            "reconcile",
            "Compare a Postfix log with the archive: what it handed over must be recorded and indexed, and what is recorded must be in it. Exit code 1 when anything is not.")
        {
            MailLogs, Since, Until, Zone, Year, Edge, Peer, Hook,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            var zone = ZoneOf(parsed.GetValue(Zone));
            if (parsed.GetValue(Edge) is < 0 or > MostEdgeSeconds) throw Bad($"--edge must be from 0 to {MostEdgeSeconds}");
            var wish = new ReconcileWish(
                MomentOf(parsed.GetValue(Since), zone), MomentOf(parsed.GetValue(Until), zone), TimeSpan.FromSeconds(parsed.GetValue(Edge)), parsed.GetValue(Peer), parsed.GetValue(Hook));
            var files = new LogFiles(parsed.GetRequiredValue(MailLogs), zone, parsed.GetValue(Year));
            await using var door = await ControlDoor.OpenExistingAsync(context.LoadSettings(parsed), cancel);
            var json = parsed.GetValue(context.Json);
            var reconciliation = new Reconciliation(new RemoteDesk(door), wish, gap => Console.WriteLine(json ? Json(new { Kind = "gap", Gap = gap }) : ReconcileWords.Of(gap)));
            var summary = await Progress.ShowAsync("reconciling", quiet: false, tell => RunAsync(reconciliation, files, tell, cancel));
            if (summary.Lines > 0 && summary.Unreadable == summary.Lines) throw Bad($"none of {summary.Lines} lines has a time that can be read: is it the log of a mail server?");
            Console.WriteLine(json ? Json(new { Kind = "summary", Summary = summary }) : ReconcileWords.Of(summary));
            return summary.IsComplete ? ExitCodes.Done : ExitCodes.Findings;
        });
        return command;
    }

    private static async Task<ReconcileSummary> RunAsync(Reconciliation reconciliation, LogFiles files, Action<double, double> tell, CancellationToken cancel)
    {
        try
        {
            foreach (var path in files.Paths)
            {
                using var file = files.Open(path);
                await reconciliation.ReadAsync(files.Read(file), () => tell(files.DoneBytes + file.ReadBytes, files.TotalBytes), cancel);
                files.Done(file);
            }

            return await reconciliation.EndAsync(tell, cancel);
        }
        catch (InvalidDataException error)
        {
            throw new ControlException(ExitCodes.Failed, $"a packed log is damaged: {error.Message}");
        }
    }

    private static string Json(object line) => JsonSerializer.Serialize(line, ControlDoor.Json);

    private static TimeZoneInfo ZoneOf(string? name) => name is null ? TimeZoneInfo.Local
        : TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) ? zone : throw Bad($"--zone: there is no time zone {name}");

    private static DateTimeOffset? MomentOf(string? text, TimeZoneInfo zone)
    {
        if (text is null) return null;
        string[] local = ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ss"];
        if (DateTime.TryParseExact(text, local, CultureInfo.InvariantCulture, DateTimeStyles.None, out var moment)) return new DateTimeOffset(moment, zone.GetUtcOffset(moment));
        return DateTimeOffset.TryParseExact(text, ["yyyy-MM-dd'T'HH:mm:sszzz", "yyyy-MM-dd'T'HH:mm:ss'Z'"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var exact)
            ? exact : throw Bad($"{text} is no date like 2026-11-30 or 2026-11-30T08:00");
    }

    private static ControlException Bad(string words) => new(ExitCodes.BadInput, words);

    /// <summary>The logs of one call.</summary>
    private sealed class LogFiles(IReadOnlyList<string> paths, TimeZoneInfo zone, int? year)
    {
        public IReadOnlyList<string> Paths => paths;

        public long TotalBytes { get; } = paths.Where(File.Exists).Sum(path => new FileInfo(path).Length);

        public long DoneBytes { get; private set; }

        public LogFile Open(string path)
        {
            try
            {
                return LogFile.Open(path, TimeProvider.System);
            }
            catch (IOException error)
            {
                throw Bad(error.Message);
            }
        }

        public MailLog Read(LogFile file) => new(file.Text, zone, file.WrittenAt, year);

        public void Done(LogFile file) => DoneBytes += file.LengthBytes ?? 0;
    }
}
