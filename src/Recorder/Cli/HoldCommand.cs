using System.CommandLine;
using System.Globalization;
using Recorder.Control;
using Recorder.Ledger;
using Recorder.Retention;

namespace Recorder.Cli;

/// <summary>Holds from the command line.</summary>
internal static class HoldCommand
{
    public static Command Create(CommandContext context) => new("hold", "Keep mail beyond its term for a matter: add, list and lift holds.") { Add(context), List(context), Lift(context) };

    private static Command Add(CommandContext context)
    {
        var matter = new Option<string>("--matter") { Description = "What the case is called.", Required = true };
        var reason = new Option<string>("--reason") { Description = "Kept in the log.", Required = true };
        var mailboxes = new Option<string[]>("--mailbox") { Description = "Hold everything of this mailbox; with --query: search in it. May be given several times." };
        var query = new Option<string?>("--query") { Description = "Hold what this search finds, now and before every purge." };
        var records = new Option<string[]>("--record") { Description = "Hold this record. May be given several times." };
        var until = new Option<string?>("--until") { Description = "The day (yyyy-MM-dd, UTC) from which it holds nothing. Default: until it is lifted." };
        var command = new Command("add", "Place a hold. Says which of the records had left already.") { matter, reason, mailboxes, query, records, until };
        return command.Posts<HoldAnswer>(context, parsed => ("holds", Wish(parsed)), Words);

        HoldWish Wish(ParseResult parsed)
        {
            var (named, words, ids) = (parsed.GetValue(mailboxes) ?? [], parsed.GetValue(query), parsed.GetValue(records) ?? []);
            // A hold is on one of them: what would be left out is refused, and never silently not held.
            if (ids.Length > 0 && (named.Length > 0 || words is not null))
                throw new ControlException(ExitCodes.BadInput, "--record holds records alone; place another hold for the mailboxes or the query");
            var kind = ids.Length > 0 ? HoldKind.Records : words is not null ? HoldKind.Query : HoldKind.Mailboxes;
            return new HoldWish(parsed.GetRequiredValue(matter), parsed.GetRequiredValue(reason), kind, named, words, ids, Day(parsed.GetValue(until)));
        }
    }

    private static string Words(HoldAnswer answer) => string.Join('\n', [
        $"hold {answer.Hold.Id} placed, {Covers(answer.Hold)}{(answer.TooLateCount > 0 ? $"; {answer.TooLateCount} had left already:" : "")}", .. answer.TooLate,
        .. answer.MaybeTooLate.Prepend($"{answer.MaybeTooLateCount} left with the purge under way, and whether the search meant them cannot be told any more:")
            .Take(answer.MaybeTooLateCount > 0 ? int.MaxValue : 0),
        .. answer.Hints.Select(hint => $"NOTE the query was not taken as it stands: {hint}")]);

    private static string Covers(Hold hold) => hold.Kind == HoldKind.Mailboxes ? $"on everything of {string.Join(' ', hold.Mailboxes)}" : $"{hold.Records} records named";

    private static Command List(CommandContext context) => new Command("list", "List all holds, lifted ones too.").Lists<Hold>(context, _ => "holds", hold =>
    {
        var what = string.Join(' ', hold.Mailboxes.Append(hold.Query).Where(part => part.Length > 0)) + (hold.Kind == HoldKind.Mailboxes ? "" : $" ({hold.Records} records named)");
        var end = hold.LiftedAt is { } lifted ? $"lifted {lifted:yyyy-MM-dd}" : hold.Until is { } until ? $"until {until:yyyy-MM-dd}" : "in force";
        return $"{hold.Id} {hold.Kind.ToString().ToLowerInvariant()} {what.Trim()}, {hold.Matter}: {hold.Reason} [{end}]";
    });

    private static Command Lift(CommandContext context)
    {
        var id = new Argument<string>("id") { Description = "As recorder hold list shows it." };
        var reason = new Option<string>("--reason") { Description = "Kept in the log.", Required = true };
        return new Command("lift", "Let a hold go: its records are under their terms again.") { id, reason }.Posts<LiftRequest>(
            context, parsed => ("holds/lift", new LiftRequest(parsed.GetRequiredValue(id), parsed.GetRequiredValue(reason))), lifted => $"hold {lifted.Id} lifted");
    }

    private static DateTimeOffset? Day(string? text) => text is null ? null
        : DateTimeOffset.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var day) ? day
        : throw new ControlException(ExitCodes.BadInput, $"{text} is no day like 2027-12-31");
}
