using System.Text;
using Recorder.Smtp;
using Recorder.Smtp.Server;

namespace Recorder.Fuzz.Targets;

/// <summary>What follows DATA, in one piece and in many, against the plain reading of RFC 5321 §4.5.2 line by line.</summary>
public sealed class DotsTarget : FuzzTarget
{
    public override IEnumerable<byte[]> Seeds() =>
        ((string[])["Subject: x\r\n\r\n..a\r\n.b\r\n.\r\nQUIT\r\n", ".\r\n", "..\r\n.\r\n", "\n.\n\r.\r\r\n.\n\r\n.\r.\r\n\r\n.\r\n", "a\r\r\n.\r\r\n\0.\r\n.\r\n", "\r\n\r\n.\r\n."]).Select(Bytes);

    public override void Run(byte[] input)
    {
        var wire = Encoding.Latin1.GetString(input);
        var (text, taken) = Reference(wire);
        foreach (var slices in (IEnumerable<ReadOnlyMemory<byte>>[])[[input], Slices.OfOne(input), Slices.Random(input)])
        {
            var (found, rest, shape) = Read(slices);
            Oracle.Same(taken < 0 ? null : wire.Length - taken, rest, "bytes left behind the end of data");
            if (taken < 0) continue;
            Oracle.Same(text, found, "text");
            Oracle.Same(Shape(text), shape, "shape");
        }
    }

    /// <returns>Left: null where the data did not end.</returns>
    private static (string Text, int? Left, WireShape Shape) Read(IEnumerable<ReadOnlyMemory<byte>> slices)
    {
        var (reader, meter, chain, found) = (new DotReader(), new WireMeter(), new SegmentChain(), new StringBuilder());
        var rest = Slices.Sequence(slices);
        while (!rest.IsEmpty && !reader.Ended)
        {
            chain.Clear();
            rest = reader.Read(rest, chain);
            found.Append(Encoding.Latin1.GetString(System.Buffers.BuffersExtensions.ToArray(chain.Sequence)));
            meter.Add(chain.Sequence);
        }
        return (found.ToString(), reader.Ended ? (int)rest.Length : null, meter.Shape);
    }

    private static (string Text, int Taken) Reference(string wire)
    {
        var text = new StringBuilder();
        for (var at = 0; ;)
        {
            var end = wire.IndexOf("\r\n", at, StringComparison.Ordinal);
            if (end < 0) return (text.ToString(), -1);
            var line = wire[at..(end + 2)];
            at = end + 2;
            if (line == ".\r\n") return (text.ToString(), at);
            text.Append(line[0] == '.' ? line[1..] : line);
        }
    }

    internal static WireShape Shape(string message)
    {
        var lines = message.Split("\r\n");
        return new WireShape(
            message.Length, lines.Any(line => line.Contains('\r')), lines.Any(line => line.Contains('\n')),
            message.Contains('\0'), message.Any(c => c > 127), lines.Max(line => line.Length));
    }
}
