using System.Globalization;
using System.Text;

namespace Recorder.Benchmarks.Load;

/// <summary>
/// Messages shaped like mail: words as unevenly spread as in real text, some in Chinese, some with attachments that do not
/// compress. Seeded: the same numbers give the same mail. With a corpus, every other message is a real one under a trace
/// field of its own.
/// </summary>
internal sealed class MailPool
{
    private const int PoolSize = 1_000, Words = 30_000;
    private const double ChineseShare = 0.25;

    private readonly Random random;
    private readonly string[] latin, chinese;
    private readonly List<byte[]> bodies = [];
    private readonly IReadOnlyList<byte[]> real;

    /// <param name="bodyBytes">The size of a body, drawn by the given source.</param>
    /// <param name="attachmentShare">Of the messages, how many carry an attachment of 10 to 150 KB.</param>
    /// <param name="real">Whole real messages as they go over the wire; empty for none.</param>
    public MailPool(int seed, Func<Random, int> bodyBytes, double attachmentShare = 0, IReadOnlyList<byte[]>? real = null)
    {
        random = new Random(seed);
        this.real = real ?? [];
        latin = [.. Enumerable.Range(0, Words).Select(_ => LatinWord())];
        chinese = [.. Enumerable.Range(0, Words / 4).Select(_ => ChineseWord())];
        for (var i = 0; i < PoolSize; i++)
        {
            bodies.Add(Body(bodyBytes(random), random.NextDouble() < attachmentShare));
        }
    }

    /// <summary>The eight thousand bytes of text that the sustained load sends.</summary>
    public static MailPool EightKilobytes(int seed) => new(seed, _ => 8_000);

    /// <summary>A word of the text, common ones more often, for a user who searches.</summary>
    public string SomeWord(Random by) => Pick(by, by.NextDouble() < ChineseShare ? chinese : latin);

    /// <param name="number">Makes the bytes unique.</param>
    public LoadMail Make(long number, string from, IReadOnlyList<string> to, string? probe = null)
    {
        if (probe is null && real.Count > 0 && number % 2 == 0)
        {
            return new LoadMail(from, to, [.. Encoding.ASCII.GetBytes($"Received: from load.example by mx.example.edu with ESMTP id {Text(number)};\r\n Mon, 23 Nov 2026 10:00:00 +0000\r\n"), .. real[(int)(number / 2 % real.Count)]]);
        }

        var by = new Random((int)(number % int.MaxValue));
        var subject = string.Join(' ', Enumerable.Range(0, 6).Select(_ => Pick(by, latin)));
        var head = $"From: {Pick(by, latin)} <{from}>\r\nTo: <{to[0]}>\r\nSubject: {subject} {probe}\r\nDate: Mon, 23 Nov 2026 10:00:00 +0000\r\n"
            + $"Message-ID: <{Text(number)}.{Guid.NewGuid():N}@load.example>\r\nMIME-Version: 1.0\r\n";
        return new LoadMail(from, to, [.. Encoding.ASCII.GetBytes(head), .. bodies[(int)(number % PoolSize)]], probe);
    }

    private byte[] Body(int bytes, bool attachment)
    {
        var text = random.NextDouble() < ChineseShare
            ? $"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{Base64(Encoding.UTF8.GetBytes(Prose(chinese, bytes / 4, "")))}"
            : $"Content-Type: text/plain; charset=us-ascii\r\n\r\n{Prose(latin, bytes, " ")}";
        if (!attachment)
        {
            return Encoding.ASCII.GetBytes(text);
        }

        var data = new byte[random.Next(7_500, 112_500)];
        random.NextBytes(data);
        return Encoding.ASCII.GetBytes(
            $"Content-Type: multipart/mixed; boundary=\"=_b\"\r\n\r\n--=_b\r\n{text}\r\n--=_b\r\nContent-Type: application/octet-stream; name=\"{Pick(random, latin)}.bin\"\r\n"
            + $"Content-Disposition: attachment; filename=\"{Pick(random, latin)}.bin\"\r\nContent-Transfer-Encoding: base64\r\n\r\n{Base64(data)}--=_b--\r\n");
    }

    // Lines under 78 characters; no line begins with a dot, since no word does.
    private string Prose(string[] words, int characters, string between)
    {
        var (text, line) = (new StringBuilder(), 0);
        while (text.Length < characters)
        {
            var word = Pick(random, words);
            line += word.Length + between.Length;
            text.Append(word).Append(line > 65 ? "\r\n" : between);
            line = line > 65 ? 0 : line;
        }

        return text.Append("\r\n").ToString();
    }

    private static string Base64(byte[] bytes) => Convert.ToBase64String(bytes, Base64FormattingOptions.InsertLineBreaks) + "\r\n";

    // Zipf's law, near enough: the rank's logarithm is even.
    private static string Pick(Random by, string[] words) => words[(int)Math.Pow(words.Length, by.NextDouble()) % words.Length];

    private string LatinWord() => string.Concat(Enumerable.Range(0, random.Next(1, 5)).Select(_ => $"{"bcdfghjklmnprstvwz"[random.Next(18)]}{"aeiou"[random.Next(5)]}"));

    private string ChineseWord() => string.Concat(Enumerable.Range(0, random.Next(1, 4)).Select(_ => (char)random.Next(0x4e00, 0x6200)));

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
