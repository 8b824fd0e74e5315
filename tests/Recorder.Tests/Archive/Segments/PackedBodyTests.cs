using System.Security.Cryptography;
using System.Text;
using CsCheck;
using Recorder.Archive;
using Recorder.Archive.Segments;
using Recorder.Archive.Segments.Packing;

namespace Recorder.Tests.Archive.Segments;

public class PackedBodyTests
{
    private static readonly Gen<string> Stretch = Gen.OneOf(
        Gen.Select(Gen.Byte.Array[0, 400], Gen.Int[1, 30], Gen.Bool).Select((bytes, quads, crlf) => Lines(bytes, quads * 4, crlf ? "\r\n" : "\n")),
        Gen.Select(Gen.Byte.Array[60, 300], Gen.Int[0, 500]).Select((bytes, at) => Disturb(Lines(bytes, 76, "\r\n"), at)),
        Gen.String[Gen.Char["abAB+/= \r\n\t.,éZ9"], 0, 120],
        Gen.Const("\r\n"), Gen.Const("--boundary\r\n"), Gen.Const("deadbeefdeadbeefdeadbeefdeadbeefdeadbeefdeadbeefdeadbeefdeadbeef\r\n"));

    [Fact]
    public void Any_body_comes_back_exactly_from_its_packed_form() =>
        Stretch.Array[0, 12].Select(string.Concat).Sample(text =>
        {
            var body = Encoding.Latin1.GetBytes(text);
            Assert.Equal(body, Unpacked(body, out var plan));
            Assert.Equal(plan.ContentBytes, body.Length);
        });

    [Fact]
    public void Standard_base64_is_stored_as_the_bytes_it_stands_for()
    {
        var attachment = SealSource.Filled(new Random(1), 10_000);
        foreach (var end in new[] { "\r\n", "\n" })
        {
            var body = Encoding.ASCII.GetBytes($"Subject: one{end}{end}{Lines(attachment, 76, end)}{end}--end--{end}");
            Assert.Equal(body, Unpacked(body, out var plan));
            Assert.Equal(10_000, Assert.Single(plan.Runs).RawBytes);
            Assert.InRange(plan.StoredBytes, 10_000, 10_200);
        }
    }

    [Theory]
    [InlineData("QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5eg==", true)]
    [InlineData("QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5eh==", false)] // stray bits
    [InlineData("QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVph YmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5eg==", false)]
    [InlineData("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef01234567", false)] // hexadecimal
    public void Only_base64_that_an_encoder_writes_is_undone(string line, bool undone)
    {
        var body = Encoding.ASCII.GetBytes($"\r\n{line}\r\n");
        Assert.Equal(body, Unpacked(body, out var plan));
        Assert.Equal(undone, plan.IsPacked);
    }

    [Fact]
    public void A_line_longer_than_the_scanner_s_buffer_is_kept_as_it_is()
    {
        var line = Convert.ToBase64String(SealSource.Filled(new Random(2), 300_000));
        var body = Encoding.ASCII.GetBytes($"{line}\r\n{line[..76]}\r\n{line[76..100]}\r\n");
        Assert.Equal(body, Unpacked(body, out var plan));
        Assert.Equal(line.Length + 2, Assert.Single(plan.Runs).Start);
    }

    [Fact]
    public void A_stored_form_that_is_none_is_refused_not_believed() =>
        Gen.Select(Gen.Int[0, 300], Gen.Byte).Sample((at, value) =>
        {
            var body = Encoding.ASCII.GetBytes($"Subject: one\r\n\r\n{Lines(SealSource.Filled(new Random(3), 200), 76, "\r\n")}");
            var stored = Stored(Plan(body), body);
            if (at >= stored.Length) stored = stored[..(stored.Length - at % stored.Length - 1)];
            else stored[at] = value;
            try
            {
                using var stream = new UnpackStream(new MemoryStream(stored), _ => throw new InvalidDataException("nothing is apart"));
                var copy = new MemoryStream();
                var buffer = new byte[1000];
                for (int read; copy.Length < 5_000 && (read = stream.Read(buffer)) > 0;) copy.Write(buffer, 0, read);
            }
            catch (InvalidDataException) { }
        });

    /// <summary>As most programs write it: full lines, a last one, every one ended.</summary>
    internal static string Lines(byte[] bytes, int chars, string end) =>
        string.Concat(Convert.ToBase64String(bytes).Chunk(chars).Select(line => new string(line) + end));

    private static string Disturb(string text, int at) => text.Insert(at % (text.Length + 1), "=");

    private static BodyPlan Plan(byte[] body)
    {
        using var scanner = new BodyScanner();
        var plan = scanner.Scan(new MemoryStream(body), out var sha256);
        Assert.Equal(SHA256.HashData(body), sha256);
        return plan;
    }

    private static byte[] Stored(BodyPlan plan, byte[] body)
    {
        var stored = new MemoryStream();
        using var packing = new BodyPacker(new Dictionary<ApartKey, BlockRange>()).Open(plan, new MemoryStream(body));
        packing.CopyTo(stored);
        Assert.Equal(plan.StoredBytes, stored.Length);
        return stored.ToArray();
    }

    private static byte[] Unpacked(byte[] body, out BodyPlan plan)
    {
        plan = Plan(body);
        if (!plan.IsPacked) return Stored(plan, body);
        var content = new MemoryStream();
        using var stream = new UnpackStream(new MemoryStream(Stored(plan, body)), _ => throw new InvalidDataException("nothing is apart"));
        stream.CopyTo(content);
        Assert.Equal(stream.Length, content.Length);
        return content.ToArray();
    }
}
