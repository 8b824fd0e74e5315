using System.Text;
using Recorder.Tests.Fakes;
using Recorder.Transfer;
using Recorder.Transfer.Sources;

namespace Recorder.Tests.Transfer;

public sealed class MboxTests : IDisposable
{
    private const string First = "From amy@example.org Mon Jan  5 10:00:00 2026\n";
    private const string Second = "From bob@example.org Tue Jan  6 11:30:00 2026 +0800\n";
    private readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    private List<SourceMail> Read(string mbox)
    {
        File.WriteAllText(folder.File("box"), mbox, Encoding.Latin1);
        return [.. new MboxSource(folder.File("box")).Read()];
    }

    private string[] Texts(string mbox) => [.. Read(mbox).Select(Text)];

    private static string Text(SourceMail mail)
    {
        using var reader = new StreamReader(mail.Open(), Encoding.Latin1);
        return reader.ReadToEnd();
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    public void Messages_are_cut_at_their_From_lines_and_keep_their_bytes(string end)
    {
        var (a, b) = ("Subject: a\n\nHello\n\nlast line\n".Replace("\n", end), "Subject: b\n\nno end of line".Replace("\n", end));
        var mails = Read($"{First.Replace("\n", end)}{a}{end}{Second.Replace("\n", end)}{b}");
        Assert.Equal([a, b], mails.Select(Text));
        Assert.Equal(new DateTimeOffset(2026, 1, 5, 10, 0, 0, TimeSpan.Zero), mails[0].Noted);
        Assert.Equal(new DateTimeOffset(2026, 1, 6, 3, 30, 0, TimeSpan.Zero), mails[1].Noted);
        Assert.Equal(new FileInfo(folder.File("box")).Length, mails[1].EndsAt);
    }

    [Fact]
    public void The_empty_line_behind_the_last_message_belongs_to_the_mbox() =>
        Assert.Equal(["Subject: a\n\nHello\n"], Texts($"{First}Subject: a\n\nHello\n\n"));

    [Fact]
    public void A_sentence_that_begins_with_From_does_not_cut_a_message() =>
        Assert.Equal(
            ["S: a\n\nFrom here on, no time.\n\nFrom Monday Jan 5 on\n\nFrom 10:00 to 11:00 2026\nFrom amy Mon Jan  5 10:00:00 2026\nx\n"],
            Texts($"{First}S: a\n\nFrom here on, no time.\n\nFrom Monday Jan 5 on\n\nFrom 10:00 to 11:00 2026\nFrom amy Mon Jan  5 10:00:00 2026\nx\n"));

    [Theory]
    [InlineData(">From me", "From me")]
    [InlineData(">>From me", ">From me")]
    [InlineData(">>> From me", ">>> From me")]
    [InlineData(">Fro", ">Fro")]
    [InlineData("> From me", "> From me")]
    [InlineData("x >From me", "x >From me")]
    [InlineData(">", ">")]
    public void Quoted_From_lines_lose_one_quote(string quoted, string written)
    {
        Assert.Equal([$"S: a\n\n{written}\nend\n"], Texts($"{First}S: a\n\n{quoted}\nend\n"));
        Assert.Equal([$"S: a\n\n{written}"], Texts($"{First}S: a\n\n{quoted}"));
    }

    [Fact]
    public void Unquoting_does_not_depend_on_where_the_reads_end()
    {
        var random = new Random(11);
        for (var round = 0; round < 200; round++)
        {
            string[] lines = [.. Enumerable.Range(0, 30).Select(_ => ((string[])[">From a", ">>From b", "From c", ">", "", "text", ">>>F"])[random.Next(7)])];
            var expected = string.Join('\n', lines.Select(line => line.StartsWith('>') && line.TrimStart('>').StartsWith("From ", StringComparison.Ordinal) ? line[1..] : line));
            using var reader = new StreamReader(new UnquotedStream(new Drip(Encoding.ASCII.GetBytes(string.Join('\n', lines)), random)));
            Assert.Equal(expected, reader.ReadToEnd());
        }
    }

    [Fact]
    public void A_true_Content_Length_carries_over_lines_that_look_like_From_lines()
    {
        var body = $"Hello\n\n{Second}and\n>From x\n";
        var mbox = $"{First}Content-Length: {body.Length}\n\n{body}\n{Second}S: b\n\nx\n";
        Assert.Equal([$"Content-Length: {body.Length}\n\n{body}", "S: b\n\nx\n"], Texts(mbox));
    }

    [Fact]
    public void A_false_Content_Length_is_not_believed() =>
        Assert.Equal(
            ["Content-Length: 2\n\nHello\n", "Content-Length: 9999\n\nx\n", "S: c\n\ny\n"],
            Texts($"{First}Content-Length: 2\n\nHello\n\n{Second}Content-Length: 9999\n\nx\n\n{Second}S: c\n\ny\n"));

    [Fact]
    public void What_stands_before_the_first_From_line_is_named_and_not_taken()
    {
        var mails = Read($"stray\n\n{First}S: a\n\nx\n");
        Assert.Equal([true, false], mails.Select(mail => mail.Problem is not null));
        Assert.Equal("S: a\n\nx\n", Text(mails[1]));
    }

    [Fact]
    public void Lines_of_any_length_pass()
    {
        var line = new string('x', 700_000);
        Assert.Equal([$"S: a\n\n{line}\n{line}\n", "S: b\n\n"], Texts($"{First}S: a\n\n{line}\n{line}\n\n{Second}S: b\n\n\n"));
    }

    [Theory]
    [InlineData("From amy@example.org Mon Jan  5 10:00:00 2026", true)]
    [InlineData("From \"a b\"@example.org Mon Jan 05 10:00:00 2026", true)]
    [InlineData("From - Mon Jan 5 10:00:00 2026", true)]
    [InlineData("From amy Mon Jan 5 10:00 CST 2026", true)]
    [InlineData("From amy Mon Jan 5 10:00:00 +0800 2026", true)]
    [InlineData("From MAILER-DAEMON Mon Jan 5 10:00:00 2026 remote from host", false)]
    [InlineData("From amy Mon Jan 35 10:00:00 2026", false)]
    [InlineData("From: amy Mon Jan 5 10:00:00 2026", false)]
    public void From_lines_name_a_time(string line, bool isOne) =>
        Assert.Equal(isOne, FromLine.TryParse(Encoding.ASCII.GetBytes(line + "\n"), out _));

    [Fact]
    public void A_From_line_without_a_time_counts_where_a_header_follows()
    {
        var mails = Read("From - \nS: a\n\nFrom me@example.org\nno header\n\nFrom here\nS: text\n\nFrom 123@xxx\r\nS: b\n\nx\n");
        Assert.Equal(["S: a\n\nFrom me@example.org\nno header\n\nFrom here\nS: text\n", "S: b\n\nx\n"], mails.Select(Text));
        Assert.All(mails, mail => Assert.Null(mail.Noted));
    }

    /// <summary>What others' programs wrote, counted by their own From lines.</summary>
    [Theory]
    [InlineData("mimekit/mbox__content-length.mbox.txt", null)]
    [InlineData("imaptest/tests__thread.mbox", null)]
    [InlineData("imaptest/tests__sort-date.mbox", null)]
    public void Real_mboxes_are_cut_where_their_writers_began_messages(string name, int? messages)
    {
        var path = Recorder.Tests.Mail.Corpus.File("mail/" + name);
        var lines = File.ReadLines(path, Encoding.Latin1).Count(line => line.StartsWith("From ", StringComparison.Ordinal));
        Assert.Equal(messages ?? lines, new MboxSource(path).Read().Count(mail => mail.Problem is null));
    }

    [Fact]
    public void The_kind_of_a_source_is_guessed()
    {
        File.WriteAllText(folder.File("box"), $"{First}S: a\n\nx\n");
        File.WriteAllText(folder.File("one.eml"), "S: a\n\nx\n");
        Directory.CreateDirectory(folder.File("md/.Sent/cur"));
        File.WriteAllText(folder.File("md/.Sent/cur/1.host:2,S"), "S: b\n\nx\n");
        Assert.Equal("mbox", MailSources.Open(folder.File("box"), ImportFormat.Auto).Format);
        Assert.Equal("eml", MailSources.Open(folder.File("one.eml"), ImportFormat.Auto).Format);
        Assert.Equal("maildir", MailSources.Open(folder.File("md"), ImportFormat.Auto).Format);
        Assert.Equal(["one.eml"], MailSources.Open(folder.Path, ImportFormat.Eml).Read().Where(mail => mail.Problem is null).Select(mail => mail.Name));
        Assert.Throws<ImportRefusedException>(() => MailSources.Open(folder.File("nothing"), ImportFormat.Auto));
        Assert.Throws<ImportRefusedException>(() => MailSources.Open(folder.File("box"), ImportFormat.Maildir));
    }

    /// <summary>Gives a few bytes at a time.</summary>
    private sealed class Drip(byte[] bytes, Random random) : MemoryStream(bytes)
    {
        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, random.Next(1, 4)));
    }
}
