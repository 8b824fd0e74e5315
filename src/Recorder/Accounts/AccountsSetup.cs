using Microsoft.Extensions.Options;
using Recorder.Intake;

namespace Recorder.Accounts;

public static class AccountsSetup
{
    /// <summary>Needs <see cref="Ledger.ILedger"/>, <see cref="TimeProvider"/> and the options Accounts, Smtp and Web.</summary>
    public static IServiceCollection AddAccounts(this IServiceCollection services)
    {
        services.AddSingleton<IAddressBook>(provider =>
        {
            var smtp = provider.GetRequiredService<IOptions<SmtpOptions>>().Value;
            return new AddressBook([.. smtp.Domains], smtp.Hostname, provider.GetRequiredService<IOptions<AccountsOptions>>().Value);
        });
        services.AddSingleton<IAccounts, Accounts>();
        services.AddSingleton<OwnedAddresses>();
        services.AddSingleton<Sessions>();
        services.AddSingleton<ISessions>(provider => provider.GetRequiredService<Sessions>());
        services.AddHostedService<FailuresAtStop>();
        return services;
    }

    /// <summary>The last failed sign-ins go to the ledger before it closes, which is after all services have stopped.</summary>
    private sealed class FailuresAtStop(Sessions sessions) : IHostedService
    {
        public Task StartAsync(CancellationToken cancel) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancel)
        {
            sessions.Dispose();
            return Task.CompletedTask;
        }
    }
}
