using System.CommandLine;
using System.Text.Json;
using Recorder.Control;

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
            var lines = door.StreamAsync<VerifyLine>("verify", null, cancel);
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
        var last = await Progress.ShowAsync("verifying", quiet: false, tell => FollowAsync(lines, tell));
        Console.WriteLine(last.Kind == "summary"
            ? $"{last.Records} records read, {(last.Findings == 0 ? "nothing wrong" : $"{last.Findings} findings")}"
            : "the check was cut short; run it again");
        return Conclude(last);
    }

    private static async Task<VerifyLine> FollowAsync(IAsyncEnumerable<VerifyLine> lines, Action<double, double> tell)
    {
        var last = new VerifyLine("none");
        await foreach (var line in lines)
        {
            if (line.Kind == "finding")
            {
                Console.WriteLine($"DAMAGED {line.Where} {line.RecordId}: {line.Problem}");
            }
            else
            {
                tell(line.Done, line.Total);
            }

            last = line;
        }

        return last;
    }

    private static int Conclude(VerifyLine last) =>
        last.Kind != "summary" ? ExitCodes.Failed : last.Findings == 0 ? ExitCodes.Done : ExitCodes.Findings;
}
