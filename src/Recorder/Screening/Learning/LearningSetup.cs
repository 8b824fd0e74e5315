using Recorder.Settings;

namespace Recorder.Screening.Learning;

public static class LearningSetup
{
    /// <summary>Needs the ledger, the archive, <see cref="TimeProvider"/> and <see cref="RecorderSettings"/>.</summary>
    public static IServiceCollection AddReportLearner(this IServiceCollection services)
    {
        services.AddSingleton(provider => new RspamdLearner(provider.GetRequiredService<RecorderSettings>().Screening.Rspamd, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => provider.GetRequiredService<RecorderSettings>().Screening);
        services.AddSingleton<ReportLearner>();
        services.AddHostedService(provider => provider.GetRequiredService<ReportLearner>());
        return services;
    }
}
