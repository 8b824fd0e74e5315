using Microsoft.Extensions.Options;
using Recorder.Ledger;

namespace Recorder.Retention;

/// <summary>The default term is a setting; what it was at which time is a fact, and a change of it is a change of rules.</summary>
public sealed partial class DefaultTerm(ILedger ledger, IOptions<RetentionOptions> options, TimeProvider time, ILogger<DefaultTerm> log)
{
    /// <summary>Tells the ledger where it knows another one. Nothing may be purged before.</summary>
    public async Task RecordAsync(CancellationToken cancel)
    {
        var now = new RetentionDefault(options.Value.Days, options.Value.AllowShorter);
        var recorded = await ledger.ActAsync(
            RetentionKeys.Default,
            state => state.Get<RetentionDefault>(RetentionKeys.Default) == now ? null
                : new RetentionDefaultSet(now.Days, now.AllowShorter) { Actor = Actor.System("settings"), At = time.GetUtcNow() },
            cancel);
        if (recorded is not null && now.Days < RetentionOptions.UsualLeastDays) LogShort(log, now.Days);
    }

    [LoggerMessage(2712, LogLevel.Warning, "Mail is kept for {Days} days only: Retention:AllowShorter is set")]
    private static partial void LogShort(ILogger log, int days);
}
