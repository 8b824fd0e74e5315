using System.Buffers;
using MimeKit;
using MimeKit.Encodings;

namespace Recorder.Mail;

/// <summary>Takes a part's encoded bytes as they pass, counts the decoded ones and keeps as many as are wanted.</summary>
internal sealed class PartSink
{
    private readonly ArrayBufferWriter<byte> kept = new(4096);
    private readonly byte[] tail = new byte[2];
    private byte[] scratch = [];
    private IMimeDecoder? decoder;
    private int keepBytes, tailLength;
    private bool doubts, endsEarly;
    private Base64End end;
    private long taken;

    public long DecodedBytes { get; private set; }
    public ReadOnlySpan<byte> Kept => kept.WrittenSpan;
    public byte[] KeptCopy() => kept.WrittenSpan.ToArray();
    public bool IsCut => DecodedBytes > kept.WrittenCount;

    /// <summary>How the content is really encoded: text announced as base64 may be plain.</summary>
    public ContentEncoding Encoding { get; private set; }

    /// <param name="isBody">Plain words behind base64 are kept as they are.</param>
    public void Begin(ContentEncoding encoding, int keepLimitBytes, bool doubtBase64 = false, bool isBody = false)
    {
        Encoding = encoding;
        (endsEarly, end) = (isBody && encoding == ContentEncoding.Base64, default);
        doubts = doubtBase64 && encoding == ContentEncoding.Base64;
        kept.ResetWrittenCount();
        decoder = Decoder(encoding);
        (keepBytes, tailLength, taken, DecodedBytes) = (keepLimitBytes, 0, 0, 0);
    }

    /// <summary>Holds the last two bytes back: the line break before a boundary belongs to the boundary (RFC 2046 §5.1.1).</summary>
    public void Write(byte[] buffer, int start, int count)
    {
        if (doubts && count > 2)
            Doubt(buffer.AsSpan(start, count));
        if (count >= 2)
        {
            Decode(tail, 0, tailLength);
            Decode(buffer, start, count - 2);
            tail[0] = buffer[start + count - 2];
            tail[1] = buffer[start + count - 1];
            tailLength = 2;
            return;
        }
        for (var i = 0; i < count; i++)
            WriteOne(buffer[start + i]);
    }

    /// <param name="encodedBytes">The part's real length without the boundary's line break.</param>
    public void Complete(long encodedBytes) => Decode(tail, 0, (int)Math.Clamp(encodedBytes - taken, 0, tailLength));

    /// <summary>Words with spaces between them in the first line were never base64.</summary>
    private void Doubt(ReadOnlySpan<byte> content)
    {
        doubts = false;
        var line = content[..Math.Min(content.Length, 400)].Trim("\r\n \t"u8);
        var end = line.IndexOf((byte)'\n');
        if ((end < 0 ? line : line[..end]).TrimEnd("\r \t"u8).Count((byte)' ') >= 2)
            (decoder, Encoding) = (null, ContentEncoding.Default);
    }

    private void WriteOne(byte value)
    {
        if (tailLength == 2)
        {
            Decode(tail, 0, 1);
            (tail[0], tailLength) = (tail[1], 1);
        }
        tail[tailLength++] = value;
    }

    private void Decode(byte[] buffer, int start, int count)
    {
        if (count == 0)
            return;
        taken += count;
        if (decoder is null)
        {
            Keep(buffer.AsSpan(start, count));
            return;
        }
        if (endsEarly && end.Find(buffer.AsSpan(start, count)) is >= 0 and var words)
        {
            endsEarly = false;
            DecodeWith(buffer, start, words);
            Keep("\r\n"u8);
            Keep(buffer.AsSpan(start + words, count - words));
            decoder = null;
            return;
        }
        DecodeWith(buffer, start, count);
    }

    private void DecodeWith(byte[] buffer, int start, int count)
    {
        var need = decoder!.EstimateOutputLength(count);
        if (scratch.Length < need)
            scratch = new byte[Math.Max(need, 8192)];
        Keep(scratch.AsSpan(0, decoder.Decode(buffer, start, count, scratch)));
    }

    private void Keep(ReadOnlySpan<byte> decoded)
    {
        DecodedBytes += decoded.Length;
        var room = keepBytes - kept.WrittenCount;
        if (room > 0)
            kept.Write(decoded[..Math.Min(room, decoded.Length)]);
    }

    private static IMimeDecoder? Decoder(ContentEncoding encoding) => encoding switch
    {
        ContentEncoding.Base64 => new Base64Decoder(),
        ContentEncoding.QuotedPrintable => new QuotedPrintableDecoder(),
        ContentEncoding.UUEncode => new UUDecoder(),
        _ => null,
    };
}
