using System.Collections.Frozen;
using System.Text;

namespace Recorder.Mail;

internal enum FileKind
{
    /// <summary>Nothing we can read: pictures, sound, programs, old office files.</summary>
    Other,
    Pdf,

    /// <summary>A package: an office document or an archive, which only its members tell.</summary>
    Zip,

    /// <summary>An office document behind a password.</summary>
    Encrypted,
    Plain,
    Html,
    Calendar,
}

/// <summary>What a file is: by its first bytes, and for text, which has none of its own, by name and type.</summary>
public static class FileKinds
{
    private const int PdfHeaderReach = 1024; // readers accept it that far in

    private static readonly byte[] OldOffice = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
    private static readonly byte[] EncryptedPackage = Encoding.Unicode.GetBytes("EncryptedPackage");

    private static readonly FrozenDictionary<string, FileKind> Extensions = Build(
        (FileKind.Plain, "txt text csv tsv tab log md markdown json xml yml yaml tex bib srt ini conf cfg properties sql"),
        (FileKind.Html, "html htm xhtml"),
        (FileKind.Calendar, "ics ical ifb vcs vcf vcard"));

    private static readonly FrozenSet<string> Packages =
        "pdf zip docx docm dotx dotm xlsx xlsm xltx xltm pptx pptm ppsx ppsm potx potm odt ott ods ots odp otp odg fodt jar epub".Split(' ').ToFrozenSet();

    /// <summary>Types that never hold text to read, whatever the name.</summary>
    private static readonly string[] NeverText = ["image/", "audio/", "video/", "font/", "multipart/", "message/"];

    private static readonly FrozenSet<string> NeverReadTypes = "application/pgp-signature application/pkcs7-signature application/x-pkcs7-signature application/pgp-encrypted application/ms-tnef application/vnd.ms-tnef"
        .Split(' ').ToFrozenSet();

    /// <summary>Whether it is worth looking into, before its bytes are known. Text parts of a message are read with the message.</summary>
    public static bool MayHoldText(MailAttachment part)
    {
        if (part.ContentType.StartsWith("text/", StringComparison.Ordinal) || NeverReadTypes.Contains(part.ContentType))
            return false;
        var extension = ExtensionOf(part.FileName);
        return Extensions.ContainsKey(extension) || Packages.Contains(extension)
            || !Array.Exists(NeverText, type => part.ContentType.StartsWith(type, StringComparison.Ordinal));
    }

    /// <summary>Whether the rest is worth having, once its first bytes are known: only an old office file is told by more of it.</summary>
    public static bool MayHoldText(ReadOnlySpan<byte> head, string name, string contentType) =>
        head.StartsWith(OldOffice) || HoldsText(head, name, contentType);

    /// <summary>Whether reading it can give anything.</summary>
    public static bool HoldsText(ReadOnlySpan<byte> content, string name, string contentType) => Of(content, name, contentType) != FileKind.Other;

    internal static FileKind Of(ReadOnlySpan<byte> content, string name, string contentType)
    {
        if (content.StartsWith("PK\u0003\u0004"u8) || content.StartsWith("PK\u0005\u0006"u8))
            return FileKind.Zip;
        if (content[..Math.Min(content.Length, PdfHeaderReach)].IndexOf("%PDF-"u8) >= 0)
            return FileKind.Pdf;
        if (content.StartsWith(OldOffice))
            return content.IndexOf(EncryptedPackage) >= 0 ? FileKind.Encrypted : FileKind.Other;
        var kind = Extensions.GetValueOrDefault(ExtensionOf(name), OfType(contentType));
        return kind != FileKind.Other && WrittenText.IsWriting(content) ? kind : FileKind.Other;
    }

    private static FileKind OfType(string contentType) => contentType switch
    {
        "application/json" or "application/xml" or "application/csv" => FileKind.Plain,
        "application/xhtml+xml" => FileKind.Html,
        "application/ics" => FileKind.Calendar,
        _ => FileKind.Other,
    };

    private static string ExtensionOf(string name) => name[(name.LastIndexOf('.') + 1)..].ToLowerInvariant();

    private static FrozenDictionary<string, FileKind> Build(params (FileKind Kind, string Names)[] kinds) =>
        kinds.SelectMany(kind => kind.Names.Split(' ').Select(name => KeyValuePair.Create(name, kind.Kind))).ToFrozenDictionary();
}
