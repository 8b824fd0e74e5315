using System.IO.Compression;

namespace Recorder.Mail;

/// <summary>Zip files: office documents by their text, any other by the names of its members.</summary>
internal static class PackageText
{
    public static FileFlaws Read(ReadOnlyMemory<byte> content, FileTextSink text, FileLimits limits)
    {
        var names = ZipNames.Of(content.Span, limits.MaxMembers, out var isCut);
        if (Document(names) is not { } read)
        {
            foreach (var name in names)
            {
                text.Write(name);
                text.Break('\n');
            }
            return names.Count == 0 ? FileFlaws.Unreadable : isCut ? FileFlaws.Cut : FileFlaws.None;
        }
        if (isCut)
            return FileFlaws.TooCostly; // no program writes a document of so many members
        using var zip = new ZipArchive(new MemoryStream(content.ToArray(), writable: false), ZipArchiveMode.Read);
        return read(new PackageMembers(zip, limits), text);
    }

    private static Func<PackageMembers, FileTextSink, FileFlaws>? Document(IReadOnlyCollection<string> names) =>
        names.Contains("word/document.xml") ? OfficeText.ReadWords
        : names.Contains("xl/workbook.xml") ? OfficeText.ReadSheets
        : names.Contains("ppt/presentation.xml") ? OfficeText.ReadSlides
        : names.Contains("content.xml") && names.Contains("META-INF/manifest.xml") ? OpenDocumentText.Read
        : null;
}
