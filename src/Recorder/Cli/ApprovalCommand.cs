using System.CommandLine;
using Recorder.Control;
using Recorder.Ledger;

namespace Recorder.Cli;

/// <summary>What waits for two administrators, where Retention:TwoPersons asks for them.</summary>
internal static class ApprovalCommand
{
    private static readonly Argument<string> Id = new("id") { Description = "As recorder approval list shows it." };

    public static Command Create(CommandContext context) =>
        new("approval", "Purges and erasures that wait for two administrators: list, approve, refuse.") { List(context), Give(context), Refuse(context) };

    private static Command List(CommandContext context) => new Command("list", "List what waits.").Lists<Approval>(context, _ => "approvals", one =>
        $"{one.Id} {one.Kind.ToString().ToLowerInvariant()} {(one.Kind == ApprovalKind.Erasure ? $"{one.RecordId} ({one.Reason})" : $"of {one.Records} records, {one.Bytes} bytes")}"
            + $", asked by {one.AskedBy}, until {one.ExpiresAt:u}; approved by {(one.By.Count == 0 ? "nobody" : string.Join(", ", one.By))}");

    private static Command Give(CommandContext context)
    {
        var account = new Option<string>("--account") { Description = "The administrator who approves.", Required = true };
        var fromInput = new Option<bool>("--password-stdin") { Description = "Read the administrator's password from the first line of standard input." };
        return new Command("give", "Approve. The second approval of an erasure carries it out; a purge goes at the next round or with purge --execute.") { Id, account, fromInput }.Posts<Approval>(
            context, parsed => ("approvals/give", new ApprovalAnswer(parsed.GetRequiredValue(Id), parsed.GetRequiredValue(account), AccountCommand.Read(parsed.GetValue(fromInput)))),
            one => $"approved by {string.Join(", ", one.By)}{(one.IsGiven ? "" : "; another administrator must approve it too")}");
    }

    private static Command Refuse(CommandContext context)
    {
        var reason = new Option<string>("--reason") { Description = "Kept in the log.", Required = true };
        return new Command("refuse", "Refuse. It can be asked for again.") { Id, reason }.Posts<LiftRequest>(
            context, parsed => ("approvals/refuse", new LiftRequest(parsed.GetRequiredValue(Id), parsed.GetRequiredValue(reason))), one => $"{one.Id} refused");
    }
}
