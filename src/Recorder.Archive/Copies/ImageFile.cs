using Recorder.Archive.Disk;

namespace Recorder.Archive.Copies;

/// <summary>One file of an image: what a copy must hold under its path.</summary>
/// <param name="path">Relative, '/'-separated.</param>
/// <param name="lengthBytes">What counts of the source; more may follow in it.</param>
public abstract class ImageFile(string path, long lengthBytes)
{
    public string Path { get; } = path;
    public long LengthBytes { get; } = lengthBytes;

    /// <summary>Longer in a later image, and then begins with the same bytes.</summary>
    public virtual bool Grows => false;

    /// <summary>Other bytes under the same name are the newer ones. Without it a name has one content for ever.</summary>
    public virtual bool MayChange => false;

    /// <exception cref="IOException">It cannot be opened.</exception>
    public abstract IDiskFile OpenSource();

    /// <summary>What the format itself says of these bytes, read from <paramref name="from"/> to <see cref="LengthBytes"/>.</summary>
    /// <returns>null when they are as they were written.</returns>
    public abstract string? ProblemOf(IDiskFile file, long from, CancellationToken cancel);

    /// <summary>Whether its absence means that it has left the archive since the image was taken.</summary>
    public virtual bool IsStillMeant() => true;

    /// <summary>The same file one folder deeper.</summary>
    internal string Under(string folder) => $"{folder}/{Path}";
}
