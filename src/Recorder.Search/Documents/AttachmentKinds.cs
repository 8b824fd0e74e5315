namespace Recorder.Search.Documents;

/// <summary>What sort of file an attachment is, by its media type and, since senders get that wrong, by its name.</summary>
internal static class AttachmentKinds
{
    public const string Any = "attachment";

    private static readonly (string Kind, string[] Extensions, string[] TypeBeginnings)[] Known =
    [
        ("image", ["png", "jpg", "jpeg", "gif", "bmp", "webp", "tif", "tiff", "svg", "heic", "ico"], ["image/"]),
        ("pdf", ["pdf"], ["application/pdf", "application/x-pdf"]),
        ("document", ["doc", "docx", "odt", "rtf", "pages", "docm", "hwp", "pdf"], ["application/msword", "application/vnd.openxmlformats-officedocument.wordprocessing", "application/vnd.oasis.opendocument.text", "application/rtf", "text/rtf", "application/pdf"]),
        ("spreadsheet", ["xls", "xlsx", "xlsm", "ods", "csv"], ["application/vnd.ms-excel", "application/vnd.openxmlformats-officedocument.spreadsheet", "application/vnd.oasis.opendocument.spreadsheet", "text/csv"]),
        ("presentation", ["ppt", "pptx", "pps", "ppsx", "odp"], ["application/vnd.ms-powerpoint", "application/vnd.openxmlformats-officedocument.presentation", "application/vnd.oasis.opendocument.presentation"]),
        ("archive", ["zip", "rar", "7z", "gz", "tgz", "tar", "bz2", "xz"], ["application/zip", "application/x-zip", "application/x-rar", "application/x-7z", "application/gzip", "application/x-gzip", "application/x-tar"]),
        ("audio", ["mp3", "wav", "m4a", "ogg", "flac", "aac", "wma", "amr"], ["audio/"]),
        ("video", ["mp4", "mov", "avi", "mkv", "webm", "wmv", "mpg", "mpeg"], ["video/"]),
        ("calendar", ["ics", "vcs"], ["text/calendar", "application/ics"]),
        ("message", ["eml", "msg"], ["message/rfc822", "message/global"]),
    ];

    /// <summary>The kinds of all attachments, each once; empty where there is none.</summary>
    public static IReadOnlyList<string> Of(IReadOnlyList<string> names, IReadOnlyList<string> types)
    {
        if (names.Count == 0) return [];
        var kinds = new List<string> { Any };
        foreach (var (kind, extensions, beginnings) in Known)
            if (names.Any(name => extensions.Contains(ExtensionOf(name))) || types.Any(type => BeginsWithOne(type, beginnings))) kinds.Add(kind);
        return kinds;
    }

    private static string ExtensionOf(string name) =>
        name.LastIndexOf('.') is var dot and >= 0 ? name[(dot + 1)..].Trim().ToLowerInvariant() : "";

    private static bool BeginsWithOne(string type, string[] beginnings) =>
        beginnings.Any(beginning => type.StartsWith(beginning, StringComparison.OrdinalIgnoreCase));
}
