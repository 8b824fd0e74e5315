using System.Xml;

namespace Recorder.Mail;

/// <summary>OpenDocument texts, sheets and slides: all of them keep their words in one member.</summary>
internal static class OpenDocumentText
{
    public static FileFlaws Read(PackageMembers package, FileTextSink text)
    {
        if (IsEncrypted(package))
            return FileFlaws.Encrypted;
        using (var reader = package.Open("content.xml")!)
            XmlWords.Read(reader, package.MaxDepth, Meaning, text);
        using var styles = package.Open("styles.xml"); // page headers and footers
        if (styles is not null)
            XmlWords.Read(styles, package.MaxDepth, Meaning, text);
        return FileFlaws.None;
    }

    private static XmlMeaning Meaning(XmlReader reader) => reader.LocalName switch
    {
        "p" or "h" => XmlMeaning.TextLine,
        "line-break" => XmlMeaning.Line,
        "s" or "tab" => XmlMeaning.Space,
        "scripts" or "automatic-styles" or "tracked-changes" => XmlMeaning.Skip,
        _ => XmlMeaning.None,
    };

    private static bool IsEncrypted(PackageMembers package)
    {
        using var reader = package.Open("META-INF/manifest.xml")!;
        while (reader.Read() && reader.Depth <= package.MaxDepth)
        {
            if (reader is { NodeType: XmlNodeType.Element, LocalName: "encryption-data" })
                return true;
        }
        return false;
    }
}
