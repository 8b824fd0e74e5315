using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Recorder.Control;

namespace Recorder.Cli;

/// <summary>Reads the archive and names what is damaged, altered or missing; or checks one evidence bundle.</summary>
internal static class VerifyCommand
{
    public static Command Create(CommandContext context)
    {
        var sample = new Option<int?>("--sample") { Description = "Only so many records from anywhere." };
        var seed = new Option<int?>("--seed") { Description = "Draw the same sample again." };
        var since = new Option<DateOnly?>("--since") { Description = "Only segments of this UTC day (YYYY-MM-DD) and later ones.", CustomParser = Day };
        var day = new Option<DateOnly?>("--day") { Description = "Only segments of this UTC day.", CustomParser = Day };
        var witness = new Option<string?>("--witness") { Description = "The folder of a backup or mirror: name what it has and the archive has not." };
        var bundle = new Option<string?>("--bundle") { Description = "Check an evidence bundle instead; needs neither archive nor network." };
        var key = new Option<string?>("--key") { Description = "With --bundle: the public key (PEM) that must have signed it." };
        var command = new Command(
            "verify", "Read every record back and name what is damaged, altered or missing, held against the signed heads. Exit code 1 when anything is.")
        {
            sample, seed, since, day, witness, bundle, key,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            if (parsed.GetValue(bundle) is { } file) return BundleReading.Check(file, parsed.GetValue(key), parsed.GetValue(context.Json));
            var folder = parsed.GetValue(witness) is { } path ? Path.GetFullPath(path) : null;
            var request = new VerifyRequest(parsed.GetValue(sample), parsed.GetValue(seed), parsed.GetValue(since), parsed.GetValue(day), folder);
            if (request.Sample is < 1) throw new ControlException(ExitCodes.BadInput, "--sample takes a number from 1 on");
            await using var door = await ControlDoor.OpenExistingAsync(context.LoadSettings(parsed), cancel);
            var lines = door.StreamAsync<VerifyLine>("verify", request, cancel);
            var asJson = parsed.GetValue(context.Json);
            var last = await Progress.ShowAsync("verifying", quiet: false, tell => FollowAsync(lines, tell, asJson));
            if (!asJson) Console.WriteLine(InWords(last, request));
            return last.Kind != "summary" ? ExitCodes.Failed : last.Findings == 0 ? ExitCodes.Done : ExitCodes.Findings;
        });
        return command;
    }

    private static DateOnly? Day(System.CommandLine.Parsing.ArgumentResult argument)
    {
        if (DateOnly.TryParseExact(argument.Tokens[0].Value, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)) return day;
        argument.AddError($"'{argument.Tokens[0].Value}' is no day like 2026-03-14");
        return null;
    }

    private static async Task<VerifyLine> FollowAsync(IAsyncEnumerable<VerifyLine> lines, Action<double, double> tell, bool asJson)
    {
        var last = new VerifyLine("none");
        await foreach (var line in lines)
        {
            if (line.Kind == "progress") tell(line.Done, line.Total);
            if (asJson) Console.WriteLine(JsonSerializer.Serialize(line, ControlDoor.Json));
            else if (line.Kind == "finding") Console.WriteLine($"DAMAGED {Name(line)}: {line.Problem}");
            last = line;
        }

        return last;
    }

    private static string InWords(VerifyLine end, VerifyRequest request)
    {
        if (end.Kind != "summary") return "the check was cut short; run it again";
        var head = end.Head == 0 ? "no head was signed yet" : $"signed head {end.Head} speaks of the log through position {end.Through}";
        var sample = request.Sample is null ? "" : $" (a sample; again with --seed {end.Seed})";
        var others = string.Concat((end.OtherKeys ?? []).Select(other =>
            $"\npositions {other.From} to {other.Through} bear marks of the key {other.KeyId}, which is not here: what was altered there is named by its segment"));
        return $"{end.Records} records read{sample}, {(end.Findings == 0 ? "nothing wrong" : $"{end.Findings} findings, the first in {Name(end)}")}; {head}{others}";
    }

    private static string Name(VerifyLine line) => string.Join(' ', new[] { line.Where, line.RecordId, line.Position is { } at ? $"at {at}" : null }.Where(part => !string.IsNullOrEmpty(part)));
}
