using System.IO.Compression;
using System.Text;
using Recorder.Tests.Fakes;
using Recorder.Transfer;
using Recorder.Transfer.Sources;

namespace Recorder.Tests.Transfer;

public sealed class ZipSourceTests : IDisposable
{
    private readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    private string Zip(string name, params (string Name, string Text)[] files)
    {
        var path = folder.File(name);
        using var zip = ZipFile.Open(path, ZipArchiveMode.Create);
        foreach (var (file, text) in files)
        {
            var entry = zip.CreateEntry(file);
            entry.LastWriteTime = new DateTimeOffset(2020, 5, 6, 7, 8, 10, TimeSpan.Zero);
            using var stream = entry.Open();
            stream.Write(Encoding.Latin1.GetBytes(text));
        }

        return path;
    }

    private static string Text(SourceMail mail)
    {
        using var reader = new StreamReader(mail.Open(), Encoding.Latin1);
        return reader.ReadToEnd();
    }

    [Fact]
    public void Mail_in_zips_is_read_many_at_once_and_what_is_no_mail_is_passed_by()
    {
        var files = Enumerable.Range(0, 40).Select(i => ($"{i}.eml", $"Subject: {i}\r\n\r\n{new string('x', i * 100)}")).ToArray();
        Zip("b.zip", [.. files, ("manifest.jsonl", "{}"), ("mail/cur/1.host:2,S", "Subject: in a Maildir\n\nx\n"), ("mail/tmp/2.host", "not delivered yet")]);
        Zip("a.zip", ("first.eml", "Subject: first\n\nx\n"));
        using var source = (ZipSource)MailSources.Open(folder.Path, ImportFormat.Zip);
        var mails = source.Read().ToList();
        Assert.Equal((42L, 42), (source.Total, mails.Count));
        Assert.Equal("a.zip/first.eml", mails[0].Name);
        Assert.Equal(new DateTimeOffset(2020, 5, 6, 7, 8, 10, TimeSpan.Zero), mails[0].FileTime);
        var texts = mails.AsParallel().WithDegreeOfParallelism(16).Select(Text).ToHashSet();
        Assert.All(files, file => Assert.Contains(file.Item2, texts));
        Assert.Contains("Subject: in a Maildir\n\nx\n", texts);
    }

    [Fact]
    public void A_zip_is_known_by_its_first_bytes_and_a_broken_one_is_refused()
    {
        var path = Zip("mail.zip", ("1.eml", "Subject: x\n\nx\n"));
        var unnamed = folder.File("mail");
        File.Copy(path, unnamed);
        using (var source = (ZipSource)MailSources.Open(unnamed, ImportFormat.Auto)) Assert.Single(source.Read());
        using (var file = new FileStream(unnamed, FileMode.Open)) file.SetLength(30);
        Assert.Throws<ImportRefusedException>(() => MailSources.Open(unnamed, ImportFormat.Auto));
    }

    [Fact]
    public void An_entry_that_is_damaged_fails_alone_and_one_of_absurd_length_is_not_unpacked()
    {
        var path = Zip("mail.zip", ("1.eml", "Subject: one\n\n" + string.Concat(Enumerable.Range(0, 500))), ("2.eml", "Subject: two\n\nx\n"));
        var bytes = File.ReadAllBytes(path);
        for (var at = 60; at < 90; at++) bytes[at] ^= 0x55;
        using (var file = new FileStream(path, FileMode.Open)) file.Write(bytes);
        using var source = (ZipSource)MailSources.Open(path, ImportFormat.Zip);
        var mails = source.Read().ToList();
        Assert.ThrowsAny<IOException>(() => Text(mails[0]));
        Assert.Equal("Subject: two\n\nx\n", Text(mails[1]));
    }
}
