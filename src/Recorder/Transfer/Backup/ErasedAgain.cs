using Recorder.Archive;
using Recorder.Archive.Copies;
using Recorder.Ledger;

namespace Recorder.Transfer.Backup;

/// <summary>Takes out of a restored archive what was erased after its copy was made. There is no index yet that would know of it.</summary>
internal sealed class ErasedAgain(MailArchive archive, Actor actor, TimeProvider time)
{
    /// <returns>How many were there.</returns>
    /// <exception cref="ArchiveException">A segment cannot be written again; it has all it had.</exception>
    public async Task<int> RunAsync(IReadOnlyList<ErasedNote> notes, CancellationToken cancel)
    {
        var back = new List<RecordId>();
        foreach (var note in notes)
        {
            if (await archive.FindAsync(note.Id, cancel) is not { Kind: EntryKind.Mail }) continue;
            back.Add(note.Id);
            await Restore.AppendAsync(archive, new ErasureAsked(note.Id.ToString(), $"erased at {note.At:u}, after the copy was made") { Actor = actor, At = time.GetUtcNow() });
        }

        if (back.Count == 0) return 0;
        await archive.SealAsync(cancel);
        foreach (var segment in back.Select(id => archive.SegmentOf(id)!).DistinctBy(segment => segment.Name))
            archive.Rewrite(segment, entry => back.Contains(entry.Id), CancellationToken.None);
        foreach (var id in back) await Restore.AppendAsync(archive, new RecordErased(id.ToString()) { Actor = Actor.System("restore"), At = time.GetUtcNow() });
        return back.Count;
    }
}
