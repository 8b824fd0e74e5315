using Recorder.Archive.Disk;

namespace Recorder.Archive.Copies;

/// <summary>A file that is copied as it is and of which nothing can be checked.</summary>
public sealed class PlainImage(IDisk disk, string sourcePath, string path, long lengthBytes, bool mayChange = true) : ImageFile(path, lengthBytes)
{
    public override bool MayChange => mayChange;

    public static PlainImage Of(IDisk disk, string sourcePath, string path, bool mayChange = true)
    {
        using var file = disk.Open(sourcePath, DiskMode.Read);
        return new PlainImage(disk, sourcePath, path, file.Length, mayChange);
    }

    public override IDiskFile OpenSource() => disk.Open(sourcePath, DiskMode.Read);

    public override string? ProblemOf(IDiskFile file, long from, CancellationToken cancel) => null;
}
