using System.CommandLine;
using System.Text.Json;
using Recorder.Control;
using Recorder.Ledger;
using Recorder.Retention;

namespace Recorder.Cli;

/// <summary>What is kept, the rules, and the erasure of single records.</summary>
internal static class RetentionCommand
{
    public static Command Create(CommandContext context) => new("retention", "What is kept and for how long.") { Show(context), Rule(context), Remove(context), Erase(context), Erasures(context) };

    private static Command Show(CommandContext context)
    {
        var command = new Command("show", "What is kept by month, the rules, the next purge.");
        command.SetAction(async (parsed, cancel) =>
        {
            await using var door = await ControlDoor.OpenExistingAsync(context.LoadSettings(parsed), cancel);
            var report = await door.SendAsync<RetentionReport>(HttpMethod.Get, "retention", null, cancel);
            if (parsed.GetValue(context.Json)) Console.WriteLine(JsonSerializer.Serialize(report, ControlDoor.Json));
            else Print(report);
            return ExitCodes.Done;
        });
        return command;
    }

    private static void Print(RetentionReport report)
    {
        foreach (var month in report.Months)
        {
            var categories = string.Join(", ", month.Categories.Select(one => $"{one.Key} {one.Value.Records}"));
            Console.WriteLine($"{month.Month:yyyy-MM} {month.Records} records, {month.ContentBytes} bytes as received, {month.StoredBytes} on the disk ({categories}{(month.IsCounted ? "" : "; not counted yet")})");
        }

        foreach (var rule in report.Rules) Console.WriteLine($"rule {rule.Id}: {Days(rule.Days)} for {string.Join(' ', rule.Domains.Concat(rule.Mailboxes).Concat(rule.Categories))}");
        Console.WriteLine($"default {Days(report.DefaultDays)}, gone within {report.GraceDays} days after; oldest day {report.OldestDay?.ToString("yyyy-MM-dd", null) ?? "none"}; {report.HoldsInForce} holds");
        Console.WriteLine(report.LastCheck is { } check ? $"read back whole {check.EndedAt:u}, {check.Records} records: {check.Findings} findings" : "not read back as a whole yet");
        foreach (var lost in report.Lost) Console.WriteLine($"LOST {lost}");
        Console.WriteLine(report.Blocked is { } why ? $"nothing is purged: {Words(why)}" : report.NextPurge is { } next ? $"next purge {next:u}" : "the daily purge is off");
    }

    private static string Words(string blocked) => blocked switch
    {
        "clock-doubted" => "the clock is more than a day ahead of where it was seen last; check it, then recorder purge --confirm-clock",
        "restored" => "the archive was restored from a copy; make the holds and rules that are newer again, then recorder purge --confirm-restore",
        "rules-settling" => "a rule changed within the last day, and a day must pass",
        _ => blocked,
    };

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
        return Changes(context, command, parsed => new RuleChange(
            new RetentionRule(parsed.GetRequiredValue(id), parsed.GetValue(days), parsed.GetValue(domains) ?? [], parsed.GetValue(mailboxes) ?? [], parsed.GetValue(categories) ?? []),
            PreviewOnly: parsed.GetValue(preview)));
    }

    private static Command Remove(CommandContext context)
    {
        var id = new Argument<string>("name") { Description = "As recorder retention show has it." };
        var preview = new Option<bool>("--preview") { Description = "Only say what it would do." };
        var command = new Command("remove-rule", "Remove a rule; says how many records end earlier and later.") { id, preview };
        return Changes(context, command, parsed => new RuleChange(Remove: parsed.GetRequiredValue(id), PreviewOnly: parsed.GetValue(preview)));
    }

    private static Command Changes(CommandContext context, Command command, Func<ParseResult, RuleChange> change) => command.Posts<RulePreview>(
        context, parsed => ("retention/rules", change(parsed)), (parsed, effect) =>
            $"{effect.Earlier} of {effect.Looked}{(effect.IsWhole ? "" : " (the oldest)")} records end earlier, {effect.DueAtOnce} of them now ({effect.DueBytes} bytes); {effect.Later} end later. "
                + (effect.Looked == 0 ? "Mail of the present day is looked at when the day is closed. " : "")
                + (change(parsed).PreviewOnly ? "Nothing was changed." : "Purges follow it from a day after now."));

    private static Command Erase(CommandContext context)
    {
        var id = new Argument<string>("record") { Description = "The record's id." };
        var reason = new Option<string>("--reason") { Description = "Kept in the log.", Required = true };
        return new Command("erase", "Remove one record before its term. A held record is refused.") { id, reason }.Posts<Erasure>(
            context, parsed => ("erasures", new EraseRequest(parsed.GetRequiredValue(id), parsed.GetRequiredValue(reason))), erased => $"record {erased.RecordId} is gone");
    }

    private static Command Erasures(CommandContext context) => new Command("erasures", "List what was erased, and which copies still have it.").Lists<ErasureReport>(
        context, _ => "erasures", one => string.Join('\n', one.Copies.Select(copy => $"  {Words(copy)}").Prepend(
            $"{one.Erasure.RecordId} {(one.Erasure.DoneAt is { } done ? $"gone since {done:u}" : "under way")}, by {one.Erasure.By}: {one.Erasure.Reason}")));

    private static string Words(CopyOfRemoved copy) => copy.EndedAt is { } ended ? $"{copy.Kind} {copy.Path}: without it since {ended:u}"
        : $"{copy.Kind} {copy.Path}, of {copy.MadeAt:u}: has it still{(copy.KeptUntil is { } day ? $", until {day:yyyy-MM-dd}" : "")}{(copy.IsNoted == true ? "; a restore leaves it out" : "")}";
}
