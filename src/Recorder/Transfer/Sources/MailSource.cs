namespace Recorder.Transfer.Sources;

/// <summary>One message as it lies in its source.</summary>
/// <param name="Name">Where, in words: a path below the source, or an mbox and the byte it begins at.</param>
/// <param name="Open">The message's own bytes, without the source's framing.</param>
/// <param name="Noted">When the source itself says it arrived (an mbox's From line); null where it does not.</param>
/// <param name="FileTime">Last change of the file.</param>
/// <param name="EndsAt">How far the source is read with this message, of <see cref="IMailSource.Total"/>.</param>
/// <param name="Problem">Why there is no message to take; null usually.</param>
/// <param name="IsNotedSure">The source knows better than the message's own fields when it arrived.</param>
/// <param name="Settle">Told when the message needs not be read again.</param>
internal sealed record SourceMail(
    string Name, Func<Stream> Open, DateTimeOffset? Noted, DateTimeOffset FileTime, long EndsAt, string? Problem = null,
    bool IsNotedSure = false, Action? Settle = null);

/// <summary>Something that holds mail. Only ever read.</summary>
internal interface IMailSource
{
    string Format { get; }

    /// <summary>Messages of a folder, bytes of a file.</summary>
    long Total { get; }

    IEnumerable<SourceMail> Read();
}

internal static class MailSources
{
    /// <exception cref="ImportRefusedException">There is nothing of this kind at the path.</exception>
    public static IMailSource Open(string path, ImportFormat format)
    {
        var full = Path.GetFullPath(path);
        try
        {
            return Chosen(full, format == ImportFormat.Auto ? Guess(full) : format);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ImportRefusedException($"{full} cannot be read: {error.Message}");
        }
    }

    private static IMailSource Chosen(string path, ImportFormat format) => format switch
    {
        ImportFormat.Maildir => new FolderSource("maildir", path, Folders.OfMaildir(Existing(path))),
        ImportFormat.Zip => new ZipSource(File.Exists(path) ? [path] : Directory.EnumerateFiles(Existing(path), "*.zip").Order(StringComparer.Ordinal)),
        ImportFormat.Eml when File.Exists(path) => new FolderSource("eml", Path.GetDirectoryName(path)!, [path]),
        ImportFormat.Eml => new FolderSource("eml", path, Folders.OfAny(Existing(path)), ".eml"),
        _ => File.Exists(path) ? new MboxSource(path) : throw new ImportRefusedException($"there is no file {path}"),
    };

    private static string Existing(string folder) =>
        Directory.Exists(folder) ? folder : throw new ImportRefusedException($"there is no folder {folder}");

    private static ImportFormat Guess(string path)
    {
        if (Directory.Exists(path)) return Folders.OfMaildir(path).Any() ? ImportFormat.Maildir : ImportFormat.Eml;
        if (!File.Exists(path)) throw new ImportRefusedException($"there is nothing at {path}");
        if (ZipSource.Is(path)) return ImportFormat.Zip;
        return MboxSource.Is(path) ? ImportFormat.Mbox : ImportFormat.Eml;
    }
}
