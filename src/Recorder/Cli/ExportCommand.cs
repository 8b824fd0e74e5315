using System.CommandLine;
using System.Text.Json;
using Recorder.Control;
using Recorder.Transfer.Export;

namespace Recorder.Cli;

/// <summary>Writes recorded mail to a folder; works while <c>serve</c> runs and while it does not.</summary>
internal static class ExportCommand
{
    public static Command Create(CommandContext context)
    {
        var target = new Argument<string>("target") { Description = "A folder: new, empty, or of the same export, which is gone on with." };
        var mailbox = new Option<string?>("--mailbox") { Description = "The address whose mail is written." };
        var all = new Option<bool>("--all-mailboxes") { Description = "Write the mail of everybody." };
        var query = new Option<string>("--query") { Description = "Only what this finds, as one would type it.", DefaultValueFactory = _ => "" };
        var hold = new Option<string?>("--hold") { Description = "Write everything that this hold keeps, beyond its term too: its number as recorder hold list shows it." };
        var format = new Option<ExportFormat>("--format") { Description = "zip, maildir or mbox.", DefaultValueFactory = _ => ExportFormat.Zip };
        var command = new Command(
            "export", "Write a mailbox's mail, or what a query finds, with a manifest of SHA-256. Exit code 1 when a message could not be read.")
        {
            target, mailbox, all, query, hold, format,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            var whose = new[] { parsed.GetValue(mailbox) is not null, parsed.GetValue(all), parsed.GetValue(hold) is not null };
            if (whose.Count(one => one) != 1) throw new ControlException(ExitCodes.BadInput, "name a --mailbox, say --all-mailboxes, or name a --hold");
            if (whose[2] && parsed.GetValue(query) is { Length: > 0 }) throw new ControlException(ExitCodes.BadInput, "--hold writes all that is held, and no --query narrows it");
            var request = new ExportRequest(Path.GetFullPath(parsed.GetRequiredValue(target)), parsed.GetValue(format), parsed.GetValue(mailbox), parsed.GetValue(query) ?? "", parsed.GetValue(hold));
            await using var door = await ControlDoor.OpenExistingAsync(context.LoadSettings(parsed), cancel);
            var lines = door.StreamAsync<ExportLine>("export", request, cancel);
            var asJson = parsed.GetValue(context.Json);
            var last = await Progress.ShowAsync("exporting", asJson, tell => FollowAsync(lines, tell, asJson));
            if (!asJson) Console.WriteLine(InWords(last));
            return last.Kind != "summary" ? ExitCodes.Failed : last.Skipped == 0 ? ExitCodes.Done : ExitCodes.Findings;
        });
        return command;
    }

    private static async Task<ExportLine> FollowAsync(IAsyncEnumerable<ExportLine> lines, Action<double, double> tell, bool asJson)
    {
        var last = new ExportLine("none");
        await foreach (var line in lines)
        {
            if (asJson) Console.WriteLine(JsonSerializer.Serialize(line, ControlDoor.Json));
            else if (line.Kind == "skipped") Console.WriteLine($"SKIPPED {line.Record}: {line.Reason}");
            else if (line.Kind == "note") Console.WriteLine($"NOTE the query was not taken as it stands: {line.Reason}");
            else tell(line.Done, line.Total);
            last = line;
        }

        return last;
    }

    private static string InWords(ExportLine end)
    {
        var counts = $"{end.Done - end.Known - end.Skipped} messages written, {end.Bytes} bytes; {end.Known} were there before, {end.Skipped} skipped";
        if (end is { Kind: "failed", Done: 0, Reason: { } reason }) return $"nothing was written: {reason}";
        return end.Kind == "summary" ? counts : $"cut short: {end.Reason ?? "the connection ended"}; {counts}. Run it again to go on.";
    }
}
