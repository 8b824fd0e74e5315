using System.Text;
using Recorder.Mail;
using static Recorder.Tests.Mail.MailBytes;

namespace Recorder.Tests.Mail;

/// <summary>Hostile sizes. Each finishes in a bounded number of allocated bytes, far below what the shape asks for.</summary>
public class MailLimitTests
{
    private const long MaxAllocatedBytes = 400L << 20; // in total over the run; what is alive at once is far less

    public static TheoryData<string> Shapes() => ["nested parts", "nested messages", "header fields", "one header", "one line", "flat parts", "header in parts", "boundaries", "recipients", "encoded words", "parameters"];

    [Theory, MemberData(nameof(Shapes))]
    public void Hostile_shapes_are_cut_short(string shape)
    {
        var message = Build(shape);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var facts = Facts(message);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MaxAllocatedBytes);
        Assert.Equal("s", facts.Subject);
        var mayBeWhole = shape is "boundaries" or "recipients" or "encoded words" or "parameters";
        Assert.True(mayBeWhole || facts.Flags.HasFlag(ReadFlags.Truncated), $"{shape}: {facts.Flags}");
        View(message);
        HeaderScan.Scan(message);
    }

    private static byte[] Build(string shape) => shape switch
    {
        "nested parts" => Of("Subject: s\n", Repeat(10_000, i => $"Content-Type: multipart/mixed; boundary=b{i}\n\n--b{i}\n"), "\nend"),
        "nested messages" => Of("Subject: s\n", Repeat(2_000, _ => "Content-Type: message/rfc822\n\n"), "\nend"),
        "header fields" => Of("Subject: s\n", Repeat(100_000, i => $"X-Field-{i}: some value or other\n"), "\nend"),
        "one header" => Of("Subject: s\nX-Long: ", new string('x', 10 << 20), "\n\nend"),
        "one line" => Of("Subject: s\n\n", new string('x', 20 << 20)),
        "flat parts" => Of("Subject: s\nContent-Type: multipart/mixed; boundary=b\n\n", Repeat(50_000, _ => "--b\n\nx\n"), "--b--"),
        "header in parts" => Of("Subject: s\nContent-Type: multipart/mixed; boundary=b\n\n", Repeat(20, _ => "--b\nX-Long: " + new string('x', 1 << 20) + "\n\nx\n"), "--b--"),
        "boundaries" => Of("Subject: s\nContent-Type: multipart/mixed; boundary=b\n\n", Repeat(1_000_000, _ => "--\n")),
        "recipients" => Of("Subject: s\nTo: ", Repeat(40_000, i => $"u{i}@example.org,\n "), "x@example.org\n\nend"),
        "encoded words" => Of("Subject: s\nFrom: ", Repeat(60_000, _ => "=?utf-8?B?"), "\nTo: ", Repeat(20_000, _ => "=?no-such?Q?=E9?=\n "), "\n\nend"),
        "parameters" => Of("Subject: s\nContent-Type: text/plain", Repeat(20_000, i => $"; name*{i}*=%E9"), Repeat(50_000, _ => "; a=\""), "\n\nend"),
        _ => throw new ArgumentOutOfRangeException(nameof(shape), shape, null),
    };

    private static byte[] Repeat(int count, Func<int, string> piece)
    {
        var text = new StringBuilder();
        for (var i = 0; i < count; i++)
            text.Append(piece(i));
        return Of(text.ToString());
    }

    [Fact]
    public void A_body_behind_a_cut_header_is_still_read_and_its_parts_still_open()
    {
        var limits = new MailReadLimits { MaxHeaderBytes = 64 << 10 };
        var message = Of("Subject: s\nContent-Type: multipart/mixed; boundary=b\nX-Long: ", new string('x', 1 << 20),
            "\n\n--b\n\nwords\n--b\nContent-Type: application/pdf\nContent-Disposition: attachment; filename=a.pdf\n\n%PDF\n--b--\n");
        var reader = new MailReader(limits);
        var facts = reader.ReadFacts(new MemoryStream(message), CancellationToken.None);
        Assert.Equal(("words", ReadFlags.Truncated), (facts.Text, facts.Flags));
        using var part = reader.OpenPart(new MemoryStream(message), Assert.Single(facts.Attachments).Index);
        Assert.Equal("%PDF", new StreamReader(part!.Content).ReadToEnd());
    }

    [Fact]
    public void Parts_up_to_the_limit_are_listed()
    {
        var message = Of("Content-Type: multipart/mixed; boundary=b\n\n", Repeat(30, i => $"--b\nContent-Type: image/png\n\n{i}\n"), "--b--");
        var facts = Facts(message, new MailReadLimits { MaxParts = 10 });
        Assert.Equal((10, ReadFlags.Truncated), (facts.Attachments.Count, facts.Flags));
    }
}
