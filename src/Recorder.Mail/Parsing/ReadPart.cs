using MimeKit;

namespace Recorder.Mail;

/// <summary>A leaf of the message (or an attached message) as the walk found it.</summary>
internal sealed class ReadPart
{
    public required int Index { get; init; }

    /// <summary>Lower case type/subtype.</summary>
    public required string ContentType { get; init; }

    public required ContentEncoding Encoding { get; set; }

    /// <summary>As sent; empty when none.</summary>
    public string RawName { get; init; } = "";

    public string? ContentId { get; init; }
    public string? Charset { get; init; }
    public Flow Flow { get; init; }
    public bool IsMarkedAttachment { get; init; }
    public bool IsMarkedInline { get; init; }

    /// <summary>All there is of its message.</summary>
    public bool IsRoot { get; init; }

    /// <summary>In a message attached to the message.</summary>
    public bool IsNested { get; init; }

    /// <summary>The multipart/alternative it is a choice of; 0 for none.</summary>
    public int AlternativeId { get; init; }

    public long SizeBytes { get; set; }

    /// <summary>Where the encoded content stands in the message.</summary>
    public long BeginOffset { get; set; }
    public long EndOffset { get; set; }

    /// <summary>Name made from the subject of an attached message.</summary>
    public string? MadeName { get; set; }

    /// <summary>Decoded content where it exists nowhere as a range of the message (members of winmail.dat).</summary>
    public byte[]? Content { get; set; }

    /// <summary>The part as text: plain, or markup when <see cref="IsHtml"/>; null when it is none or was not wanted.</summary>
    public string? Text { get; set; }

    public bool IsHtml => ContentType == "text/html";
    public bool IsMessage => ContentType is "message/rfc822" or "message/global" or "message/news" or "message/rfc2822" or "text/rfc822-headers";

    /// <summary>Shown as the message's own words, not as a file.</summary>
    public bool IsBody => ContentType is "text/plain" or "text/html" && !IsMarkedAttachment && (IsRoot || RawName.Length == 0);

    /// <summary>Sent as a file, so that what it says is said in an attachment.</summary>
    public bool IsFile => IsMarkedAttachment || (RawName.Length > 0 && !IsRoot);

    public string FileName
    {
        get
        {
            var clean = FileNames.Clean(RawName);
            return clean.Length > 0 ? clean : MadeName ?? FileNames.MadeUp(Index, ContentType);
        }
    }

    public MailAttachment ToAttachment() => new(
        Index, FileName, ContentType, SizeBytes, IsInline: IsMarkedInline || (ContentId is not null && !IsMarkedAttachment),
        ContentId, DangerousFiles.Is(RawName, ContentType));
}
