using System.CommandLine;
using System.Text.Json;
using Recorder.Control;
using Recorder.Transfer;

namespace Recorder.Cli;

/// <summary>Brings older mail into a mailbox's recorded mail; works while <c>serve</c> runs and while it does not.</summary>
internal static class ImportCommand
{
    public static Command Create(CommandContext context)
    {
        var path = new Argument<string>("path") { Description = "A Maildir, an mbox file, a folder of .eml files or one such file, a zip, or imap(s)://USER@HOST[:PORT][/FOLDER]. It is only read." };
        var password = new Option<bool>("--password-stdin") { Description = "Read the IMAP account's password from the first line of standard input." };
        var owner = new Option<string>("--owner") { Description = "The address in our domains whose mail it is.", Required = true };
        var format = new Option<ImportFormat>("--format") { Description = "auto, maildir, mbox, eml or zip.", DefaultValueFactory = _ => ImportFormat.Auto };
        var fromReceived = new Option<bool>("--keep-from-received") { Description = "The term counts from the time each message was received. Default: from now, however old it is." };
        var command = new Command(
            "import", "Record the mail of a Maildir, an mbox, .eml files, zips or an IMAP account as an owner's. Importing again adds nothing. Exit code 1 when a message was skipped.")
        {
            path, owner, format, password, fromReceived,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            var source = parsed.GetRequiredValue(path);
            var isAccount = source.StartsWith("imap://", StringComparison.OrdinalIgnoreCase) || source.StartsWith("imaps://", StringComparison.OrdinalIgnoreCase);
            if (!isAccount && !Path.Exists(source)) throw new ControlException(ExitCodes.BadInput, $"there is nothing at {Path.GetFullPath(source)}");
            var request = new ImportRequest(
                isAccount ? source : Path.GetFullPath(source), parsed.GetRequiredValue(owner), parsed.GetValue(format), parsed.GetValue(password) ? Console.In.ReadLine() : null,
                parsed.GetValue(fromReceived));
            await using var door = await ControlDoor.OpenAsync(context.LoadSettings(parsed), cancel, ControlEndpoints.MapImport);
            var lines = door.StreamAsync<ImportLine>("import", request, cancel);
            return parsed.GetValue(context.Json) ? await PrintJsonAsync(lines) : await PrintWordsAsync(lines);
        });
        return command;
    }

    private static async Task<int> PrintJsonAsync(IAsyncEnumerable<ImportLine> lines)
    {
        var last = new ImportLine("none");
        await foreach (var line in lines)
        {
            Console.WriteLine(JsonSerializer.Serialize(line, ControlDoor.Json));
            last = line;
        }

        return ExitCodeOf(last);
    }

    private static async Task<int> PrintWordsAsync(IAsyncEnumerable<ImportLine> lines)
    {
        var last = await Progress.ShowAsync("importing", quiet: false, tell => FollowAsync(lines, tell));
        var counts = $"{last.Added} messages recorded, {last.Known} were recorded before, {last.Skipped} skipped";
        Console.WriteLine(last.Kind == "summary" ? $"{counts}; all can be found" : $"cut short: {last.Reason ?? "the connection ended"}; {counts}. Run it again to go on.");
        if (last is { Kind: "summary", Added: 0, Known: 0, Skipped: 0 })
        {
            Console.WriteLine("No mail was found there: a Maildir has cur and new, the files of any other folder end in .eml. --format says what it is.");
        }

        return ExitCodeOf(last);
    }

    private static async Task<ImportLine> FollowAsync(IAsyncEnumerable<ImportLine> lines, Action<double, double> tell)
    {
        var last = new ImportLine("none");
        await foreach (var line in lines)
        {
            if (line.Kind == "skipped") Console.WriteLine($"SKIPPED {line.Source}: {line.Reason}");
            else tell(line.Done, line.Total);
            last = line;
        }

        return last;
    }

    private static int ExitCodeOf(ImportLine last) =>
        last.Kind != "summary" ? ExitCodes.Failed : last.Skipped == 0 ? ExitCodes.Done : ExitCodes.Findings;
}
