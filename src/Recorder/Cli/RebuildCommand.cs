using System.CommandLine;
using System.Text.Json;
using Recorder.Control;
using Recorder.Settings;

namespace Recorder.Cli;

/// <summary>Makes what is derived from the log anew: the indexes, and with <c>rebuild</c> the state file too.</summary>
internal static class RebuildCommand
{
    public static Command Create(CommandContext context) => Create(
        context, "rebuild", "Delete the search indexes and the state file and make them anew from the log. Needs serve to be stopped.", data => [.. Indexes(data), Path.GetDirectoryName(data.StateFile)!]);

    public static Command CreateReindex(CommandContext context) => Create(
        context, "reindex", "Delete the search indexes and make them anew from the log. Needs serve to be stopped; without this command a damaged part is made anew while serve runs.", Indexes);

    private static string[] Indexes(DataOptions data) => [data.MailIndex, data.EventIndex];

    private static Command Create(CommandContext context, string name, string description, Func<DataOptions, string[]> derived)
    {
        var command = new Command(name, description);
        command.SetAction(async (parsed, cancel) =>
        {
            var settings = context.LoadSettings(parsed);
            Delete(settings.Data, derived(settings.Data));
            await using var door = await ControlDoor.OpenExistingAsync(settings, cancel);
            var asJson = parsed.GetValue(context.Json);
            var end = await Progress.ShowAsync("indexing", asJson, tell => FollowAsync(door, tell, cancel));
            Console.WriteLine(asJson ? JsonSerializer.Serialize(end, ControlDoor.Json) : $"state and indexes are at entry {end.DurableSequence}, the end of the log");
            return ExitCodes.Done;
        });
        return command;
    }

    // Held while deleting, so that a running serve is never undermined; the door takes it again.
    private static void Delete(DataOptions data, string[] folders)
    {
        ControlDoor.NeedArchive(data);
        using var folder = DataFolder.Hold(data);
        foreach (var path in folders.Where(Directory.Exists)) Directory.Delete(path, recursive: true);
    }

    private static async Task<ControlStatus> FollowAsync(ControlDoor door, Action<double, double> tell, CancellationToken cancel)
    {
        while (true)
        {
            var status = await door.SendAsync<ControlStatus>(HttpMethod.Get, "status", null, cancel);
            tell(Math.Min(status.IndexedThrough, status.EventsThrough), status.DurableSequence);
            if (Math.Min(status.StateThrough, Math.Min(status.IndexedThrough, status.EventsThrough)) >= status.DurableSequence)
            {
                return status;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, cancel);
        }
    }
}
