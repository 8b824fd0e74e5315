using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Recorder.Control;
using Recorder.Screening.Lists;

namespace Recorder.Cli;

/// <summary>Lists of senders from the command line; works while <c>serve</c> runs and while it does not.</summary>
internal static class ListCommand
{
    private static readonly Option<bool> Site = new("--site") { Description = "The site's list." };
    private static readonly Option<string?> Domain = new("--domain") { Description = "The list of one of our domains." };
    private static readonly Option<string?> Account = new("--account") { Description = "The personal list of an account." };
    private static readonly Argument<string> Pattern = new("pattern")
    {
        Description = "ann@example.org, example.org, *.example.org for what is below it, or a wildcard like news-*@example.org.",
    };

    public static Command Create(CommandContext context) => new("list", "Allow and block lists of senders. Name one with --site, --domain or --account.")
    {
        Add(context), Remove(context), Show(context), ListFileCommands.Import(context), ListFileCommands.Export(context),
    };

    /// <summary>A command about one list.</summary>
    public static Command About(string name, string description, params Symbol[] further)
    {
        var command = new Command(name, description) { Site, Domain, Account };
        foreach (var symbol in further)
        {
            if (symbol is Argument argument) command.Add(argument);
            else if (symbol is Option option) command.Add(option);
        }

        return command;
    }

    /// <exception cref="ControlException">Not exactly one list is named.</exception>
    public static ListPlaceRequest PlaceOf(ParseResult parsed)
    {
        var (site, domain, account) = (parsed.GetValue(Site), parsed.GetValue(Domain), parsed.GetValue(Account));
        return (site ? 1 : 0) + (domain is null ? 0 : 1) + (account is null ? 0 : 1) == 1
            ? new ListPlaceRequest(domain, account)
            : throw new ControlException(ExitCodes.BadInput, "name one list: --site, --domain DOMAIN or --account ADDRESS");
    }

    private static Command Add(CommandContext context)
    {
        var allow = new Option<bool>("--allow") { Description = "On the allow list." };
        var block = new Option<bool>("--block") { Description = "On the block list." };
        var comment = new Option<string?>("--comment") { Description = "A note." };
        var expires = new Option<string?>("--expires") { Description = "The last day, e.g. 2026-12-31, or a moment." };
        var enforced = new Option<bool>("--enforced") { Description = "Stands before every personal list (the site's list only)." };
        var command = About("add", "Make or change an entry; the same sender leaves the other list.", Pattern, allow, block, comment, expires, enforced);
        command.SetAction(async (parsed, cancel) =>
        {
            if (parsed.GetValue(allow) == parsed.GetValue(block)) throw new ControlException(ExitCodes.BadInput, "say --allow or --block");
            var wish = new ListEntryWish(
                PlaceOf(parsed), parsed.GetValue(allow) ? "allow" : "block", parsed.GetRequiredValue(Pattern), parsed.GetValue(comment),
                parsed.GetValue(expires), parsed.GetValue(enforced));
            await using var door = await ControlDoor.OpenAsync(context.LoadSettings(parsed), cancel);
            Print(parsed.GetValue(context.Json), await door.SendAsync<ListEntryRow>(HttpMethod.Post, "lists/add", wish, cancel));
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command Remove(CommandContext context)
    {
        var command = About("remove", "Remove an entry.", Pattern);
        command.SetAction(async (parsed, cancel) =>
        {
            var removal = new ListRemoval(PlaceOf(parsed), parsed.GetRequiredValue(Pattern));
            await using var door = await ControlDoor.OpenExistingAsync(context.LoadSettings(parsed), cancel);
            var removed = await door.SendAsync<ListRemoval>(HttpMethod.Post, "lists/remove", removal, cancel);
            Console.WriteLine(parsed.GetValue(context.Json) ? JsonSerializer.Serialize(removed, ControlDoor.Json) : $"removed {removed.Pattern}");
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command Show(CommandContext context)
    {
        var command = About("show", "Print the entries in the order of their patterns.");
        command.SetAction(async (parsed, cancel) =>
        {
            var place = PlaceOf(parsed);
            await using var door = await ControlDoor.OpenExistingAsync(context.LoadSettings(parsed), cancel);
            foreach (var row in await door.SendAsync<List<ListEntryRow>>(HttpMethod.Post, "lists/show", place, cancel))
            {
                Print(parsed.GetValue(context.Json), row);
            }

            return ExitCodes.Done;
        });
        return command;
    }

    private static void Print(bool json, ListEntryRow row)
    {
        var until = row.ExpiresAt?.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        Console.WriteLine(json ? JsonSerializer.Serialize(row, ControlDoor.Json)
            : $"{row.Kind} {row.Shown}{(row.IsEnforced ? " enforced" : "")}{(until is null ? "" : $" until {until}")}"
                + $"{(row.Hits > 0 ? $" hits {row.Hits}" : "")}{(string.IsNullOrEmpty(row.Comment) ? "" : $" # {row.Comment}")}");
    }
}

/// <summary>Lists as files: CSV, or one address a line.</summary>
internal static class ListFileCommands
{
    // A request holds 64 KiB, and a character may take six bytes of it.
    private const int MaxChars = 8_000;

    // Longer than any entry with its note: the rest of such a line changes nothing of its being refused.
    private const int MaxLineChars = 2_000;

    public static Command Import(CommandContext context)
    {
        var path = new Argument<string>("file") { Description = "CSV (kind,pattern,comment,expires) or one address a line; - for standard input." };
        var allow = new Option<bool>("--allow") { Description = "Lines that are an address alone go on the allow list; otherwise on the block list." };
        var command = ListCommand.About("import", "Add a file's entries; nothing is removed. Exit code 1 when a line was not taken.", path, allow);
        command.SetAction(async (parsed, cancel) =>
        {
            var piece = new ListPiece(ListCommand.PlaceOf(parsed), parsed.GetValue(allow) ? "allow" : "block", "");
            using var file = parsed.GetRequiredValue(path) is "-" ? Console.In : File.OpenText(parsed.GetRequiredValue(path));
            await using var door = await ControlDoor.OpenAsync(context.LoadSettings(parsed), cancel);
            var report = await ImportAsync(door, file, piece, cancel);
            Print(parsed.GetValue(context.Json), report);
            return report.RefusedCount == 0 ? ExitCodes.Done : ExitCodes.Findings;
        });
        return command;
    }

    public static Command Export(CommandContext context)
    {
        var command = ListCommand.About("export", "Print the list as CSV, which import takes again.");
        command.SetAction(async (parsed, cancel) =>
        {
            var place = ListCommand.PlaceOf(parsed);
            await using var door = await ControlDoor.OpenExistingAsync(context.LoadSettings(parsed), cancel);
            Console.Out.Write(await door.SendAsync<string>(HttpMethod.Post, "lists/export", place, cancel));
            return ExitCodes.Done;
        });
        return command;
    }

    private static async Task<ListImportReport> ImportAsync(ControlDoor door, TextReader file, ListPiece piece, CancellationToken cancel)
    {
        var all = new ListImportReport(0, 0, 0, []);
        foreach (var (text, before) in Pieces(file))
        {
            var part = await door.SendAsync<ListImportReport>(HttpMethod.Post, "lists/import", piece with { Text = text }, cancel);
            all = new ListImportReport(
                all.Set + part.Set, all.Same + part.Same, all.RefusedCount + part.RefusedCount,
                [.. all.Refused, .. part.Refused.Select(line => line with { Number = line.Number + before })]);
        }

        return all;
    }

    private static IEnumerable<(string Text, int LinesBefore)> Pieces(TextReader file)
    {
        var (text, lines, before) = (new System.Text.StringBuilder(), 0, 0);
        while (file.ReadLine() is { } line)
        {
            text.Append(line.AsSpan(0, Math.Min(line.Length, MaxLineChars))).Append('\n');
            lines++;
            if (text.Length < MaxChars) continue;
            yield return (text.ToString(), before);
            (before, lines) = (before + lines, 0);
            text.Clear();
        }

        if (lines > 0) yield return (text.ToString(), before);
    }

    private static void Print(bool json, ListImportReport report)
    {
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(report, ControlDoor.Json));
            return;
        }

        foreach (var line in report.Refused) Console.WriteLine($"NOT TAKEN line {line.Number}: {line.Words}: {line.Text}");
        Console.WriteLine($"{report.Set} entries made or changed, {report.Same} as they were, {report.RefusedCount} lines not taken");
    }
}
