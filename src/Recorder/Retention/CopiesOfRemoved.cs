using Recorder.Ledger;

namespace Recorder.Retention;

/// <summary>A copy that was made while removed mail was still there.</summary>
/// <param name="Kind">backup or mirror.</param>
/// <param name="MadeAt">The copy shows the archive of this time: as it is now, or as it was when it ended.</param>
/// <param name="EndedAt">Since then it is without the removed mail; null while it has it.</param>
/// <param name="KeptUntil">The day by which whoever made it deletes it; null where that was not said.</param>
/// <param name="IsNoted">A note beside it says what to leave out when it is restored; of single records only.</param>
public sealed record CopyOfRemoved(string Kind, string Path, DateTimeOffset MadeAt, DateTimeOffset? EndedAt, DateOnly? KeptUntil, bool? IsNoted = null);

/// <summary>What copies the ledger knows of mail that has left the archive.</summary>
public static class CopiesOfRemoved
{
    public static string Others => "Copies that were made by other means than recorder backup and the mirror are not known here.";

    /// <param name="removedAt">When the last of it left.</param>
    public static IReadOnlyList<CopyOfRemoved> Of(IStateSnapshot state, DateTimeOffset removedAt, IReadOnlyList<string>? noted = null)
    {
        var copies = state.Range<BackupState>(BackupKeys.All).Select(pair => pair.Value)
            .Select(one => Copy(new CopyOfRemoved("backup", one.Target, one.At, null, one.KeptUntil, noted?.Contains(one.Target)))).ToList();
        if (state.Get<MirrorState>(BackupKeys.Mirror) is { } mirror) copies.Add(Copy(new CopyOfRemoved("mirror", mirror.Path, mirror.At, null, null)));
        return copies;

        // The first copy after the removal, not the newest: what is certified stays as it was said.
        CopyOfRemoved Copy(CopyOfRemoved copy)
        {
            if (copy.MadeAt <= removedAt) return copy;
            var ended = FirstAfter(copy.Path) ?? copy.MadeAt;
            return copy with { MadeAt = ended, EndedAt = ended, KeptUntil = null, IsNoted = null };
        }

        DateTimeOffset? FirstAfter(string path) => state.Range<CopyTurn>(BackupKeys.TurnsOf(path), BackupKeys.Turn(path, removedAt))
            .FirstOrDefault(turn => turn.Value.Path == path).Value?.At;
    }
}
