using System.CommandLine;
using System.Text.Json;
using Recorder.Control;
using Spectre.Console;

namespace Recorder.Cli;

/// <summary>Reads the whole archive and names what is damaged or missing.</summary>
internal static class VerifyCommand
{
    public static Command Create(CommandContext context)
    {
        var command = new Command("verify", "Read every record back and name what is damaged or missing. Exit code 1 when anything is.");
        command.SetAction(async (parsed, cancel) =>
        {
            await using var door = await ControlDoor.OpenAsync(context.LoadSettings(parsed), cancel);
            var lines = door.StreamAsync<VerifyLine>("verify", cancel);
            return parsed.GetValue(context.Json) ? await PrintJsonAsync(lines) : await PrintWordsAsync(lines);
        });
        return command;
    }

    private static async Task<int> PrintJsonAsync(IAsyncEnumerable<VerifyLine> lines)
    {
        var last = new VerifyLine("none");
        await foreach (var line in lines)
        {
            Console.WriteLine(JsonSerializer.Serialize(line, ControlDoor.Json));
            last = line;
        }

        return Conclude(last);
    }

    private static async Task<int> PrintWordsAsync(IAsyncEnumerable<VerifyLine> lines)
    {
        var last = new VerifyLine("none");
        await AnsiConsole.Progress().AutoClear(true).StartAsync(async progress =>
        {
            var bar = progress.AddTask("verifying");
            await foreach (var line in lines)
            {
                bar.MaxValue = Math.Max(1, line.Total);
                bar.Value = line.Kind == "progress" ? line.Done : bar.Value;
                if (line.Kind == "finding")
                {
                    Console.WriteLine($"DAMAGED {line.Where} {line.RecordId}: {line.Problem}");
                }

                last = line;
            }
        });
        Console.WriteLine(last.Kind == "summary"
            ? $"{last.Records} records read, {(last.Findings == 0 ? "nothing wrong" : $"{last.Findings} findings")}"
            : "the check was cut short; run it again");
        return Conclude(last);
    }

    private static int Conclude(VerifyLine last) =>
        last.Kind != "summary" ? ExitCodes.Failed : last.Findings == 0 ? ExitCodes.Done : ExitCodes.Findings;
}
