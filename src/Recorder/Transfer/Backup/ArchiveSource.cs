using Recorder.Archive;
using Recorder.Archive.Copies;
using Recorder.Archive.Disk;
using Recorder.Archive.Encryption;
using Recorder.Ledger;

namespace Recorder.Transfer.Backup;

/// <summary>What a copy of this installation consists of: the archive, and the keys that stand beside it.</summary>
public sealed class ArchiveSource(MailArchive archive, ILedger ledger, DataPlace data, TimeProvider time)
{
    public const string KeysFolder = "keys";

    public long DurableSequence => archive.DurableSequence;

    /// <summary>Changes when something was sealed, rewritten or removed.</summary>
    public object Segments => archive.Segments;

    /// <exception cref="CopyRefusedException">The folder lies in the data folder, or holds it.</exception>
    public void RefuseOwn(string folder)
    {
        if (!DataPlace.AreApart(data.Root, folder)) throw new CopyRefusedException("the folder lies in the data folder, or holds it; name one on another disk");
    }

    /// <summary>Brings a copy up to now.</summary>
    /// <param name="withFileKeys">Also the keys of encrypted files, wrapped by the master key: without them the copy cannot be read.</param>
    /// <exception cref="CopyRefusedException">The copy is of another archive, or of a later state of this one.</exception>
    /// <exception cref="IOException">The target failed.</exception>
    public async Task<CopyReport> CopyAsync(CopyTarget target, bool withKeys, bool withFileKeys, Action<long, long>? tell, CancellationToken cancel)
    {
        using var image = archive.TakeImage();
        await RefuseForeignAsync(target, image, cancel);
        var keys = withKeys ? Keys(withFileKeys) : [];
        return new ArchiveCopier(target, WasRemoved, time, tell).Run(image, keys, cancel);
    }

    /// <summary>Tells the ledger that what was removed before a round of the mirror is out of it too, where it does not know.</summary>
    /// <param name="began">When the round began.</param>
    public async Task RecordMirrorAsync(string path, long through, DateTimeOffset began, CancellationToken cancel)
    {
        var (known, removal) = (ledger.State.Get<MirrorState>(BackupKeys.Mirror), ledger.State.Get<LastRemoval>(RetentionKeys.LastRemoval));
        if (known?.Path == path && !(removal?.At >= known.At)) return;
        // A removal in the same moment may have come after the round looked.
        if (removal?.At >= began) return;
        await ledger.AppendAsync(new MirrorKept(path, through) { Actor = Actor.System("mirror"), At = began }, cancel);
    }

    private bool WasRemoved(string segment) => ledger.State.Get<RemovedSegment>(RetentionKeys.Removed(segment)) is not null;

    private async Task RefuseForeignAsync(CopyTarget target, ArchiveImage image, CancellationToken cancel)
    {
        if (target.Manifest?.Head is not { } head) return;
        var isOurs = head.Lane == image.Lane && head.Through <= image.Through;
        foreach (var anchor in head.Anchors)
        {
            // Purged since, or not as it was: the ledger's own entry knows then.
            if (!isOurs || await archive.HasAsync(anchor, cancel) is not { } has) continue;
            isOurs = has;
            break;
        }

        if (!isOurs) throw new CopyRefusedException("the folder holds a backup of another archive, or of a later state of this one; name another folder");
    }

    // Taken after the image: the key file has the keys of all that is in it.
    private List<PlainImage> Keys(bool withFileKeys)
    {
        if (!Directory.Exists(data.Keys)) return [];
        var disk = new RealDisk(data.Keys);
        return [.. disk.List("").Where(name => !name.EndsWith(DurableFile.TemporarySuffix, StringComparison.Ordinal) && (withFileKeys || name != FileKeys.FileName)).Select(name => PlainImage.Of(disk, name, $"{KeysFolder}/{name}"))];
    }
}
