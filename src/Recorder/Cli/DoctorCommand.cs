using System.CommandLine;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Recorder.Control;
using Recorder.Health;
using Recorder.Intake;
using Recorder.Settings;

namespace Recorder.Cli;

/// <summary>Looks at everything around the archive that must work, and says what does not and what to do. Changes nothing.</summary>
internal static class DoctorCommand
{
    private static readonly Dictionary<string, (string Good, string Bad)> Words = new()
    {
        ["serve"] = ("serve runs on {0}", ""),
        ["folder"] = ("{0} can be written to", "{0} cannot be written to; give it to the user of the service, or name another with --Recorder:Data:Path"),
        ["space"] = ("{0} free for the data", "only {0} free for the data; mail waits at the upstream before it is full: add space"),
        ["port"] = ("{0} is free to listen on", "{0} cannot be listened on; end what uses it, or choose another in the settings"),
        ["domains"] = ("mail for these domains is recorded: {0}", "no domain is set, so nothing belongs to anybody; set Recorder:Smtp:Domains:0"),
        ["next-hop"] = ("the next mail server {0} answers", "the next mail server {0} does not answer; mail waits at the upstream until it does"),
        ["no-next-hop"] = ("", "no next mail server is set: mail is kept and passed on to nobody; set Recorder:NextHop:Host"),
        ["sign-in"] = ("{0} answers for sign-ins", "{0} cannot be asked: nobody can sign in who needs it"),
        ["filter"] = ("the filter {0} answers", "the filter {0} does not answer: it gives no verdicts"),
        ["mailbox"] = ("{0} answers for putting mail into folders", "{0} cannot be asked: nobody can have mail put into a folder there"),
        ["health"] = ("", "{0}"),
    };

    public static Command Create(CommandContext context)
    {
        var command = new Command(
            "doctor", "Look at what must work around the archive: folder, space, ports, next mail server, sign-in, filters, and what a running serve says of itself. Changes nothing. Exit code 1 when something does not work.");
        command.SetAction(async (parsed, cancel) =>
        {
            var settings = context.LoadSettings(parsed);
            var checks = IsServed(settings.Data) ? await AskAsync(settings, cancel) : await LookAsync(settings, cancel);
            foreach (var check in checks) context.Print(parsed, check, Line(check));
            return checks.All(check => check.IsGood) ? ExitCodes.Done : ExitCodes.Findings;
        });
        return command;
    }

    private static string Line(SetupCheck check)
    {
        var (good, bad) = Words[check.Code];
        var words = string.Format(null, check.IsGood ? good : bad, check.What);
        return $"{(check.IsGood ? "ok  " : "FAIL")}  {words}{(check.Reason.Length > 0 ? $" ({check.Reason})" : "")}";
    }

    private static async Task<IReadOnlyList<SetupCheck>> AskAsync(RecorderSettings settings, CancellationToken cancel)
    {
        await using var door = await ControlDoor.OpenAsync(settings, cancel);
        return [new("serve", true, Path.GetFullPath(settings.Data.Path)), .. await door.SendAsync<List<SetupCheck>>(HttpMethod.Get, "doctor", null, cancel)];
    }

    private static async Task<IReadOnlyList<SetupCheck>> LookAsync(RecorderSettings settings, CancellationToken cancel)
    {
        await using var parts = RecorderApp.Unstarted(settings);
        var ports = IntakeSetup.ListenersOf(settings).Select(listener => IPEndPoint.Parse(listener.Listen)).Append(RecorderApp.WebEndPoint(settings));
        return [.. MachineChecks.Run(settings.Data.Path, ports), .. await parts.GetRequiredService<ISetupChecks>().RunAsync(cancel)];
    }

    private static bool IsServed(DataOptions data)
    {
        if (!Directory.Exists(data.Path)) return false;
        using var folder = DataFolder.TryHold(data);
        return folder is null;
    }
}
