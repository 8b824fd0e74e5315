using Recorder.Archive;
using Recorder.Archive.Copies;
using Recorder.Archive.Disk;
using Recorder.Archive.Segments;
using Recorder.Tests.Archive.Disk;
using Recorder.Tests.Archive.Log;

namespace Recorder.Tests.Archive.Copies;

public sealed class ArchiveCopyTests
{
    [Fact]
    public async Task A_copy_of_sealed_active_and_spooled_mail_restores_to_the_same_log()
    {
        await using var bench = await CopyBench.OpenAsync();
        await bench.Source.MailAsync(LogBench.Bytes(9_000));
        await bench.Source.EventAsync("fact");
        await bench.Source.Log.SealAsync(default);
        await bench.Source.MailAsync(LogBench.Bytes(50_000, 2));
        await bench.Source.MailAsync(LogBench.Bytes(300, 3));
        var report = bench.Copy();
        Assert.Empty(report.Findings);
        await bench.Source.MailAsync(LogBench.Bytes(70_000, 4));
        await using var restored = await CopyBench.RestoreAsync(bench.Target);
        await bench.AssertSameAsync(restored, report.Through);
        await restored.MailAsync("life goes on");
        await restored.Log.SealAsync(default);
        Assert.Empty(await restored.ProblemsAsync());
    }

    [Fact]
    public async Task Again_copies_nothing_and_then_only_what_is_new()
    {
        await using var bench = await CopyBench.OpenAsync();
        for (var i = 0; i < 20; i++) await bench.Source.MailAsync(LogBench.Bytes(3_000, i));
        await bench.Source.Log.SealAsync(default);
        var first = bench.Copy();
        var again = bench.Copy();
        Assert.True(again.IsUnchanged);
        Assert.Equal((first.Files, first.Bytes, 0L), (again.Files, again.Bytes, again.CopiedBytes));
        await bench.Source.MailAsync(LogBench.Bytes(1_000, 99));
        var grown = bench.Copy();
        Assert.Equal(1, grown.CopiedFiles);
        Assert.InRange(grown.CopiedBytes, 1_000, 2_000);
        await bench.Source.Log.SealAsync(default);
        var resealed = bench.Copy();
        Assert.True(resealed.RemovedFiles > 0);
        Assert.DoesNotContain(bench.Target.List("archive/log/main"), name => name == "0000000001.active");
        await using var restored = await CopyBench.RestoreAsync(bench.Target);
        await bench.AssertSameAsync(restored, resealed.Through);
    }

    [Fact]
    public async Task A_copy_is_whole_while_mail_comes_and_files_are_sealed()
    {
        await using var bench = await CopyBench.OpenAsync();
        using var stop = new CancellationTokenSource();
        var writing = Task.Run(async () =>
        {
            for (var i = 0; !stop.IsCancellationRequested && i < 5_000; i++)
            {
                await bench.Source.MailAsync(LogBench.Bytes(i % 7 == 0 ? 20_000 : 200, i));
                if (i % 25 == 24) await bench.Source.Log.SealAsync(default);
            }
        });
        await LogBench.UntilAsync(() => bench.Source.Log.DurableSequence > 5);
        for (var round = 0; round < 8; round++)
        {
            var report = bench.Copy();
            Assert.Empty(report.Findings);
            await using var restored = await CopyBench.RestoreAsync(bench.Target);
            await bench.AssertSameAsync(restored, report.Through);
            Assert.True(restored.Log.DurableSequence >= report.Through);
        }
        await stop.CancelAsync();
        await writing;
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_copy_cut_short_anywhere_leaves_the_one_before_and_is_gone_on_with(int seed)
    {
        var target = new FaultyDisk(seed);
        await using var bench = await CopyBench.OpenAsync(target);
        var random = new Random(seed);
        for (var i = 0; i < 6; i++) await bench.Source.MailAsync(LogBench.Bytes(6_000, i));
        await bench.Source.Log.SealAsync(default);
        var kept = bench.Copy().Through;
        for (var round = 0; round < 12; round++)
        {
            await bench.Source.MailAsync(LogBench.Bytes(9_000, 100 + round));
            if (random.Next(2) == 0) await bench.Source.Log.SealAsync(default);
            target.LosePowerAfter(random.Next(1, 60));
            try { kept = bench.Copy().Through; }
            catch (IOException) { }
            catch (CopyRefusedException) { }
            target.Crash();
            await using (var before = await CopyBench.RestoreAsync(target)) await bench.AssertSameAsync(before, kept);
            kept = bench.Copy().Through;
            await using var restored = await CopyBench.RestoreAsync(target);
            await bench.AssertSameAsync(restored, kept);
        }
    }

    [Fact]
    public async Task Damage_in_the_source_is_named_and_never_takes_the_place_of_a_good_copy()
    {
        await using var bench = await CopyBench.OpenAsync();
        var mail = await bench.Source.MailAsync(LogBench.Bytes(9_000));
        await bench.Source.Log.SealAsync(default);
        bench.Copy();
        var segment = bench.Source.Log.Segments.First(one => one.Kind == SegmentKind.Mail);
        CopyBench.Flip(bench.Source.Disk, $"segments/{segment.Name}", 2_000);
        Assert.True(bench.Copy().IsUnchanged);
        await using (var restored = await CopyBench.RestoreAsync(bench.Target)) Assert.Equal(LogBench.Bytes(9_000), await restored.ContentOfAsync(mail.Id));

        var fresh = new MemoryDisk();
        var finding = Assert.Single(bench.Copy(fresh).Findings);
        Assert.Contains(segment.Name, finding.Path, StringComparison.Ordinal);
        // Each finding stays until it is mended, and a whole copy elsewhere mends it.
        Assert.Single(bench.Copy(fresh).Findings);
        Assert.Single(CopyBench.Restore(fresh).Report.Findings);
        await using var mended = await CopyBench.RestoreAsync(fresh, bench.Target);
        Assert.Equal(LogBench.Bytes(9_000), await mended.ContentOfAsync(mail.Id));
    }

    [Fact]
    public async Task A_segment_that_got_lost_stays_in_the_copy_and_one_that_was_removed_leaves_it()
    {
        await using var bench = await CopyBench.OpenAsync();
        await bench.Source.MailAsync(LogBench.Bytes(9_000));
        await bench.Source.Log.SealAsync(default);
        bench.Copy();
        var segment = bench.Source.Log.Segments.First(one => one.Kind == SegmentKind.Mail);
        bench.Source.Log.Remove(segment);
        Assert.Contains(segment.Name, Assert.Single(bench.Copy().Findings).Path, StringComparison.Ordinal);
        Assert.True(bench.Target.Exists($"archive/segments/{segment.Name}"));
        bench.Removed.Add(segment.Name);
        Assert.Empty(bench.Copy().Findings);
        Assert.False(bench.Target.Exists($"archive/segments/{segment.Name}"));
    }

    [Fact]
    public async Task A_rewritten_segment_takes_the_place_of_the_former_one()
    {
        await using var bench = await CopyBench.OpenAsync();
        var gone = await bench.Source.MailAsync(LogBench.Bytes(9_000));
        var stays = await bench.Source.MailAsync(LogBench.Bytes(8_000, 2));
        await bench.Source.Log.SealAsync(default);
        bench.Copy();
        var before = bench.Source.Log.Segments.First(one => one.Kind == SegmentKind.Mail);
        bench.Source.Log.Rewrite(before, entry => entry.Id == gone.Id, default);
        var report = bench.Copy();
        Assert.Empty(report.Findings);
        Assert.False(bench.Target.Exists($"archive/segments/{before.Name}"));
        await using var restored = await CopyBench.RestoreAsync(bench.Target);
        Assert.Null(await restored.Log.FindAsync(gone.Id, default));
        Assert.Equal(LogBench.Bytes(8_000, 2), await restored.ContentOfAsync(stays.Id));
        await using var withOlder = await CopyBench.RestoreAsync(bench.Target, bench.Target);
        Assert.Null(await withOlder.Log.FindAsync(gone.Id, default));
    }

    [Fact]
    public async Task Damage_in_a_copy_is_named_when_it_is_restored()
    {
        await using var bench = await CopyBench.OpenAsync();
        await bench.Source.MailAsync(LogBench.Bytes(9_000));
        await bench.Source.Log.SealAsync(default);
        bench.Copy();
        var segment = bench.Source.Log.Segments.First(one => one.Kind == SegmentKind.Mail);
        CopyBench.Flip(bench.Target, $"archive/segments/{segment.Name}", 100);
        Assert.Contains(segment.Name, Assert.Single(CopyBench.Restore(bench.Target).Report.Findings).Path, StringComparison.Ordinal);
        CopyBench.Flip(bench.Target, CopyManifest.FileName, 40);
        Assert.Throws<CopyRefusedException>(() => CopyBench.Restore(bench.Target));
        Assert.Throws<CopyRefusedException>(() => bench.Copy());
    }

    [Fact]
    public async Task A_folder_that_holds_something_else_is_left_alone()
    {
        await using var bench = await CopyBench.OpenAsync();
        var foreign = new MemoryDisk();
        foreign.Open("letter.txt", DiskMode.Create).Dispose();
        Assert.Throws<CopyRefusedException>(() => bench.Copy(foreign));
        Assert.Equal(["letter.txt"], foreign.List(""));
    }
}
