using Microsoft.Extensions.Options;
using Recorder.Accounts.Importing;
using Recorder.Accounts.SecondFactors;
using Recorder.Accounts.Sources;
using Recorder.Archive.Disk;
using Recorder.Intake;
using Recorder.Ledger;
using Recorder.Settings;

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
        services.AddSingleton(provider => PasswordSources.Of(provider.GetRequiredService<IOptions<AccountsOptions>>().Value, provider.GetRequiredService<ILoggerFactory>()));
        services.AddSingleton(provider => SecretBox.LoadOrCreate(KeysOf(provider)));
        services.AddSingleton<Authenticators>();
        services.AddSingleton<ApiTokens>();
        services.AddSingleton<Grants>();
        services.AddSingleton<AccountImport>();
        services.AddSingleton<AccountRoles>();
        services.AddSingleton(provider => new Sessions(
            provider.GetRequiredService<ILedger>(), provider.GetRequiredService<IAccounts>(), provider.GetRequiredService<IAddressBook>(),
            provider.GetRequiredService<IOptions<AccountsOptions>>(), provider.GetRequiredService<TimeProvider>(), null,
            provider.GetRequiredService<PasswordSources>(), provider.GetRequiredService<Authenticators>()));
        services.AddSingleton<ISessions>(provider => provider.GetRequiredService<Sessions>());
        services.AddHostedService<FailuresAtStop>();
        return services;
    }

    private static RealDisk KeysOf(IServiceProvider provider) =>
        new(Directory.CreateDirectory(provider.GetRequiredService<IOptions<DataOptions>>().Value.Keys).FullName);

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
