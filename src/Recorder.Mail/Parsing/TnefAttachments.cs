using MimeKit;
using MimeKit.Tnef;

namespace Recorder.Mail;

/// <summary>Members of Outlook's winmail.dat; an unreadable one stays an attachment as it is.</summary>
internal static class TnefAttachments
{
    private const int MaxMembers = 200;

    public static bool Is(ReadPart part) => part.ContentType is "application/ms-tnef" or "application/vnd.ms-tnef"
        || part.RawName.Equals("winmail.dat", StringComparison.OrdinalIgnoreCase);

    public sealed record Member(string Name, string ContentType, string? ContentId, byte[] Content)
    {
        public ReadPart ToPart(int index, bool isNested) => new()
        {
            Index = index, ContentType = ContentType, Encoding = ContentEncoding.Default, RawName = Name, ContentId = ContentId,
            IsMarkedAttachment = true, IsNested = isNested, SizeBytes = Content.Length, Content = Content,
        };
    }

    public static IReadOnlyList<Member> Read(byte[] tnef)
    {
        var members = new List<Member>();
        try
        {
            using var part = new TnefPart { Content = new MimeContent(new MemoryStream(tnef, writable: false)) };
            foreach (var entity in part.ExtractAttachments())
            {
                using (entity)
                {
                    if (members.Count < MaxMembers && entity is MimePart { Content: not null } file)
                        members.Add(Open(file));
                }
            }
        }
        catch (Exception)
        {
            // Hostile or cut: what was read until here is listed, the file itself can be downloaded.
        }
        return members;
    }

    private static Member Open(MimePart file)
    {
        using var content = new MemoryStream();
        file.Content!.DecodeTo(content);
        return new Member(file.FileName ?? "", file.ContentType.MimeType.ToLowerInvariant(), file.ContentId, content.ToArray());
    }
}
