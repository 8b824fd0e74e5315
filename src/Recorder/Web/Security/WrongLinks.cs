using System.Collections.Concurrent;

namespace Recorder.Web.Security;

/// <summary>Counts wrong links by source over a quarter of an hour. Right ones cost nothing; a source with many wrong ones must wait.</summary>
internal sealed class WrongLinks(TimeProvider time)
{
    public const int MaxPerSource = 100;
    private const int MaxSources = 100_000;
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(15);

    private ConcurrentDictionary<string, int> counts = new(StringComparer.Ordinal);
    private readonly Lock gate = new();
    private long began = time.GetTimestamp();

    public bool MustWait(string source)
    {
        Turn();
        return counts.GetValueOrDefault(source) >= MaxPerSource || counts.Count > MaxSources;
    }

    public void Add(string source) => counts.AddOrUpdate(source, 1, (_, before) => before + 1);

    private void Turn()
    {
        lock (gate)
        {
            if (time.GetElapsedTime(began) < Window)
            {
                return;
            }

            (counts, began) = (new ConcurrentDictionary<string, int>(StringComparer.Ordinal), time.GetTimestamp());
        }
    }
}
