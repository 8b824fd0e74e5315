using System.Globalization;
using System.Text;
using Recorder.SystemTests.Peers;

namespace Recorder.Benchmarks.Load;

/// <summary>
/// The corpus of real mail as a Maildir, each message once, and for longer runs varied copies behind: in the text of a copy
/// one word in seven has other letters and the Message-ID is another, so that an index grows by words as a mailbox does.
/// </summary>
internal sealed class RealMaildir
{
    private const int ChangedShare = 7;

    public static int CorpusMessages => CorpusFiles().Count;

    private RealMaildir(string path, int messages, long bytes) => (Path, Messages, Bytes) = (path, messages, bytes);

    public string Path { get; }

    public int Messages { get; }

    public long Bytes { get; }

    /// <param name="copies">1: the corpus alone.</param>
    public static RealMaildir Make(string path, int copies)
    {
        foreach (var below in (string[])["cur", "new", "tmp"]) Directory.CreateDirectory(System.IO.Path.Combine(path, below));
        var (messages, bytes) = (0, 0L);
        foreach (var file in CorpusFiles())
        {
            var mail = WithoutFromLine(File.ReadAllBytes(file));
            for (var copy = 0; copy < copies && mail.Length > 0; copy++, messages++)
            {
                var varied = copy == 0 ? mail : Vary(mail, copy);
                bytes += varied.Length;
                File.WriteAllBytes(System.IO.Path.Combine(path, "cur", string.Create(CultureInfo.InvariantCulture, $"{1_600_000_000 + messages}.{messages}.corpus:2,S")), varied);
            }
        }

        return new RealMaildir(path, messages, bytes);
    }

    private static List<string> CorpusFiles()
    {
        var corpus = Machine.CorpusFolder() ?? throw new InvalidOperationException("the corpus of real mail is not there");
        return [.. Directory.EnumerateFiles(System.IO.Path.Combine(corpus, "mail"), "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
    }

    private static byte[] WithoutFromLine(byte[] file) =>
        file.AsSpan().StartsWith("From "u8) && Array.IndexOf(file, (byte)'\n') is var end and >= 0 ? file[(end + 1)..] : file;

    private static byte[] Vary(byte[] mail, int copy)
    {
        var text = Encoding.Latin1.GetString(mail);
        var inBody = false;
        var lines = text.Split('\n').Select(line =>
        {
            inBody |= line.TrimEnd('\r').Length == 0;
            return !inBody ? Identity(line, copy) : IsProse(line) ? string.Join(' ', line.Split(' ').Select(word => Word(word, copy))) : line;
        });
        return Encoding.Latin1.GetBytes(string.Join('\n', lines));
    }

    private static string Identity(string line, int copy) =>
        line.StartsWith("Message-ID:", StringComparison.OrdinalIgnoreCase) ? line.Replace("<", $"<{copy}.", StringComparison.Ordinal) : line;

    // Encoded text and markup stay as they are, so that they still decode.
    private static bool IsProse(string line) => line.Count(c => c == ' ') >= 3 && !line.Contains('=', StringComparison.Ordinal) && !line.Contains('<', StringComparison.Ordinal) && line.All(char.IsAscii);

    private static string Word(string word, int copy)
    {
        if (word.Length < 4 || !word.All(char.IsAsciiLetterLower) || (Hash(word) + copy) % ChangedShare != 0) return word;
        return string.Concat(word.Select((letter, place) => place % 3 == 1 ? (char)('a' + ((letter - 'a' + copy) % 26)) : letter));
    }

    private static int Hash(string word) => word.Aggregate(17, (hash, letter) => (hash * 31 + letter) & 0xFFFFFF);
}
