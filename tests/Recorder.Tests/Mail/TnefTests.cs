using System.Buffers.Binary;
using System.Text;
using Recorder.Mail;

namespace Recorder.Tests.Mail;

/// <summary>winmail.dat, built here attribute by attribute (MS-OXTNEF §2.1.3).</summary>
public class TnefTests
{
    private const uint RenderingData = 0x00069002, Title = 0x00018010, Data = 0x0006800F, Properties = 0x00069005;

    private static byte[] Tnef(params byte[][] attributes) => [0x78, 0x9F, 0x3E, 0x22, 1, 0, .. attributes.SelectMany(a => a)];

    private static byte[] Attribute(uint tag, byte[] data, int? declaredLength = null)
    {
        var head = new byte[9];
        head[0] = 2; // of an attachment
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(1), tag);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(5), declaredLength ?? data.Length);
        var checksum = (ushort)data.Sum(b => b);
        return [.. head, .. data, (byte)checksum, (byte)(checksum >> 8)];
    }

    private static byte[] File(string name, string content) =>
    [
        .. Attribute(RenderingData, new byte[14]),
        .. Attribute(Title, [.. Encoding.ASCII.GetBytes(name), 0]),
        .. Attribute(Data, Encoding.ASCII.GetBytes(content)),
    ];

    private static byte[] Message(byte[] tnef) => MailBytes.Of(
        "Subject: s\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nwords\n--b\nContent-Type: application/ms-tnef; name=winmail.dat\nContent-Transfer-Encoding: base64\n\n",
        Convert.ToBase64String(tnef, Base64FormattingOptions.InsertLineBreaks), "\n--b--\n");

    [Fact]
    public void Members_of_winmail_dat_are_listed_after_it_and_open()
    {
        var message = Message(Tnef(File("first.txt", "one"), File("second.exe", "three")));
        var attachments = MailBytes.Facts(message).Attachments;
        Assert.Equal(["winmail.dat", "first.txt", "second.exe"], attachments.Select(a => a.FileName));
        Assert.Equal([3L, 5L], attachments.Skip(1).Select(a => a.SizeBytes));
        Assert.True(attachments[2].IsDangerous);
        Assert.Equal("three", Encoding.ASCII.GetString(MailBytes.Part(message, attachments[2].Index)));
    }

    public static TheoryData<string, byte[]> Hostile() => new()
    {
        { "not TNEF", [1, 2, 3] },
        { "empty", [] },
        { "cut", Tnef(File("a.txt", "content"))[..40] },
        { "attribute of 2 GB", Tnef(Attribute(RenderingData, new byte[14]), Attribute(Title, [65, 0], int.MaxValue)) },
        { "content of 2 GB", Tnef(Attribute(RenderingData, new byte[14]), Attribute(Data, [65, 0], int.MaxValue)) },
        { "property of 2 GB", Tnef(Attribute(RenderingData, new byte[14]), Attribute(Properties, [1, 0, 0, 0, 0x1F, 0, 1, 0x30, 1, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0x7F, 0, 0, 0, 0])) },
        { "binary property of 2 GB", Tnef(Attribute(RenderingData, new byte[14]), Attribute(Properties, [1, 0, 0, 0, 2, 1, 1, 0x37, 1, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0x7F, 0, 0, 0, 0])) },
        { "two thousand million properties", Tnef(Attribute(RenderingData, new byte[14]), Attribute(Properties, [0xFF, 0xFF, 0xFF, 0x7F, 0x1F, 0, 1, 0x30, 0xFF, 0xFF, 0xFF, 0x7F])) },
        { "negative length", Tnef(Attribute(RenderingData, new byte[14]), Attribute(Title, [65, 0], -5)) },
    };

    [Theory, MemberData(nameof(Hostile))]
    public void A_hostile_winmail_dat_stays_a_file_and_costs_no_memory(string what, byte[] tnef)
    {
        var message = Message(tnef);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var facts = MailBytes.Facts(message);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 20 << 20, what);
        Assert.Equal("winmail.dat", facts.Attachments[0].FileName);
        Assert.Equal(tnef, MailBytes.Part(message, facts.Attachments[0].Index));
    }

    [Fact]
    public void Damaged_members_never_throw()
    {
        var whole = Tnef(File("a.txt", "content"), Attribute(RenderingData, new byte[14]), Attribute(Properties, [1, 0, 0, 0, 0x1F, 0, 1, 0x30, 1, 0, 0, 0, 2, 0, 0, 0, 65, 0, 0, 0]));
        var random = new Random(20261102);
        for (var i = 0; i < 300; i++)
        {
            var damaged = whole.ToArray();
            for (var hits = random.Next(1, 6); hits > 0; hits--)
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            Assert.NotEmpty(MailBytes.Facts(Message(damaged)).Attachments);
        }
    }
}
