using System.CommandLine;
using System.Text.Json;
using Recorder.Control;

namespace Recorder.Cli;

/// <summary>The shape of most commands: one request to the process that holds the data folder, and its answer in words or as JSON.</summary>
internal static class DoorCommands
{
    /// <param name="request">Read before the door is opened, so that a bad call costs nothing.</param>
    /// <param name="words">Of the answer, for a person.</param>
    /// <param name="begins">Whether it may be the first act in a new archive. Everything else would only make one in a folder that was mistyped.</param>
    public static Command Posts<T>(
        this Command command, CommandContext context, Func<ParseResult, (string Path, object? Body)> request, Func<ParseResult, T, string> words, bool begins = false)
    {
        command.SetAction(async (parsed, cancel) =>
        {
            var (path, body) = request(parsed);
            var settings = context.LoadSettings(parsed);
            await using var door = await (begins ? ControlDoor.OpenAsync(settings, cancel) : ControlDoor.OpenExistingAsync(settings, cancel));
            var answer = await door.SendAsync<T>(HttpMethod.Post, path, body, cancel);
            context.Print(parsed, answer, words(parsed, answer));
            return ExitCodes.Done;
        });
        return command;
    }

    public static Command Posts<T>(this Command command, CommandContext context, Func<ParseResult, (string Path, object? Body)> request, Func<T, string> words, bool begins = false) =>
        command.Posts<T>(context, request, (_, answer) => words(answer), begins);

    /// <summary>A line for each row of the answer.</summary>
    public static Command Lists<T>(this Command command, CommandContext context, Func<ParseResult, string> path, Func<T, string> words)
    {
        command.SetAction(async (parsed, cancel) =>
        {
            await using var door = await ControlDoor.OpenExistingAsync(context.LoadSettings(parsed), cancel);
            foreach (var row in await door.SendAsync<List<T>>(HttpMethod.Get, path(parsed), null, cancel)) context.Print(parsed, row, words(row));
            return ExitCodes.Done;
        });
        return command;
    }

    /// <summary>One request about an archive that is there already.</summary>
    public static async Task<T> AskAsync<T>(this CommandContext context, ParseResult parsed, HttpMethod method, string path, object? body, CancellationToken cancel)
    {
        await using var door = await ControlDoor.OpenExistingAsync(context.LoadSettings(parsed), cancel);
        return await door.SendAsync<T>(method, path, body, cancel);
    }

    public static void Print<T>(this CommandContext context, ParseResult parsed, T value, string words) =>
        Console.WriteLine(parsed.GetValue(context.Json) ? JsonSerializer.Serialize(value, ControlDoor.Json) : words);
}
