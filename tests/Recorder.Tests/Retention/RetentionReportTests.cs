using Microsoft.Extensions.Options;
using Recorder.Ledger;
using Recorder.Retention;
using static Recorder.Tests.Retention.PurgeTests;

namespace Recorder.Tests.Retention;

public class RetentionReportTests
{
    private const string Amy = "amy@example.edu", Ben = "ben@example.edu";
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task By_month_and_category_it_says_what_is_kept_and_an_erased_record_is_not()
    {
        await using var world = await KeepingWorld.OpenAsync();
        var mail = await ReceiveAsync(world, new() { [Amy] = "deliver", [Ben] = "held.spam" }); // mail to one is mail
        await ReceiveAsync(world, new() { [Amy] = "held.spam" });
        var phish = await ReceiveAsync(world, new() { [Ben] = "held.phish" });
        await NextDayAsync(world, 31); // March to April
        await ReceiveAsync(world, new() { [Ben] = "held.spam" });
        await NextDayAsync(world);
        await EraseAsync(world, phish);
        var reports = Reports(world);
        var report = reports.Now();

        Assert.Equal(["2027-03", "2027-04"], report.Months.Select(month => month.Month.ToString("yyyy-MM")));
        Assert.All(report.Months, month => Assert.True(month.IsCounted));
        Assert.Equal(["mail 1", "spam 1"], report.Months[0].Categories.Select(one => $"{one.Key} {one.Value.Records}"));
        Assert.Equal((2L, 1L, 3L), (report.Months[0].Records, report.Months[1].Records, report.SealedRecords));
        Assert.Equal(mail.Bytes.Length, report.Months[0].Categories["mail"].ContentBytes);
        Assert.Contains($"\"2027-03\",\"spam\",1,{report.Months[0].Categories["spam"].ContentBytes},,yes\r\n", RetentionCsv.Of(report));
        Assert.Contains($"\"2027-03\",\"all\",2,{report.Months[0].ContentBytes},{report.Months[0].StoredBytes},yes\r\n", RetentionCsv.Of(report));
    }

    [Fact]
    public async Task The_certificate_names_each_backup_and_the_mirror_with_the_date_it_ends()
    {
        await using var world = await KeepingWorld.OpenAsync();
        await ReceiveAsync(world, new() { [Amy] = "deliver" });
        await BackUpAsync(world, "/backup/kept", new DateOnly(2027, 12, 31));
        await BackUpAsync(world, "/backup/nightly", null);
        await world.Ledger.AppendAsync(new MirrorKept("/mirror", 1) { Actor = Actor.System("mirror"), At = world.Now }, None);
        await NextDayAsync(world, 62);
        var taken = world.Now.AddHours(-1); // copied before the purge, told after it: it has the mail
        var outcome = await ExecuteAsync(world);
        world.Time.Advance(TimeSpan.FromHours(1));
        await BackUpAsync(world, "/backup/during", null, taken);
        Assert.Equal(
            ["backup /backup/during has", "backup /backup/kept has 2027-12-31", "backup /backup/nightly has", "mirror /mirror has"], Copies(world, outcome.Run!));
        await BackUpAsync(world, "/backup/nightly", null);
        await world.Ledger.AppendAsync(new MirrorKept("/mirror", 9) { Actor = Actor.System("mirror"), At = world.Now }, None);
        Assert.Equal(
            ["backup /backup/during has", "backup /backup/kept has 2027-12-31", $"backup /backup/nightly ended {world.Now:u}", $"mirror /mirror ended {world.Now:u}"], Copies(world, outcome.Run!));
    }

    [Fact]
    public async Task A_copy_that_ended_keeps_its_date_however_often_it_is_made_again_and_the_day_of_a_folder_is_not_forgotten()
    {
        await using var world = await KeepingWorld.OpenAsync();
        await ReceiveAsync(world, new() { [Amy] = "deliver" });
        await BackUpAsync(world, "/backup", new DateOnly(2027, 12, 31));
        await BackUpAsync(world, "/backup", null);
        await BackUpAsync(world, "/backup/deeper", new DateOnly(2027, 3, 2));
        await NextDayAsync(world, 31);
        await ReceiveAsync(world, new() { [Ben] = "deliver" });
        await NextDayAsync(world, 31);
        var first = (await ExecuteAsync(world)).Run!;
        world.Time.Advance(TimeSpan.FromHours(4));
        await BackUpAsync(world, "/backup/deeper", null); // the day is over, and the folder is in use all the same
        Assert.Equal(["backup /backup has 2027-12-31", $"backup /backup/deeper ended {world.Now:u}"], Copies(world, first));
        world.Time.Advance(TimeSpan.FromHours(4));
        await BackUpAsync(world, "/backup", null);
        await world.Clock.LookAsync(None);
        var ended = world.Now;
        var certified = PurgeCertificate.Of(world.Ledger.State, first, 7)!.Copies[0];
        await NextDayAsync(world, 31);
        var second = (await ExecuteAsync(world)).Run!;
        Assert.Equal(["backup /backup has 2027-12-31", "backup /backup/deeper has"], Copies(world, second));
        world.Time.Advance(TimeSpan.FromHours(1));
        foreach (var folder in new[] { "/backup", "/backup/deeper", "/backup" }) await BackUpAsync(world, folder, null);
        Assert.Equal([$"backup /backup ended {ended:u}", $"backup /backup ended {world.Now:u}"], new[] { first, second }.Select(run => Copies(world, run).First()));
        await world.CrashAsync();
        Assert.Equal(certified, PurgeCertificate.Of(world.Ledger.State, first, 7)!.Copies[0]);
    }

    [Fact]
    public async Task A_restored_archive_purges_nothing_until_a_person_has_looked()
    {
        await using var world = await KeepingWorld.OpenAsync();
        var mail = await ReceiveAsync(world, new() { [Amy] = "deliver" });
        await NextDayAsync(world, 62);
        await world.Ledger.AppendAsync(new ArchiveRestored("/backup", world.Now.AddDays(-1), 1, 1, 1, 0) { Actor = KeepingWorld.Admin, At = world.Now }, None);
        Assert.Equal("restored", (await Assert.ThrowsAsync<ActRefusedException>(() => ExecuteAsync(world))).Code);
        Assert.Equal("restored", Reports(world).Now().Blocked);
        Assert.True(world.Has(mail.Id));
        var confirmation = new RestoreConfirmation(world.Ledger, world.Time);
        Assert.Equal("/backup", (await confirmation.ConfirmAsync(KeepingWorld.Admin, None))?.Source);
        Assert.Null(await confirmation.ConfirmAsync(KeepingWorld.Admin, None));
        await ExecuteAsync(world);
        Assert.False(world.Has(mail.Id));
    }

    private static Task BackUpAsync(KeepingWorld world, string target, DateOnly? keptUntil, DateTimeOffset? taken = null) => world.Ledger.AppendAsync(
        new BackupMade(target, 1, 1, 1, 1, 1, 0, 0, true, null, keptUntil, taken ?? world.Now) { Actor = KeepingWorld.Admin, At = world.Now }, None);

    private static IEnumerable<string> Copies(KeepingWorld world, string run) => PurgeCertificate.Of(world.Ledger.State, run, 7)!.Copies
        .Select(copy => $"{copy.Kind} {copy.Path} {(copy.EndedAt is { } ended ? $"ended {ended:u}" : $"has {copy.KeptUntil:yyyy-MM-dd}")}".TrimEnd());

    private static RetentionReports Reports(KeepingWorld world) =>
        new(world.Archive, world.Ledger, world.Planner, new SegmentCensus(world.Archive, world.Time), Options.Create(world.Options), world.Time);
}
