using Recorder.Archive.Disk;

namespace Recorder.Archive.Copies;

/// <summary>A file that is copied as it is and of which nothing can be checked.</summary>
public sealed class PlainImage(IDisk disk, string sourcePath, string path, long lengthBytes) : ImageFile(path, lengthBytes)
{
    public override bool MayChange => true;

    public static PlainImage Of(IDisk disk, string sourcePath, string path)
    {
        using var file = disk.Open(sourcePath, DiskMode.Read);
        return new PlainImage(disk, sourcePath, path, file.Length);
    }

    public override IDiskFile OpenSource() => disk.Open(sourcePath, DiskMode.Read);

    public override string? ProblemOf(IDiskFile file, long from, CancellationToken cancel) => null;
}
