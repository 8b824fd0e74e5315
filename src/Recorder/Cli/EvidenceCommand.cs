using System.CommandLine;
using System.Text.Json;
using Recorder.Control;

namespace Recorder.Cli;

/// <summary>Proof of one message for outsiders, and the key by which they check it.</summary>
internal static class EvidenceCommand
{
    public static Command Create(CommandContext context)
    {
        var id = new Argument<string>("id") { Description = "Of the message's record." };
        var to = new Option<string>("--to") { Description = "The zip to write; must not exist.", Required = true };
        var reason = new Option<string?>("--reason") { Description = "Why; the owners of the message read it." };
        var command = new Command("evidence", "Write everything that proves a message to an outsider: recorder verify --bundle checks it, and so do openssl and sha256sum.") { id, to, reason };
        command.SetAction(async (parsed, cancel) =>
        {
            var request = new EvidenceRequest(parsed.GetRequiredValue(id), Path.GetFullPath(parsed.GetRequiredValue(to)), parsed.GetValue(reason));
            var answer = await context.AskAsync<EvidenceAnswer>(parsed, HttpMethod.Post, "evidence", request, cancel);
            Console.WriteLine(parsed.GetValue(context.Json)
                ? JsonSerializer.Serialize(answer, ControlDoor.Json)
                : $"{answer.Path}: {answer.Bytes} bytes. Its page how-to-check.html says how to check it; the key is {answer.KeyId}.");
            return ExitCodes.Done;
        });
        return command;
    }

    public static Command CreateKey(CommandContext context)
    {
        var command = new Command("key", "Print the public key that signs the log, for publishing where auditors will look.");
        command.SetAction(async (parsed, cancel) =>
        {
            var answer = await context.AskAsync<KeyAnswer>(parsed, HttpMethod.Get, "key", null, cancel);
            Console.Write(parsed.GetValue(context.Json) ? JsonSerializer.Serialize(answer, ControlDoor.Json) + "\n" : answer.PublicPem);
            return ExitCodes.Done;
        });
        return command;
    }
}
