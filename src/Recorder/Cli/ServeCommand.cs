using System.CommandLine;
using Recorder.Accounts;
using Recorder.Control;
using Recorder.Settings;

namespace Recorder.Cli;

/// <summary>The main job: hook and web until stopped.</summary>
internal static class ServeCommand
{
    public static Command Create(CommandContext context)
    {
        var command = new Command("serve", "Take mail from the mail server, record it, pass it on, and serve pages and API.");
        command.SetAction(async (parsed, cancel) =>
        {
            var settings = context.LoadSettings(parsed);
            using var folder = DataFolder.Hold(settings.Data);
            await using var app = RecorderApp.Build(settings, AppParts.Everything);
            await app.StartAsync(cancel);
            PrintWelcome(app, settings);
            await app.WaitForShutdownAsync(cancel);
            return ExitCodes.Done;
        });
        return command;
    }

    private static void PrintWelcome(WebApplication app, RecorderSettings settings)
    {
        var web = RecorderApp.WebAddress(app);
        Line("data", Path.GetFullPath(settings.Data.Path));
        foreach (var listener in RecorderApp.Listeners(app))
        {
            Line("mail", listener);
        }

        Line("next hop", settings.NextHop.Host.Length == 0
            ? "none: mail is kept but NOT passed on; set Recorder:NextHop:Host to relay"
            : $"{settings.NextHop.Protocol.ToString().ToLowerInvariant()}://{settings.NextHop.Host}:{settings.NextHop.Port}");
        Line("web", web);
        if (app.Services.GetRequiredService<SetupLink>().Path is { } path)
        {
            Line("set-up", $"{web}{path}");
            Line("", "(one-time link: make the first admin account there)");
        }

        Line("", "Ctrl+C stops.");
    }

    private static void Line(string label, string text) => Console.WriteLine($"{label,-10}{text}");
}
