using Recorder.Archive;
using Recorder.Archive.Encryption;
using Recorder.Archive.Segments;
using Recorder.Ledger;
using Recorder.Retention;

namespace Recorder.Tests.Retention;

/// <summary>A purge of an encrypted archive destroys the keys of what leaves.</summary>
public sealed class PurgedKeysTests
{
    private const string Amy = "amy@example.edu";
    private static readonly Dictionary<string, string> ForAmy = new() { [Amy] = "deliver" };
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task The_keys_of_what_leaves_are_destroyed_and_the_certificate_says_so()
    {
        await using var world = await KeepingWorld.OpenAsync(isEncrypted: true);
        var due = await FillAsync(world);
        Assert.True(world.Keys!.Has(due));
        var outcome = await world.Purge.ExecuteAsync(KeepingWorld.Admin, null, None);
        Assert.False(world.Keys.Has(due));
        var certificate = PurgeCertificate.Of(world.Ledger.State, outcome.Run!, 7)!;
        Assert.True(certificate.KeysDestroyed > 0);
        Assert.Contains("keysDestroyed", System.Text.Encoding.UTF8.GetString(certificate.ToJson()), StringComparison.Ordinal);
        Assert.Equal("", await world.VerifyAsync());
    }

    [Fact]
    public async Task An_erasure_destroys_the_key_of_the_segment_that_was_written_again()
    {
        await using var world = await KeepingWorld.OpenAsync(isEncrypted: true);
        var mail = await world.ReceiveAsync(new Random(1), ForAmy, "topic");
        await world.ReceiveAsync(new Random(2), ForAmy, "other");
        await world.Archive.SealAsync(None);
        Assert.True(RecordId.TryParse(mail.Id, out var id));
        var segment = $"segments/{world.Archive.SegmentOf(id)!.Name}";
        Assert.NotNull(await world.Erasures.EraseAsync(KeepingWorld.Admin, id, "law", None));
        Assert.False(world.Keys!.Has(segment));
        Assert.True(world.Keys.Has($"segments/{world.Archive.SegmentOf(id)!.Name}"));
    }

    [Fact]
    public async Task A_plain_archive_has_no_word_of_keys_in_its_certificate()
    {
        await using var world = await KeepingWorld.OpenAsync();
        await FillAsync(world);
        var outcome = await world.Purge.ExecuteAsync(KeepingWorld.Admin, null, None);
        Assert.DoesNotContain("keysDestroyed", System.Text.Encoding.UTF8.GetString(PurgeCertificate.Of(world.Ledger.State, outcome.Run!, 7)!.ToJson()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(8)]
    [InlineData(16)]
    [InlineData(22)]
    [InlineData(26)]
    [InlineData(30)]
    [InlineData(36)]
    public async Task Wherever_the_power_fails_the_next_execution_destroys_them_and_no_others(int operations)
    {
        await using var world = await KeepingWorld.OpenAsync(operations, isEncrypted: true);
        var due = await FillAsync(world);
        world.Disk.LosePowerAfter(operations);
        try { await world.Purge.ExecuteAsync(KeepingWorld.Admin, null, None); }
        catch (Exception error) when (error is ArchiveException or IOException) { Assert.True(world.Disk.PowerLost, error.Message); }
        await world.CrashAsync();
        await world.Purge.ExecuteAsync(KeepingWorld.Admin, null, None);
        Assert.False(world.Keys!.Has(due));
        Assert.Equal("", await world.VerifyAsync());
    }

    /// <returns>Path of the segment that is due.</returns>
    private static async Task<string> FillAsync(KeepingWorld world)
    {
        await world.ReceiveAsync(new Random(1), ForAmy, "topic");
        await world.Archive.SealAsync(None);
        var due = $"segments/{world.Archive.Segments.First(segment => segment.Kind == SegmentKind.Mail).Name}";
        await PurgeTests.NextDayAsync(world, 30);
        await world.ReceiveAsync(new Random(2), ForAmy, "later");
        await PurgeTests.NextDayAsync(world, 34);
        return due;
    }
}
