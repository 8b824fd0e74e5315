using System.CommandLine;
using Recorder.Accounts;
using Recorder.Control;
using Recorder.Demo;
using Recorder.Settings;

namespace Recorder.Cli;

/// <summary>Everything at once on a throwaway folder, for a first look.</summary>
internal static class DemoCommand
{
    public static Command Create(CommandContext context)
    {
        var command = new Command("demo", "Try it: the whole product on a throwaway folder with two mailboxes and sample mail sent through the real port.");
        command.SetAction((parsed, cancel) => RunAsync(context, parsed, cancel));
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, ParseResult parsed, CancellationToken cancel)
    {
        var path = Directory.CreateTempSubdirectory("recorder-demo-").FullName;
        try
        {
            await using var nextHop = new DemoNextHop(PrintDelivery);
            var settings = DemoSettings(context, parsed, path, nextHop.Port);
            using var folder = DataFolder.Hold(settings.Data);
            await using var app = RecorderApp.Build(settings, AppParts.Demo);
            await app.StartAsync(cancel);
            await DemoRun.MakeAccountsAsync(app.Services.GetRequiredService<IAccounts>(), cancel);
            Console.WriteLine("The sample mail goes in through the SMTP port; the demo's mail server says what it is given:");
            var accepted = await DemoRun.SendSamplesAsync(RecorderApp.ListenerEndPoints(app)[0], cancel);
            PrintWelcome(app, accepted, path);
            await app.WaitForShutdownAsync(cancel);
            return ExitCodes.Done;
        }
        finally
        {
            Directory.Delete(path, recursive: true);
        }
    }

    // The demo's own values come first, so that --Recorder:… arguments still win.
    private static RecorderSettings DemoSettings(CommandContext context, ParseResult parsed, string path, int nextHopPort)
    {
        string[] demo =
        [
            $"--Recorder:Data:Path={path}",
            $"--Recorder:Smtp:Domains:0={DemoRun.Domain}",
            "--Recorder:NextHop:Host=127.0.0.1",
            $"--Recorder:NextHop:Port={nextHopPort}",
        ];
        return RecorderSettings.Load(parsed.GetValue(context.File), [.. demo, .. context.SettingArguments]);
    }

    private static void PrintDelivery(DemoDelivery delivery) =>
        Console.WriteLine($"  mail server took {delivery.SizeBytes,6} bytes for {string.Join(", ", delivery.Recipients)}: {delivery.Subject}");

    private static void PrintWelcome(WebApplication app, int accepted, string path)
    {
        Console.WriteLine();
        Console.WriteLine($"{accepted} of {SampleMail.All.Count} sample messages were recorded; spam is held, everything else was passed on.");
        Console.WriteLine($"Open      {RecorderApp.WebAddress(app)}");
        foreach (var account in DemoRun.Accounts)
        {
            Console.WriteLine($"Sign in   {account.Address,-20} {account.Password}   ({account.Name}{(account.IsAdmin ? ", admin" : "")})");
        }

        Console.WriteLine($"Send more to {RecorderApp.Listeners(app)[0]} for anyone at {DemoRun.Domain}.");
        Console.WriteLine($"The data is in {path} and goes when you stop the demo with Ctrl+C.");
    }
}
