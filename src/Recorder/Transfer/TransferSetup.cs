namespace Recorder.Transfer;

public static class TransferSetup
{
    /// <summary>Needs the log, the ledger, the mail index with its follower, and the address book.</summary>
    public static IServiceCollection AddTransfer(this IServiceCollection services) => services.AddSingleton<Importer>();
}
