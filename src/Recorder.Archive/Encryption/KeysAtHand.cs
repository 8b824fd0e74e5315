using Recorder.Archive.Disk;
using Recorder.Archive.Log;
using Recorder.Archive.Segments;

namespace Recorder.Archive.Encryption;

/// <summary>Looks, before anything is touched, whether an archive is encrypted that cannot be read: files of the log, and where no key is at all also the newest segment.</summary>
internal static class KeysAtHand
{
    /// <exception cref="ArchiveException">Unavailable: names the file, and what to do.</exception>
    public static void Require(IDisk disk, string lane)
    {
        var (raw, keys) = disk is EncryptedDisk encrypted ? (encrypted.Raw, encrypted.Keys) : (disk, null);
        var files = new LogFiles(disk, lane);
        foreach (var path in files.Numbers().Select(files.PathOf))
            if (HeaderOf(raw, path) is { } header) files.CipherOf(header, path);
        if (keys is { Count: > 0 }) return;
        var segments = $"segments/{lane}";
        var (newest, _) = raw.List(segments).Select(name => (Path: $"{segments}/{name}", Name: SegmentName.TryParse($"{lane}/{name}"))).Where(one => one.Name is not null)
            .OrderByDescending(one => one.Name!.Last).FirstOrDefault();
        if (newest is not null && EncryptedDisk.IsEncrypted(raw, newest)) throw new ArchiveException(ArchiveFault.Unavailable, EncryptedFile.NoKey(newest).Message);
    }

    private static FileHeader? HeaderOf(IDisk disk, string path)
    {
        using var file = disk.Open(path, DiskMode.Read);
        var bytes = new byte[ActiveFormat.FileHeaderBytes];
        return FileHeader.Decode(bytes.AsSpan(0, file.Read(0, bytes)));
    }
}
