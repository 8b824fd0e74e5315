using System.CommandLine;
using System.Text.Json;
using Recorder.Control;
using Recorder.Transfer.Backup;

namespace Recorder.Cli;

/// <summary>Copies the archive to another folder; works while <c>serve</c> runs and while it does not.</summary>
internal static class BackupCommand
{
    public static Command Create(CommandContext context)
    {
        var target = new Argument<string>("target") { Description = "A folder on another disk: new, empty, or an earlier backup of this archive." };
        var withoutKeys = new Option<bool>("--without-keys") { Description = "Leave the folder of keys out." };
        var keptUntil = new Option<DateOnly?>("--kept-until") { Description = "The day (yyyy-MM-dd) by which you delete the folder: certificates of what was removed name it." };
        var command = new Command(
            "backup", "Copy the archive, and the keys beside it, to a folder. Only what is new is copied. Exit code 1 when the archive is damaged somewhere.")
        {
            target, withoutKeys, keptUntil,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            var request = new BackupRequest(Path.GetFullPath(parsed.GetRequiredValue(target)), parsed.GetValue(withoutKeys), parsed.GetValue(keptUntil));
            await using var door = await ControlDoor.OpenExistingAsync(context.LoadSettings(parsed), cancel);
            var lines = door.StreamAsync<BackupLine>("backup", request, cancel);
            var asJson = parsed.GetValue(context.Json);
            var last = await Progress.ShowAsync("copying", asJson, tell => FollowAsync(lines, tell, asJson));
            if (!asJson) Console.WriteLine(InWords(last, request));
            return last.Kind != "summary" ? ExitCodes.Failed : last.Findings == 0 ? ExitCodes.Done : ExitCodes.Findings;
        });
        return command;
    }

    private static async Task<BackupLine> FollowAsync(IAsyncEnumerable<BackupLine> lines, Action<double, double> tell, bool asJson)
    {
        var last = new BackupLine("none");
        await foreach (var line in lines)
        {
            if (asJson) Console.WriteLine(JsonSerializer.Serialize(line, ControlDoor.Json));
            else if (line.Kind == "finding") Console.WriteLine($"DAMAGED {line.Path}: {line.Problem}");
            else tell(line.Done, line.Total);
            last = line;
        }

        return last;
    }

    private static string InWords(BackupLine end, BackupRequest request) => end.Kind != "summary"
        ? $"no whole backup: {end.Problem ?? "the connection ended"}"
        : $"{request.Target} holds the log through entry {end.Through}: {end.Files} files, {end.Bytes} bytes; {end.CopiedFiles} files, {end.CopiedBytes} bytes copied, "
            + $"{end.RemovedFiles} taken away, {end.Findings} findings. {(request.WithoutKeys ? "The keys are not in it." : "It holds the keys: keep it as safe as the data folder.")}";
}
