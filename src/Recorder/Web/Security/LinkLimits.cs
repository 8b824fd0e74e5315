using System.Collections.Concurrent;
using Recorder.Accounts;

namespace Recorder.Web.Security;

/// <summary>
/// Limits of the links in digests, which work without a session. Wrong ones count by source; right ones by the account they
/// were written for, since each opens a message. Wrong ones never keep a right one out.
/// </summary>
internal sealed class LinkLimits(TimeProvider time)
{
    public const int MaxWrongPerSource = 100, MaxOpensPerAccount = 60;

    private readonly Tally wrong = new(TimeSpan.FromMinutes(15), time), opens = new(TimeSpan.FromMinutes(1), time);

    /// <returns>false when this source has sent so many wrong links that it must wait.</returns>
    public bool CountWrong(string source) => wrong.Add(SourceNetwork.Of(source)) <= MaxWrongPerSource;

    /// <returns>false when links of this account were opened so often that the next must wait.</returns>
    public bool CountOpen(string account) => opens.Add(account) <= MaxOpensPerAccount;

    /// <summary>Counts by name within a window; with more names than fit, new ones must wait.</summary>
    private sealed class Tally(TimeSpan window, TimeProvider time)
    {
        private const int MaxNames = 100_000;

        private readonly Lock gate = new();
        private ConcurrentDictionary<string, int> counts = new(StringComparer.Ordinal);
        private long began = time.GetTimestamp();

        public int Add(string name)
        {
            var now = Current();
            return now.Count >= MaxNames && !now.ContainsKey(name) ? int.MaxValue : now.AddOrUpdate(name, 1, (_, before) => before < int.MaxValue ? before + 1 : before);
        }

        private ConcurrentDictionary<string, int> Current()
        {
            lock (gate)
            {
                if (time.GetElapsedTime(began) >= window)
                {
                    (counts, began) = (new ConcurrentDictionary<string, int>(StringComparer.Ordinal), time.GetTimestamp());
                }

                return counts;
            }
        }
    }
}
