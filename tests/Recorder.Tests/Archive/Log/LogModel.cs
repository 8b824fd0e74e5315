using System.Text;
using Recorder.Archive;

namespace Recorder.Tests.Archive.Log;

/// <summary>
/// What the log must hold, kept without looking at how it does: every attempt has a payload of its own, acknowledged
/// ones are owed for ever, others may appear once after a restart, and are owed from then on.
/// </summary>
internal sealed class LogModel
{
    public sealed record Attempt(string Name, EntryKind Kind, byte[] Bytes);

    private readonly Dictionary<string, Attempt> _open = new(StringComparer.Ordinal);
    private readonly SortedDictionary<long, (LogEntry Entry, Attempt? Attempt)> _owed = [];
    private long _checkedThrough;
    private int _attempts;

    public int Owed => _owed.Count;

    public Attempt Begin(EntryKind kind, byte[] bytes)
    {
        var attempt = new Attempt($"attempt {++_attempts}", kind, bytes);
        lock (_open) _open.Add(attempt.Name, attempt);
        return attempt;
    }

    public void Acknowledge(Attempt attempt, Receipt receipt)
    {
        lock (_open)
        {
            Assert.True(_open.Remove(attempt.Name));
            var entry = new LogEntry(receipt.Id, receipt.Position, attempt.Kind, receipt.AppendedAt, default, Encoding.UTF8.GetBytes(attempt.Name), attempt.Bytes.Length, default);
            Assert.True(_owed.TryAdd(receipt.Position.Sequence, (entry, attempt)), $"{receipt.Position} was given twice");
        }
    }

    /// <summary>Checks the log against what is owed; bodies of what was not checked before, or of all.</summary>
    /// <param name="restarted">Whether unacknowledged entries may have come up.</param>
    public async Task CheckAsync(LogBench bench, bool restarted, bool allBodies)
    {
        var durable = bench.Log.DurableSequence;
        var entries = await bench.AllAsync();
        for (var i = 0; i < entries.Count; i++)
        {
            Assert.Equal(i + 1, entries[i].Position.Sequence);
            if (i > 0) Assert.True(entries[i - 1].Id.CompareTo(entries[i].Id) < 0, $"{entries[i].Position} has an id out of order");
            await CheckAsync(bench, entries[i], restarted, allBodies);
        }
        // Sealing may have added its roots meanwhile.
        Assert.True(entries.Count >= durable, $"{entries.Count} of {durable} entries");
        Assert.True(_owed.Count == 0 || _owed.Last().Key <= entries.Count, "acknowledged entries are gone");
        _checkedThrough = entries.Count;
    }

    private async Task CheckAsync(LogBench bench, LogEntry entry, bool restarted, bool allBodies)
    {
        var sequence = entry.Position.Sequence;
        if (!_owed.TryGetValue(sequence, out var owed))
        {
            var name = Encoding.UTF8.GetString(entry.Payload.Span);
            Attempt? attempt = null;
            if (entry.Kind != EntryKind.Root)
            {
                Assert.True(restarted, $"{name} at {sequence} was not acknowledged");
                Assert.True(_open.Remove(name, out attempt), $"{name} at {sequence} was never appended or came twice");
                Assert.Equal(attempt.Kind, entry.Kind);
            }
            _owed[sequence] = owed = (entry, attempt);
        }
        Assert.Equal(owed.Entry.Id, entry.Id);
        Assert.Equal(owed.Entry.AppendedAt, entry.AppendedAt);
        Assert.True(owed.Entry.Payload.Span.SequenceEqual(entry.Payload.Span), $"another payload at {sequence}");
        if (entry.Kind != EntryKind.Mail || (!allBodies && sequence <= _checkedThrough)) return;
        Assert.Equal(owed.Attempt!.Bytes, await bench.ContentOfAsync(entry.Id));
    }
}
