using System.Buffers;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Recorder.Archive;
using Recorder.Archive.Copies;
using Recorder.Archive.Disk;
using Recorder.Ledger;
using Recorder.Retention;
using Recorder.Tests.Retention;
using Recorder.Transfer.Backup;

namespace Recorder.Tests.Transfer;

/// <summary>An older copy knows nothing of what was erased, held or decided after it: restoring it must not bring that back in silence.</summary>
public sealed class RestoreTests : IDisposable
{
    private static readonly Actor Admin = new("admin", "root@example.edu");
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly string folder = Directory.CreateTempSubdirectory("recorder-restore-").FullName;
    private readonly FakeTimeProvider time = new(new(2027, 3, 1, 9, 0, 0, TimeSpan.Zero));

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_record_that_was_erased_after_the_backup_is_left_out_when_the_backup_is_restored()
    {
        RecordId erased, kept;
        await using (var archive = await OpenAsync("data"))
        await using (var ledger = await Recorder.Ledger.Ledger.OpenAsync(archive, null, time))
        {
            (erased, kept) = (await ReceiveAsync(ledger, archive, "secret-one"), await ReceiveAsync(ledger, archive, "secret-two"));
            await archive.SealAsync(None);
            await BackUpAsync(archive, ledger, "backup");
            time.Advance(TimeSpan.FromHours(1));
            // As an erasure leaves the ledger behind.
            await ledger.AppendAsync(new ErasureAsked(erased.ToString(), "law") { Actor = Admin, At = time.GetUtcNow() }, None);
            await ledger.AppendAsync(new RecordErased(erased.ToString()) { Actor = Admin, At = time.GetUtcNow() }, None);
            var notes = new ErasureNotes(ledger, time, NullLogger<ErasureNotes>.Instance);
            await notes.WriteAsync(None);
            await notes.WriteAsync(None);
            Assert.Equal([Path("backup")], ledger.State.Get<Erasure>(RetentionKeys.Erasure(erased.ToString()))!.Noted!);
        }

        var outcome = await RestoreAsync("new", "backup");
        Assert.Equal(1, outcome.Erased);
        Assert.DoesNotContain(Directory.EnumerateFiles(Path("new"), "*", SearchOption.AllDirectories), file => File.ReadAllBytes(file).AsSpan().IndexOf("secret-one"u8) >= 0);
        await using var restored = await OpenAsync("new");
        await using var after = await Recorder.Ledger.Ledger.OpenAsync(restored, null, time);
        Assert.Null(await restored.FindAsync(erased, None));
        Assert.NotNull(await restored.FindAsync(kept, None));
        Assert.NotNull(after.State.Get<Erasure>(RetentionKeys.Erasure(erased.ToString()))!.DoneAt);
        Assert.NotNull(after.State.Get<RestoredState>(BackupKeys.Restored));
        Assert.Empty(await restored.VerifyAsync(None).ToListAsync());
    }

    [Fact]
    public async Task A_backup_is_not_restored_while_the_mirror_knows_more_unless_that_is_wanted()
    {
        await using (var archive = await OpenAsync("data"))
        await using (var ledger = await Recorder.Ledger.Ledger.OpenAsync(archive, null, time))
        {
            await ReceiveAsync(ledger, archive, "one");
            await BackUpAsync(archive, ledger, "backup");
            await ReceiveAsync(ledger, archive, "two");
            await BackUpAsync(archive, ledger, "mirror");
        }

        var refused = await Assert.ThrowsAsync<CopyRefusedException>(() => RestoreAsync("new", "backup", mirror: "mirror"));
        Assert.Contains("--also", refused.Message);
        Assert.False(Directory.Exists(Path("new/archive")));
        await RestoreAsync("older", "backup", mirror: "mirror", older: true);
        var outcome = await Restore.RunAsync([Path("backup"), Path("mirror")], Place("both", "mirror"), Admin, time, older: false, null, None);
        await using var both = await OpenAsync("both");
        Assert.True(both.DurableSequence > outcome.Report.Through);
    }

    [Fact]
    public async Task A_restore_that_stopped_after_it_had_opened_the_archive_begins_anew()
    {
        await using (var archive = await OpenAsync("data"))
        await using (var ledger = await Recorder.Ledger.Ledger.OpenAsync(archive, null, time))
        {
            await ReceiveAsync(ledger, archive, "one");
            await BackUpAsync(archive, ledger, "backup");
        }

        await RestoreAsync("new", "backup");
        Directory.Move(Path("new/archive"), Path("new/archive.restoring"));
        await RestoreAsync("new", "backup");
        await using var restored = await OpenAsync("new");
        Assert.Single(await restored.ReadAsync(0, EntryKinds.Events, None).Where(entry => LedgerJson.Decode(entry.Payload.Span) is ArchiveRestored).ToListAsync());
        Assert.Empty(await restored.VerifyAsync(None).ToListAsync());
    }

    private string Path(string name) => System.IO.Path.Combine(folder, name);

    private DataPlace Place(string data, string mirror) => new(Path(data), Path($"{data}/archive"), Path($"{data}/keys"), 1 << 26, mirror.Length == 0 ? "" : Path(mirror), 1);

    private Task<RestoreOutcome> RestoreAsync(string data, string source, string mirror = "", bool older = false) =>
        Restore.RunAsync([Path(source)], Place(data, mirror), Admin, time, older, null, None);

    private async Task<MailArchive> OpenAsync(string data)
    {
        Directory.CreateDirectory(Path($"{data}/archive"));
        return await MailArchive.OpenAsync(new ArchiveOptions { MailReserveBytes = 0, EventReserveBytes = 0 }, new RealDisk(Path($"{data}/archive")), time, None);
    }

    private async Task<RecordId> ReceiveAsync(Recorder.Ledger.Ledger ledger, MailArchive archive, string words)
    {
        await using var writer = archive.BeginContent();
        await writer.WriteAsync(new ReadOnlySequence<byte>(Encoding.ASCII.GetBytes($"Subject: {words}\r\n\r\n{words}\r\n")), None);
        await using var content = await writer.CompleteAsync(None);
        return (await ledger.RecordAsync(KeptMail.Facts(new Dictionary<string, string> { ["amy@example.edu"] = "deliver" }, time.GetUtcNow()), content, words, None)).Id;
    }

    private async Task BackUpAsync(MailArchive archive, Recorder.Ledger.Ledger ledger, string target)
    {
        var backups = new Backups(new ArchiveSource(archive, ledger, Place("data", ""), time), ledger, time);
        var last = await backups.RunAsync(new BackupRequest(Path(target)), Admin, None).LastAsync();
        Assert.True(last is { Kind: "summary", Findings: 0 }, last.ToString());
    }
}
