using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Recorder.Accounts;
using Recorder.Archive;
using Recorder.Indexing;
using Recorder.Ledger;
using Recorder.Recovery;
using Recorder.Screening.Lists;
using Recorder.Search;
using Recorder.Settings;
using Recorder.Tests.Fakes;

namespace Recorder.Tests.Ledger;

public sealed class CompositionTests
{
    [Fact]
    public async Task In_a_host_the_ledger_is_caught_up_before_any_service_starts_and_written_after_all_have_stopped()
    {
        using var folder = new TestFolder();
        var log = new InMemoryLog();
        await using (var before = await Desk.OpenAsync(log))
        {
            await before.AddAsync("alice@example.edu", isAdmin: true);
        }

        using var host = Build(log, folder);
        await host.StartAsync(TestContext.Current.CancellationToken);
        var early = host.Services.GetRequiredService<EarlyService>();
        Assert.True(early.SawAdmin);
        Assert.NotNull(host.Services.GetRequiredService<IRecovery>());
        await host.Services.GetRequiredService<IndexFollower>().CatchUpAsync(TestContext.Current.CancellationToken);
        await host.StopAsync(TestContext.Current.CancellationToken);

        Assert.Equal("late", (LedgerJson.Decode(log.Entries[^1].Payload.Span) as SessionEnded)?.SessionHash);
        Assert.True(File.Exists(Path.Combine(folder.Path, "state", "state.db")));
    }

    private static IHost Build(InMemoryLog log, TestFolder folder)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.Configure<DataOptions>(options => options.Path = folder.Path);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<IArchiveLog>(log);
        builder.Services.AddSingleton<IMailIndex>(new InMemoryMailIndex());
        builder.Services.AddSingleton<IEventIndex>(new InMemoryEventIndex());
        builder.Services.AddSingleton<EarlyService>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<EarlyService>());
        builder.Services.AddLedger().AddAccounts().AddIndexing().AddSenderLists().AddRecovery();
        return builder.Build();
    }

    /// <summary>Stands for a listener that was registered first.</summary>
    private sealed class EarlyService(IAccounts accounts, ILedger ledger) : IHostedService
    {
        public bool SawAdmin { get; private set; }

        public Task StartAsync(CancellationToken cancel)
        {
            SawAdmin = accounts.AnyAdmin;
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancel)
        {
            ledger.TryPost(new SessionEnded("late", "x") { Actor = Desk.Cli, At = TimeProvider.System.GetUtcNow() });
            return Task.CompletedTask;
        }
    }
}
