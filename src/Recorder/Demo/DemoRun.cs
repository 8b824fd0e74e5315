using System.Net;
using System.Security.Cryptography;
using Recorder.Accounts;
using Recorder.Ledger;
using Recorder.Mail;
using Recorder.Smtp;
using Recorder.Smtp.Client;

namespace Recorder.Demo;

/// <param name="Address">What to sign in with.</param>
public sealed record DemoAccount(string Address, string Name, bool IsAdmin, string Password);

/// <summary>What a demo does once the product runs: makes accounts and sends the sample mail through the real port.</summary>
public static class DemoRun
{
    public const string Domain = "demo.example";

    /// <summary>Fresh passwords each run: a demo left open is not a known door.</summary>
    public static IReadOnlyList<DemoAccount> Accounts { get; } =
    [
        new("alice@" + Domain, "Alice Chen", true, NewPassword()),
        new("lin@" + Domain, "林小姐", false, NewPassword()),
    ];

    public static async Task MakeAccountsAsync(IAccounts accounts, CancellationToken cancel)
    {
        foreach (var account in Accounts)
        {
            await accounts.AddAsync(Actor.System("demo"), account.Address, account.Password, account.IsAdmin, account.Name, cancel);
        }
    }

    /// <returns>How many sample messages the hook answered 2xx.</returns>
    public static async Task<int> SendSamplesAsync(IPEndPoint hook, CancellationToken cancel)
    {
        var endpoint = new NextHopEndpoint(hook.Address.ToString(), hook.Port, SmtpProtocol.Smtp);
        await using var pool = new NextHopPool(endpoint, new NextHopOptions { OurHostname = "outside.example" }, TimeProvider.System);
        var reader = new MailReader();
        var accepted = 0;
        foreach (var sample in SampleMail.All)
        {
            var report = await pool.SendAsync(sample.ToOutgoing(reader), null, cancel);
            accepted += report.Recipients.All(recipient => recipient.Outcome == DeliveryOutcome.Accepted) ? 1 : 0;
        }

        return accepted;
    }

    private static string NewPassword() => "demo-" + RandomNumberGenerator.GetHexString(10, lowercase: true);
}
