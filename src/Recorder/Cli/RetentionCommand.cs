using System.CommandLine;
using System.Text.Json;
using Recorder.Control;
using Recorder.Ledger;
using Recorder.Retention;

namespace Recorder.Cli;

/// <summary>What is kept, the rules, and the erasure of single records.</summary>
internal static class RetentionCommand
{
    public static Command Create(CommandContext context) => new("retention", "What is kept and for how long.") { Show(context), Rule(context), Remove(context), Erase(context) };

    private static Command Show(CommandContext context)
    {
        var command = new Command("show", "What is kept by month, the rules, the next purge.");
        command.SetAction(async (parsed, cancel) =>
        {
            await using var door = await ControlDoor.OpenAsync(context.LoadSettings(parsed), cancel);
            var report = await door.SendAsync<RetentionReport>(HttpMethod.Get, "retention", null, cancel);
            if (parsed.GetValue(context.Json)) Console.WriteLine(JsonSerializer.Serialize(report, ControlDoor.Json));
            else Print(report);
            return ExitCodes.Done;
        });
        return command;
    }

    private static void Print(RetentionReport report)
    {
        foreach (var month in report.Months) Console.WriteLine($"{month.Month:yyyy-MM} {month.Records} records, {month.ContentBytes} bytes as received, {month.StoredBytes} on the disk");
        foreach (var rule in report.Rules) Console.WriteLine($"rule {rule.Id}: {Days(rule.Days)} for {string.Join(' ', rule.Domains.Concat(rule.Mailboxes).Concat(rule.Categories))}");
        Console.WriteLine($"default {Days(report.DefaultDays)}, gone within {report.GraceDays} days after; oldest day {report.OldestDay?.ToString("yyyy-MM-dd", null) ?? "none"}; {report.HoldsInForce} holds");
        Console.WriteLine(report.Blocked is { } why ? $"nothing is purged: {why}" : report.NextPurge is { } next ? $"next purge {next:u}" : "the daily purge is off");
    }

    private static string Days(int? days) => days is { } some ? $"{some} days" : "for ever";

    private static Command Rule(CommandContext context)
    {
        var id = new Argument<string>("name") { Description = "a-z, 0-9 and -." };
        var days = new Option<int?>("--days") { Description = "Term in days. Default: for ever." };
        var domains = new Option<string[]>("--domain") { Description = "Mailboxes of this domain. May be given several times." };
        var mailboxes = new Option<string[]>("--mailbox") { Description = "This mailbox. May be given several times." };
        var categories = new Option<string[]>("--category") { Description = $"{string.Join(", ", RetentionCategories.All)}. May be given several times." };
        var preview = new Option<bool>("--preview") { Description = "Only say what it would do." };
        var command = new Command("set-rule", "Make or change a rule; says how many records end earlier and later.") { id, days, domains, mailboxes, categories, preview };
        command.SetAction((parsed, cancel) =>
        {
            var rule = new RetentionRule(
                parsed.GetRequiredValue(id), parsed.GetValue(days), parsed.GetValue(domains) ?? [], parsed.GetValue(mailboxes) ?? [], parsed.GetValue(categories) ?? []);
            return ChangeAsync(context, parsed, new RuleChange(rule, PreviewOnly: parsed.GetValue(preview)), cancel);
        });
        return command;
    }

    private static Command Remove(CommandContext context)
    {
        var id = new Argument<string>("name") { Description = "As recorder retention show has it." };
        var preview = new Option<bool>("--preview") { Description = "Only say what it would do." };
        var command = new Command("remove-rule", "Remove a rule; says how many records end earlier and later.") { id, preview };
        command.SetAction((parsed, cancel) => ChangeAsync(context, parsed, new RuleChange(Remove: parsed.GetRequiredValue(id), PreviewOnly: parsed.GetValue(preview)), cancel));
        return command;
    }

    private static async Task<int> ChangeAsync(CommandContext context, ParseResult parsed, RuleChange change, CancellationToken cancel)
    {
        await using var door = await ControlDoor.OpenAsync(context.LoadSettings(parsed), cancel);
        var effect = await door.SendAsync<RulePreview>(HttpMethod.Post, "retention/rules", change, cancel);
        Console.WriteLine(parsed.GetValue(context.Json)
            ? JsonSerializer.Serialize(effect, ControlDoor.Json)
            : $"{effect.Earlier} of {effect.Looked}{(effect.IsWhole ? "" : " (the oldest)")} records end earlier, {effect.DueAtOnce} of them now ({effect.DueBytes} bytes); {effect.Later} end later. "
                + (change.PreviewOnly ? "Nothing was changed." : "Purges follow it from a day after now."));
        return ExitCodes.Done;
    }

    private static Command Erase(CommandContext context)
    {
        var id = new Argument<string>("record") { Description = "The record's id." };
        var reason = new Option<string>("--reason") { Description = "Kept in the log.", Required = true };
        var command = new Command("erase", "Remove one record before its term. A held record is refused.") { id, reason };
        command.SetAction(async (parsed, cancel) =>
        {
            await using var door = await ControlDoor.OpenAsync(context.LoadSettings(parsed), cancel);
            var erased = await door.SendAsync<Erasure>(HttpMethod.Post, "erasures", new EraseRequest(parsed.GetRequiredValue(id), parsed.GetRequiredValue(reason)), cancel);
            Console.WriteLine(parsed.GetValue(context.Json) ? JsonSerializer.Serialize(erased, ControlDoor.Json) : $"record {erased.RecordId} is gone");
            return ExitCodes.Done;
        });
        return command;
    }
}
