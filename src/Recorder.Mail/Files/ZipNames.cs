using System.Buffers.Binary;

namespace Recorder.Mail;

/// <summary>The names in a zip file's central directory (APPNOTE 4.3.12), without believing anything else in it.</summary>
internal static class ZipNames
{
    private const int HeaderBytes = 46, EndBytes = 22, MaxCommentBytes = 65_535;

    /// <param name="isCut">There are more.</param>
    public static IReadOnlyList<string> Of(ReadOnlySpan<byte> zip, int maxNames, out bool isCut)
    {
        isCut = false;
        var names = new List<string>();
        var charsets = new CharsetContext();
        for (var at = Directory(zip); IsHeader(zip, at);)
        {
            if (isCut = names.Count == maxNames)
                break;
            var header = zip[at..];
            var nameBytes = BinaryPrimitives.ReadUInt16LittleEndian(header[28..]);
            if (HeaderBytes + nameBytes > header.Length)
                break;
            names.Add(CharsetRepair.Decode(header.Slice(HeaderBytes, nameBytes), null, charsets));
            at += HeaderBytes + nameBytes + BinaryPrimitives.ReadUInt16LittleEndian(header[30..]) + BinaryPrimitives.ReadUInt16LittleEndian(header[32..]);
        }
        return names;
    }

    private static bool IsHeader(ReadOnlySpan<byte> zip, int at) =>
        at >= 0 && at <= zip.Length - HeaderBytes && zip[at..].StartsWith("PK\u0001\u0002"u8);

    /// <summary>Where it begins: found from the end, or where the end is missing or lies, by the first header.</summary>
    private static int Directory(ReadOnlySpan<byte> zip)
    {
        var tail = zip[Math.Max(0, zip.Length - EndBytes - MaxCommentBytes)..];
        var end = tail.LastIndexOf("PK\u0005\u0006"u8);
        if (end >= 0 && tail.Length - end >= EndBytes)
        {
            var start = BinaryPrimitives.ReadUInt32LittleEndian(tail[(end + 16)..]);
            if (start < zip.Length && IsHeader(zip, (int)start))
                return (int)start;
        }
        return zip.IndexOf("PK\u0001\u0002"u8);
    }
}
