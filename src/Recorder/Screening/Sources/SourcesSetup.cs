using Recorder.Screening.Learning;
using Recorder.Settings;

namespace Recorder.Screening.Sources;

/// <summary>Puts the configured sources together, the most trusted first.</summary>
public static class SourcesSetup
{
    public static IServiceCollection AddVerdictSources(this IServiceCollection services) => services.AddSingleton(Make).AddReportLearner();

    private static VerdictSources Make(IServiceProvider provider)
    {
        var options = provider.GetRequiredService<RecorderSettings>().Screening;
        return new VerdictSources(
            SourcesOf(options), options.WhenDown, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<RecorderMetrics>(),
            provider.GetRequiredService<ILogger<VerdictSources>>(), options.MaxDeferrals);
    }

    /// <summary>What is asked with these settings, the most trusted first.</summary>
    internal static IReadOnlyList<IVerdictSource> SourcesOf(ScreeningOptions options)
    {
        List<IVerdictSource> sources = [new GtubeSource()];
        if (options.Rspamd is { Url.Length: > 0 } rspamd)
            sources.Add(new RspamdSource(options, Limits(options, rspamd.TimeoutSeconds, rspamd.MaxConcurrent, rspamd.MaxWaiting)));
        if (SpamdAddress.Parse(options.Spamd.Address) is { } address)
            sources.Add(new SpamdSource(options, address, Limits(options, options.Spamd.TimeoutSeconds, options.Spamd.MaxConcurrent, options.Spamd.MaxWaiting)));
        if (options.Headers.SpamAssassin || options.Headers.Rspamd) sources.Add(new TrustedHeaderSource(options));
        if (options.AuthServId.Length > 0) sources.Add(new AuthenticationResultsSource(options));
        return sources;
    }

    // All begin together, so the limit for all is one for each.
    private static RemoteLimits Limits(ScreeningOptions options, int timeoutSeconds, int maxConcurrent, int maxWaiting) => new(
        TimeSpan.FromSeconds(Math.Min(timeoutSeconds, options.TimeLimitSeconds)), maxConcurrent, maxWaiting, options.MaxScanBytes, TimeSpan.FromSeconds(options.BreakSeconds));
}
