using System.Diagnostics;
using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Recorder.Evidence;
using Recorder.Evidence.Bundle;
using Recorder.Ledger;
using Recorder.Tests.Architecture;
using Recorder.Tests.Fakes;

namespace Recorder.Tests.Evidence;

public sealed class BundleTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static Dictionary<string, byte[]> Unpack(Stream zip)
    {
        using var archive = new ZipArchive(zip, ZipArchiveMode.Read, leaveOpen: true);
        return archive.Entries.ToDictionary(entry => entry.FullName, entry =>
        {
            using var content = entry.Open();
            var bytes = new MemoryStream();
            content.CopyTo(bytes);
            return bytes.ToArray();
        });
    }

    private static MemoryStream Pack(Dictionary<string, byte[]> files)
    {
        var zip = new MemoryStream();
        using (var archive = new ZipArchive(zip, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, bytes) in files)
            {
                using var content = archive.CreateEntry(name, CompressionLevel.NoCompression).Open();
                content.Write(bytes);
            }
        }

        zip.Position = 0;
        return zip;
    }

    private static async Task<(EvidenceWorld World, Recorder.Archive.RecordId Id)> WithMailAsync(EvidenceOptions? options = null)
    {
        var world = await EvidenceWorld.OpenAsync(options);
        for (var mail = 0; mail < 5; mail++) await world.ReceiveAsync(Mails.Message($"before {mail}"));
        await world.Archive.SealAsync(Cancel);
        await world.Heads.SignAsync(Cancel);
        var id = await world.ReceiveAsync(Mails.Message("the one"), EvidenceWorld.Alice, EvidenceWorld.Bob);
        for (var mail = 0; mail < 6; mail++) await world.ReceiveAsync(Mails.Message($"after {mail}"));
        return (world, id);
    }

    [Fact]
    public async Task A_bundle_holds_and_says_what_it_proves_and_its_owners_were_told_before()
    {
        var (world, id) = await WithMailAsync();
        await using var _ = world;
        await world.Ledger.AppendAsync(
            new MessageRelayed(id.ToString(), [new RecipientOutcome(EvidenceWorld.Alice, EvidenceWorld.Alice, Recorder.Smtp.DeliveryOutcome.Accepted, "next", "250 ok")])
            {
                Actor = Actor.System("flow"), At = world.Time.GetUtcNow(),
            },
            Cancel);
        var zip = await world.BundleAsync(id);
        var report = world.Read(zip);
        Assert.Empty(report.Problems);
        Assert.Equal((id.ToString(), 2L, world.Key.KeyId), (report.RecordId, report.Head, report.KeyId));
        var files = Unpack(zip);
        Assert.Equal(Mails.Message("the one"), files[BundleFile.Original]);
        Assert.Contains("message.relayed", Encoding.UTF8.GetString(files[BundleFile.Entries]));
        Assert.Contains(EvidenceWorld.Bob, Encoding.UTF8.GetString(files[BundleFile.Record]));
        Assert.DoesNotContain("<script", Encoding.UTF8.GetString(files[BundleFile.Page]));
        Assert.Equal([EvidenceWorld.Alice, EvidenceWorld.Bob], world.Facts<MessageViewed>().Select(viewed => viewed.Mailbox));
        Assert.All(world.Facts<MessageViewed>(), viewed => Assert.Equal(("evidence", id.ToString(), EvidenceWorld.Admin, "asked for by the court"), (viewed.What, viewed.RecordId, viewed.Actor, viewed.Reason)));
        Assert.Empty(await world.ProblemsAsync());
    }

    [Fact]
    public async Task Nothing_is_given_without_a_reason_or_of_a_record_that_is_not_there()
    {
        var (world, id) = await WithMailAsync();
        await using var _ = world;
        await Assert.ThrowsAsync<ActRefusedException>(() => world.Desk.TakeAsync(EvidenceWorld.Admin, id, "because", Cancel));
        Assert.Null(await world.Desk.TakeAsync(EvidenceWorld.Admin, new Recorder.Archive.RecordId(Guid.CreateVersion7(world.Time.GetUtcNow())), "asked for by the court", Cancel));
        Assert.Empty(world.Facts<MessageViewed>());
    }

    [Fact]
    public async Task Nothing_is_given_of_a_record_whose_erasure_was_asked_for_though_its_bytes_are_still_there()
    {
        var (world, id) = await WithMailAsync();
        await using var _ = world;
        await world.Ledger.AppendAsync(new ErasureAsked(id.ToString(), "privacy law") { Actor = EvidenceWorld.Admin, At = world.Time.GetUtcNow() }, Cancel);
        Assert.Null(await world.Desk.TakeAsync(EvidenceWorld.Admin, id, "asked for by the court", Cancel));
        Assert.Empty(world.Facts<MessageViewed>());
    }

    [Fact]
    public async Task An_act_on_many_messages_is_told_of_this_one_alone()
    {
        var (world, id) = await WithMailAsync();
        await using var _ = world;
        var other = await world.ReceiveAsync(Mails.Message("another's"), EvidenceWorld.Bob);
        await world.Ledger.AppendAsync(
            new MailExported("e1", EvidenceWorld.Alice, [new(id.ToString(), EvidenceWorld.Alice), new(other.ToString(), EvidenceWorld.Bob)])
            {
                Actor = new Actor("user", EvidenceWorld.Alice, null), At = world.Time.GetUtcNow(),
            },
            Cancel);
        var entries = Encoding.UTF8.GetString(Unpack(await world.BundleAsync(id))[BundleFile.Entries]);
        Assert.Contains("mail.exported", entries, StringComparison.Ordinal);
        Assert.DoesNotContain(other.ToString(), entries, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_flipped_bit_in_any_file_of_it_fails()
    {
        await using var authority = await LocalAuthority.StartAsync();
        var (world, id) = await WithMailAsync(new EvidenceOptions { TimeStampUrl = authority.Url });
        await using var _ = world;
        await world.Archive.SealAsync(Cancel);
        await world.Heads.SignAsync(Cancel);
        await world.Heads.RoundAsync(Cancel);
        var files = Unpack(await world.BundleAsync(id));
        Assert.Contains(BundleFile.Stamp, files.Keys);
        Assert.True(world.Read(Pack(files)).Holds);
        var random = new Random(4711);
        foreach (var (name, bytes) in files.ToList())
        {
            // Every byte of small files, a draw of large ones.
            var offsets = bytes.Length <= 80 ? Enumerable.Range(0, bytes.Length) : Enumerable.Range(0, 40).Select(_ => random.Next(bytes.Length)).Append(0).Append(bytes.Length - 1);
            foreach (var offset in offsets)
            {
                var flipped = (byte[])bytes.Clone();
                flipped[offset] ^= (byte)(1 << random.Next(8));
                files[name] = flipped;
                Assert.False(world.Read(Pack(files)).Holds, $"{name} with {flipped[offset]:X2} at {offset}");
            }

            files[name] = bytes;
        }
    }

    [Fact]
    public async Task A_file_more_or_less_and_another_key_fail()
    {
        var (world, id) = await WithMailAsync();
        await using var _ = world;
        var files = Unpack(await world.BundleAsync(id));
        foreach (var name in files.Keys) Assert.False(world.Read(Pack(files.Where(file => file.Key != name).ToDictionary())).Holds, $"without {name}");
        Assert.False(world.Read(Pack(new Dictionary<string, byte[]>(files) { ["more.txt"] = [1] })).Holds);
        using var other = SigningKey.LoadOrCreate(new Recorder.Archive.Disk.MemoryDisk());
        Assert.Contains("another key", Assert.Single(BundleCheck.Run(Pack(files), other.PublicKey).Problems));
        Assert.False(world.Read(new MemoryStream("no zip at all"u8.ToArray())).Holds);
    }

    [Fact]
    public async Task The_pages_own_commands_check_it_with_openssl_and_sha256sum_and_fail_on_other_bytes()
    {
        if (!File.Exists("/usr/bin/openssl")) Assert.Skip("openssl is not installed");
        await using var authority = await LocalAuthority.StartAsync();
        var (world, id) = await WithMailAsync(new EvidenceOptions { TimeStampUrl = authority.Url });
        await using var _ = world;
        await world.Archive.SealAsync(Cancel);
        await world.Heads.SignAsync(Cancel);
        await world.Heads.RoundAsync(Cancel);
        using var folder = new TestFolder();
        var files = Unpack(await world.BundleAsync(id));
        foreach (var (name, bytes) in files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder.File(name))!);
            await File.WriteAllBytesAsync(folder.File(name), bytes, Cancel);
        }

        await File.WriteAllTextAsync(folder.File("authority.pem"), authority.RootPem, Cancel);
        var page = Encoding.UTF8.GetString(files[BundleFile.Page]);
        var (code, said) = await ShellAsync(folder.Path, Commands(page, "check"));
        Assert.True(code == 0, said);
        Assert.Equal(2, said.Split("Verified OK").Length - 1);
        Assert.Contains("segment OK", said);
        Assert.Equal(2, said.Split(world.Key.KeyId).Length - 1);
        (code, said) = await ShellAsync(folder.Path, Commands(page, "stamp"));
        Assert.True(code == 0 && said.Contains("Verification: OK", StringComparison.Ordinal), said);

        foreach (var name in files.Keys.Where(name => name != BundleFile.Stamp))
        {
            var other = (byte[])files[name].Clone();
            other[other.Length / 2] ^= 1;
            await File.WriteAllBytesAsync(folder.File(name), other, Cancel);
            (code, said) = await ShellAsync(folder.Path, Commands(page, "check"));
            Assert.True(code != 0, $"{name}: {said}");
            await File.WriteAllBytesAsync(folder.File(name), files[name], Cancel);
        }
    }

    [Fact]
    public void A_bundle_that_an_earlier_build_made_still_holds()
    {
        var vectors = Directory.GetFiles(Path.Combine(Tree.Root, "tests/Recorder.Tests/Evidence/Vectors"), "*.zip");
        Assert.NotEmpty(vectors);
        foreach (var path in vectors)
        {
            using var file = File.OpenRead(path);
            var report = BundleCheck.Run(file, null);
            Assert.True(report.Holds, $"{path}: {string.Join("; ", report.Problems)}");
            Assert.Equal(File.ReadAllText(Path.ChangeExtension(path, ".txt")).Trim(), $"{report.RecordId} {report.Sha256} {report.KeyId}");
        }
    }

    private static string Commands(string page, string kind) => string.Join('\n', Regex.Matches(page, $"<pre class=\"{kind}\">(.*?)</pre>", RegexOptions.Singleline)
        .Select(match => WebUtility.HtmlDecode(match.Groups[1].Value)));

    private static async Task<(int Code, string Said)> ShellAsync(string folder, string commands)
    {
        using var shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-e", "-c", commands]) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true })!;
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
            limit.CancelAfter(TimeSpan.FromSeconds(60));
            var (output, errors) = (shell.StandardOutput.ReadToEndAsync(limit.Token), shell.StandardError.ReadToEndAsync(limit.Token));
            await shell.WaitForExitAsync(limit.Token);
            return (shell.ExitCode, await output + await errors);
        }
        finally
        {
            if (!shell.HasExited) shell.Kill(entireProcessTree: true);
        }
    }
}
