namespace Recorder.Transfer.Sources;

/// <summary>A message a file.</summary>
/// <param name="ending">What the name of a message ends in; other files are told of and left.</param>
internal sealed class FolderSource(string format, string root, IEnumerable<string> files, string ending = "") : IMailSource
{
    private readonly long total = files.LongCount();

    public string Format => format;

    public long Total => total;

    public IEnumerable<SourceMail> Read() => files.Select((file, index) => Mail(file, index + 1));

    private SourceMail Mail(string file, int number)
    {
        var name = Path.GetRelativePath(root, file);
        if (!file.EndsWith(ending, StringComparison.OrdinalIgnoreCase)) return Left($"its name does not end in {ending}: rename it if it is a message");
        var info = new FileInfo(file);
        return info.Exists
            ? new SourceMail(name, () => Open(file), null, new DateTimeOffset(info.LastWriteTimeUtc), number)
            // A mail program renames files while people read.
            : Left("gone since the folder was listed: import again");

        SourceMail Left(string why) => new(name, () => Stream.Null, null, default, number, why);
    }

    private static FileStream Open(string file) => new(file, new FileStreamOptions { Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0 });
}

/// <summary>The files of folders, in a steady order. Links to folders are not followed, so that no folder comes twice.</summary>
internal static class Folders
{
    private static readonly EnumerationOptions Everything = new() { AttributesToSkip = FileAttributes.None };

    /// <summary>What lies in the cur and new of a Maildir and of the Maildirs below it; tmp holds what is not delivered yet.</summary>
    public static IEnumerable<string> OfMaildir(string root) => Below(root)
        .Where(folder => Path.GetFileName(folder) is "cur" or "new").SelectMany(Shown);

    /// <summary>All files, however deep, but hidden ones.</summary>
    public static IEnumerable<string> OfAny(string root) => Below(root).SelectMany(Shown);

    private static IEnumerable<string> Shown(string folder) =>
        Directory.EnumerateFiles(folder, "*", Everything).Where(file => !Path.GetFileName(file).StartsWith('.')).Order(StringComparer.Ordinal);

    private static IEnumerable<string> Below(string root)
    {
        var waiting = new Stack<string>([root]);
        while (waiting.TryPop(out var folder))
        {
            yield return folder;
            foreach (var below in new DirectoryInfo(folder).EnumerateDirectories("*", Everything).Where(below => below.LinkTarget is null)
                .Select(below => below.FullName).OrderDescending(StringComparer.Ordinal)) waiting.Push(below);
        }
    }
}
