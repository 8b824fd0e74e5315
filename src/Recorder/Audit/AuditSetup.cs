using Recorder.Accounts;
using Recorder.Indexing;
using Recorder.Ledger;
using Recorder.Search;

namespace Recorder.Audit;

public static class AuditSetup
{
    /// <summary>Needs the event index with its follower, the ledger and the address book.</summary>
    public static IServiceCollection AddAudit(this IServiceCollection services) => services.AddSingleton<IAudit>(provider => new AuditDesk(
        provider.GetRequiredService<IEventIndex>(), provider.GetRequiredService<ILedger>(), provider.GetRequiredService<IAddressBook>(),
        provider.GetRequiredService<EventFollower>(), provider.GetRequiredService<TimeProvider>()));
}
