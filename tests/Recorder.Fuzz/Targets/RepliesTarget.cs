using System.Text;
using Recorder.Smtp;
using Recorder.Smtp.Client;

namespace Recorder.Fuzz.Targets;

/// <summary>What a next hop says. The same replies however they are sliced; texts are safe to log and to pass on; bounded.</summary>
public sealed class RepliesTarget : FuzzTarget
{
    public override IEnumerable<byte[]> Seeds() =>
        ((string[])["220 mx ESMTP\r\n250-mx\r\n250-SIZE 100\r\n250-AUTH PLAIN LOGIN\r\n250-XFORWARD NAME ADDR\r\n250 CHUNKING\r\n", "550-5.1.1 no\r\n550 5.1.1 such\r\n", "250\r\n451 4.3.123 x\n", "250-a\r\n\r\n", "421 \0\x7f\xc3\xa9\xff\r\n", "250 2.0.0\r\n25"]).Select(Bytes);

    public override void Run(byte[] input)
    {
        var whole = ReadAll(new MemoryStream(input));
        Oracle.Same(whole, ReadAll(new SlicedStream(input, Slices.RandomOf(input))), "replies differ with the slicing");
    }

    private static string ReadAll(Stream stream)
    {
        var reader = new ReplyReader(stream);
        var all = new StringBuilder();
        while (true)
        {
            try
            {
                var reply = reader.ReadAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult();
                Check(reply);
                all.AppendLine(reply.ToString());
            }
            catch (Exception e) when (e is MalformedReplyException or EndOfStreamException)
            {
                return all.AppendLine(e.GetType().Name).ToString();
            }
        }
    }

    private static void Check(SmtpReply reply)
    {
        Oracle.Holds(reply.Code is >= 200 and <= 599, $"code {reply.Code}");
        Oracle.Holds(reply.Text.All(c => c == '\n' || !char.IsControl(c)), "control characters");
        Oracle.Holds(reply.Text.Count(c => c == '\n') < ReplyReader.MaxLines, "lines");
        Oracle.Holds(reply.EnhancedCode.Length == 0 || reply.EnhancedCode[0] - '0' == reply.Code / 100, "class");
        var features = CapabilityParser.Parse(reply.Text);
        Oracle.Holds(features.Announced.MaxMessageBytes >= 0, "SIZE");
    }
}
