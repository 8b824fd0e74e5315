using Recorder.Archive;
using Recorder.Ledger;

namespace Recorder.Intake;

/// <summary>
/// Gathers confirmations for a moment and writes them as one fact: a ledger entry and a share of an fsync for each
/// message would cost as much as recording it. What a crash loses only leaves keys open.
/// </summary>
internal sealed class ConfirmedAnswers : IDisposable
{
    public static readonly TimeSpan GatherTime = TimeSpan.FromMilliseconds(250);

    // An entry holds 1 MiB of JSON; a record's own recipients alone may be nearly that much.
    private const int MaxCharsTogether = 64 * 1024;

    private readonly Lock gate = new();
    private readonly ILedger ledger;
    private readonly TimeProvider clock;
    private readonly ILogger log;
    private readonly ITimer timer;
    private List<ConfirmedAnswer> waiting = [];
    private int chars;

    public ConfirmedAnswers(ILedger ledger, TimeProvider clock, ILogger log)
    {
        (this.ledger, this.clock, this.log) = (ledger, clock, log);
        timer = clock.CreateTimer(_ => Post(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Add(ConfirmedAnswer answer)
    {
        var more = answer.RecordId.Length + answer.Recipients.Sum(recipient => recipient.Length);
        List<ConfirmedAnswer> full = [];
        lock (gate)
        {
            if (chars + more > MaxCharsTogether) full = Take();
            waiting.Add(answer);
            chars += more;
            if (waiting.Count == 1) timer.Change(GatherTime, Timeout.InfiniteTimeSpan);
        }
        Post(full);
    }

    public void Dispose()
    {
        timer.Dispose();
        Post();
    }

    private void Post()
    {
        List<ConfirmedAnswer> taken;
        lock (gate) taken = Take();
        Post(taken);
    }

    private void Post(List<ConfirmedAnswer> answers)
    {
        if (answers.Count == 0) return;
        var fact = new AnswersConfirmed(answers) { Actor = Actor.System("intake"), At = clock.GetUtcNow() };
        if (!ledger.TryPost(fact)) _ = AppendLaterAsync(fact);
    }

    private List<ConfirmedAnswer> Take()
    {
        var taken = waiting;
        (waiting, chars) = ([], 0);
        return taken;
    }

    private async Task AppendLaterAsync(AnswersConfirmed fact)
    {
        try
        {
            await ledger.AppendAsync(fact, CancellationToken.None);
        }
        catch (Exception error) when (error is ArchiveException or OperationCanceledException or ObjectDisposedException)
        {
            Log.NotConfirmed(log, error, fact.Records.Count);
        }
    }
}

internal static partial class Log
{
    [LoggerMessage(3001, LogLevel.Warning, "The upstream's confirmations of {Records} records could not be recorded; their retry keys stay open")]
    public static partial void NotConfirmed(ILogger log, Exception error, int records);
}
