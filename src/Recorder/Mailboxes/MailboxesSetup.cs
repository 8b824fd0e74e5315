using Recorder.Settings;

namespace Recorder.Mailboxes;

public static class MailboxesSetup
{
    /// <summary>Needs <see cref="RecorderSettings"/> and the clock.</summary>
    public static IServiceCollection AddMailboxes(this IServiceCollection services) => services.AddSingleton(provider =>
        new MailboxServers(provider.GetRequiredService<RecorderSettings>().Mailboxes, provider.GetRequiredService<TimeProvider>()));
}
