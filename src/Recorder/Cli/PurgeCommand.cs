using System.CommandLine;
using System.Text.Json;
using Recorder.Control;
using Recorder.Ledger;
using Recorder.Retention;

namespace Recorder.Cli;

/// <summary>What a purge would take, taking it, and what it took; works while <c>serve</c> runs and while it does not.</summary>
internal static class PurgeCommand
{
    private static readonly Option<bool> Plan = new("--plan") { Description = "Print what would leave now, and change nothing." };
    private static readonly Option<bool> Execute = new("--execute") { Description = "Remove what has come to its end. It may be stopped, and goes on when it is run again." };
    private static readonly Option<bool> ConfirmClock = new("--confirm-clock") { Description = "Say that the clock is right after it leapt ahead by more than a day." };
    private static readonly Option<bool> ConfirmRestore = new("--confirm-restore") { Description = "Say that holds and rules which were newer than a restored copy are in force again." };
    private static readonly Option<bool> Runs = new("--runs") { Description = "List the purges that were made, the newest first: RUN, when, by whom." };
    private static readonly Option<string?> Certificate = new("--certificate") { Description = "Print the certificate of a purge as JSON: give RUN as --runs shows it." };

    public static Command Create(CommandContext context)
    {
        var command = new Command("purge", "Remove mail whose term is over and that no hold keeps. Exit code 1 when a segment could not be purged.")
        {
            Plan, Execute, Runs, Certificate, ConfirmClock, ConfirmRestore,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            var asked = new[] { parsed.GetValue(Plan), parsed.GetValue(Execute), parsed.GetValue(ConfirmClock), parsed.GetValue(Certificate) is not null, parsed.GetValue(ConfirmRestore), parsed.GetValue(Runs) };
            if (asked.Count(one => one) != 1) throw new ControlException(ExitCodes.BadInput, "give one of --plan, --execute, --runs, --certificate RUN, --confirm-clock and --confirm-restore");
            await using var door = await ControlDoor.OpenExistingAsync(context.LoadSettings(parsed), cancel);
            var json = parsed.GetValue(context.Json);
            if (asked[0]) return await PlanAsync(door, json, cancel);
            if (asked[1]) return await ExecuteAsync(door, json, cancel);
            if (asked[5]) return await RunsAsync(context, parsed, door, cancel);
            if (asked[3]) return await CertificateAsync(door, parsed.GetValue(Certificate)!, cancel);
            if (asked[4])
            {
                var restored = await door.SendAsync<RestoredState>(HttpMethod.Post, "purge/confirm-restore", null, cancel);
                context.Print(parsed, restored, $"the restore from a copy of {restored.MadeAt:u} is confirmed");
                return ExitCodes.Done;
            }

            var clock = await door.SendAsync<ClockState>(HttpMethod.Post, "purge/confirm-clock", null, cancel);
            context.Print(parsed, clock, $"the clock is right at {clock.SeenAt:u}");
            return ExitCodes.Done;
        });
        return command;
    }

    private static async Task<int> PlanAsync(ControlDoor door, bool json, CancellationToken cancel)
    {
        var plan = await door.SendAsync<PurgePlan>(HttpMethod.Get, "purge/plan", null, cancel);
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(plan, ControlDoor.Json));
            return plan.Problems.Count == 0 ? ExitCodes.Done : ExitCodes.Findings;
        }

        foreach (var step in plan.Steps)
        {
            Console.WriteLine($"{step.Act.ToString().ToLowerInvariant()} {step.Segment}: {step.Records} records, {step.Bytes} bytes{(step.Held > 0 ? $", {step.Held} held" : "")}");
        }

        foreach (var why in plan.Why) Console.WriteLine($"{why.Records} records by {(why.Rule is { } rule ? $"the rule {rule}" : "the default")}: {why.Days} days are over");
        foreach (var problem in plan.Problems) Console.WriteLine($"PROBLEM {problem}");
        Console.WriteLine(
            $"{plan.Records} records of {plan.Steps.Count} segments, {plan.Bytes} bytes, are over their terms{(plan.GraceUntil is { } until ? $" and must be gone by {until:u}" : "")}; "
            + $"{plan.Held} stay because they are held, {plan.Unreadable} because their envelope cannot be read");
        return plan.Problems.Count == 0 ? ExitCodes.Done : ExitCodes.Findings;
    }

    private static async Task<int> ExecuteAsync(ControlDoor door, bool json, CancellationToken cancel)
    {
        var last = await Progress.ShowAsync("purging", json, async tell =>
        {
            var line = new PurgeLine("none");
            await foreach (var next in door.StreamAsync<PurgeLine>("purge", null, cancel))
            {
                line = next;
                if (json) Console.WriteLine(JsonSerializer.Serialize(line, ControlDoor.Json));
                else tell(line.Done, line.Total);
            }

            return line;
        });
        if (!json) Console.WriteLine(Words(last));
        return last.Outcome is not { } outcome ? ExitCodes.Failed : outcome.Problems.Count == 0 ? ExitCodes.Done : ExitCodes.Findings;
    }

    private static string Words(PurgeLine last) => last switch
    {
        { Outcome: { Run: null } } => "nothing is over its term",
        { Outcome: { } done } => $"{done.Records} records of {done.Segments} segments are gone, {done.FreedBytes} bytes freed; certificate: recorder purge --certificate {done.Run}"
            + string.Concat(done.Problems.Select(problem => $"\nPROBLEM {problem}")),
        { Reason: { } reason } => $"not purged: {reason}",
        _ => "the purge was cut short; run it again to go on",
    };

    private static async Task<int> RunsAsync(CommandContext context, ParseResult parsed, ControlDoor door, CancellationToken cancel)
    {
        foreach (var run in await door.SendAsync<List<PurgeRun>>(HttpMethod.Get, "purge/runs", null, cancel))
            context.Print(parsed, run, $"{run.Id} {run.StartedAt:u} by {run.StartedBy}: {(run.EndedAt is { } end ? $"ended {end:u}" : "not ended; the next purge goes on with it")}");
        return ExitCodes.Done;
    }

    private static async Task<int> CertificateAsync(ControlDoor door, string run, CancellationToken cancel)
    {
        var certificate = await door.SendAsync<PurgeCertificate>(HttpMethod.Get, $"purge/runs/{Uri.EscapeDataString(run)}", null, cancel);
        Console.WriteLine(System.Text.Encoding.UTF8.GetString(certificate.ToJson()));
        return ExitCodes.Done;
    }
}
