using Recorder.Ledger;

namespace Recorder.Recovery.Bulk;

/// <summary>What a job has done since it began or began again.</summary>
internal sealed class BulkProgress
{
    private const int MaxRefusals = 100;

    private readonly Lock gate = new();
    private readonly List<BulkRefusal> refusals = [];
    private long done, refused;

    public long Done => Interlocked.Read(ref done);

    public long Refused => Interlocked.Read(ref refused);

    public IReadOnlyList<BulkRefusal> Refusals
    {
        get
        {
            lock (gate) return [.. refusals];
        }
    }

    public void Add(string recordId, string? refusal)
    {
        if (refusal is null)
        {
            Interlocked.Increment(ref done);
            return;
        }

        Interlocked.Increment(ref refused);
        lock (gate)
        {
            if (refusals.Count < MaxRefusals) refusals.Add(new BulkRefusal(recordId, refusal));
        }
    }
}
