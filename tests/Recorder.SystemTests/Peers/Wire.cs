using System.Text;
using System.Text.RegularExpressions;
using Recorder.Smtp;
using Recorder.Smtp.Client;

namespace Recorder.SystemTests.Peers;

/// <summary>A message of the tests on its way out.</summary>
internal sealed record WireMail(byte[] Bytes) : IMessageContent
{
    public long LengthBytes => Bytes.Length;

    public bool HasBareLineEnds { get; } = Wire.HasBareLineEnds(Bytes);

    public Stream OpenRead() => new MemoryStream(Bytes, writable: false);
}

/// <summary>What the tests do with bytes and replies.</summary>
internal static partial class Wire
{
    public static NextHopPool Sender(int port, SmtpProtocol protocol, int sessions = 8) => new(
        new NextHopEndpoint("127.0.0.1", port, protocol), new NextHopOptions { OurHostname = "sender.example", MaxSessions = sessions }, TimeProvider.System);

    public static async Task<IReadOnlyList<RecipientResult>> SendAsync(this NextHopPool pool, byte[] bytes, string from, params string[] to)
    {
        var envelope = new Envelope(from, [.. to.Select(address => new EnvelopeRecipient(address))], new MailParameters(bytes.Length, BodyType.EightBitMime));
        return (await pool.SendAsync(new OutgoingMessage(envelope, default, new WireMail(bytes)), null, CancellationToken.None)).Recipients;
    }

    /// <summary>A plain message with its own subject.</summary>
    public static byte[] Mail(string subject, int bodyBytes = 200) => Encoding.ASCII.GetBytes(
        $"From: a@sender.example\r\nTo: u@example.edu\r\nSubject: {subject}\r\nMessage-ID: <{subject}@sender.example>\r\nDate: {DateTimeOffset.UtcNow:r}\r\n\r\n"
        + string.Concat(Enumerable.Repeat("All that was received is what is kept. .\r\n..\r\n", bodyBytes / 46 + 1)));

    /// <summary>The record id in one of Recorder's replies.</summary>
    public static string? RecordIdIn(string reply) => RecordId().Match(reply) is { Success: true } found ? found.Groups[1].Value : null;

    /// <summary>The record id in the trace field of a delivered copy.</summary>
    public static string? TraceId(byte[] delivered) =>
        TraceField().Match(Encoding.Latin1.GetString(delivered, 0, Math.Min(delivered.Length, 16 * 1024))) is { Success: true } found ? found.Groups[1].Value : null;

    /// <summary>Names of the fields before <paramref name="stored"/>, or null where the copy does not end in exactly those bytes.</summary>
    public static string? FieldsBefore(byte[] stored, byte[] delivered)
    {
        if (delivered.Length < stored.Length || !delivered.AsSpan(delivered.Length - stored.Length).SequenceEqual(stored))
        {
            return null;
        }

        var head = Encoding.Latin1.GetString(delivered, 0, delivered.Length - stored.Length);
        return string.Join(' ', head.Split("\r\n").Where(line => line.Length > 0 && line[0] is not (' ' or '\t')).Select(line => line.Split(':')[0]));
    }

    public static bool HasBareLineEnds(ReadOnlySpan<byte> bytes)
    {
        for (var i = 0; i < bytes.Length; i++)
        {
            if ((bytes[i] == '\n' && (i == 0 || bytes[i - 1] != '\r')) || (bytes[i] == '\r' && (i + 1 == bytes.Length || bytes[i + 1] != '\n')))
            {
                return true;
            }
        }

        return false;
    }

    [GeneratedRegex("([0-9a-f]{8}-[0-9a-f-]{27}) recorded")]
    private static partial Regex RecordId();

    [GeneratedRegex(@"X-Recorder-Trace: id=([0-9a-f-]{36})")]
    private static partial Regex TraceField();
}
