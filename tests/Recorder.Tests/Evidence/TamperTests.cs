using System.Security.Cryptography;
using Recorder.Archive;
using Recorder.Archive.Disk;
using Recorder.Archive.Log;
using Recorder.Archive.Proofs;
using Recorder.Archive.Segments;
using Recorder.Evidence;
using Recorder.Tests.Archive.Log;

namespace Recorder.Tests.Evidence;

/// <summary>What somebody with the disk and the format, but without the key, does to an archive is found, and the first of it named.</summary>
public sealed class TamperTests : IAsyncDisposable
{
    private readonly MemoryDisk _disk = new();
    private readonly SigningKey _key = SigningKey.LoadOrCreate(new MemoryDisk());
    private readonly List<Receipt> _mails = [];
    private LogBench _bench = null!;

    public async ValueTask DisposeAsync()
    {
        await _bench.DisposeAsync();
        _key.Dispose();
    }

    private LogTrust Trust => new() { Key = _key.LogKey, MarkedFrom = 1, KeyId = _key.KeyId };

    /// <summary>Three days of mail, sealed and signed each, and the last of the fourth in the file being written.</summary>
    private async Task FillAsync()
    {
        _bench = new LogBench(_disk, LogBench.Small) { Key = _key.LogKey };
        await _bench.OpenAsync();
        for (var day = 0; day < 3; day++)
        {
            // A file of today, so that the day's mail is in one segment.
            await _bench.Log.SealAsync(default);
            for (var mail = 0; mail < 4; mail++) _mails.Add(await _bench.MailAsync(LogBench.Bytes(700, _mails.Count), $"{{\"mail\":{_mails.Count}}}"));
            await _bench.EventAsync($"{{\"day\":{day}}}");
            await _bench.Log.SealAsync(default);
            Assert.NotNull(await _bench.Log.SignHeadAsync(_key, 1, default));
            _bench.Time.Advance(TimeSpan.FromDays(1));
        }

        await _bench.Log.SealAsync(default);
        _mails.Add(await _bench.MailAsync(LogBench.Bytes(300, 77), "{\"mail\":\"last\"}"));
        await _bench.EventAsync("{\"end\":true}");
        Assert.Empty(await FindingsAsync(Trust with { LastHead = new HeadNote(3, _bench.Log.Heads[^1].Sha256Hex) }));
    }

    private async Task TamperAsync(Action<Tamperer> change)
    {
        await _bench.CloseAsync();
        var hand = Tamperer.Open(_disk);
        change(hand);
        hand.Write();
        await _bench.OpenAsync();
    }

    private async Task<List<VerifyFinding>> FindingsAsync(LogTrust trust)
    {
        var findings = new List<VerifyFinding>();
        await foreach (var finding in _bench.Log.VerifyAsync(new VerifyWish { Trust = trust }, default)) findings.Add(finding);
        return findings;
    }

    private static VerifyFinding First(List<VerifyFinding> findings) =>
        findings.Where(finding => finding.Id is not null).OrderBy(finding => finding.Position!.Value.Sequence).First();

    [Fact]
    public async Task The_same_archive_written_again_by_that_hand_is_still_right()
    {
        await FillAsync();
        await TamperAsync(_ => { });
        Assert.Empty(await FindingsAsync(Trust));
    }

    [Fact]
    public async Task An_altered_message_is_named_though_every_digest_and_root_was_made_to_fit()
    {
        await FillAsync();
        await TamperAsync(hand => hand.Alter(hand.At(_mails[6].Position.Sequence)));
        Assert.DoesNotContain(await FindingsAsync(new LogTrust()), finding => finding.Id is not null);
        var findings = await FindingsAsync(Trust);
        Assert.Equal((_mails[6].Id, _mails[6].Position.Sequence), (First(findings).Id!.Value, First(findings).Position!.Value.Sequence));
        Assert.Contains(findings, finding => finding.Segment.Contains("mail-20260315", StringComparison.Ordinal) && finding.Problem.Contains("head 2"));
    }

    [Fact]
    public async Task Without_the_key_the_segment_is_named_by_the_signed_heads_alone()
    {
        await FillAsync();
        await TamperAsync(hand => hand.Alter(hand.At(_mails[6].Position.Sequence)));
        var findings = await FindingsAsync(new LogTrust());
        Assert.Equal("mail-20260315", findings.OrderBy(finding => finding.Position?.Sequence ?? long.MaxValue).First().Segment.Split('/')[1][..13]);
    }

    [Fact]
    public async Task Two_messages_that_changed_places_are_both_named()
    {
        await FillAsync();
        await TamperAsync(hand => hand.Swap(hand.At(_mails[1].Position.Sequence), hand.At(_mails[3].Position.Sequence)));
        var named = (await FindingsAsync(Trust)).Where(finding => finding.Id is not null).Select(finding => finding.Id!.Value).ToHashSet();
        Assert.Superset(new HashSet<RecordId> { _mails[1].Id, _mails[3].Id }, named);
        Assert.DoesNotContain(_mails[2].Id, named);
    }

    [Fact]
    public async Task A_message_that_was_taken_away_under_the_name_of_a_purge_is_named()
    {
        await FillAsync();
        await TamperAsync(hand => hand.PretendPurged(hand.At(_mails[8].Position.Sequence)));
        var finding = Assert.Single(await FindingsAsync(Trust));
        Assert.Equal(_mails[8].Id, finding.Id);
        Assert.Contains("purge that never was", finding.Problem);
        Assert.Empty(await FindingsAsync(Trust with { WasErased = id => id == _mails[8].Id }));
    }

    [Fact]
    public async Task A_message_that_is_gone_without_a_trace_shows_in_what_moved_up()
    {
        await FillAsync();
        await TamperAsync(hand => hand.Remove(hand.At(_mails[5].Position.Sequence)));
        var findings = await FindingsAsync(Trust);
        // The gap closed over it: what came next stands in its place.
        Assert.Equal(_mails[5].Position.Sequence, First(findings).Position!.Value.Sequence);
        Assert.Equal(_mails[6].Id, First(findings).Id);
    }

    [Fact]
    public async Task A_segment_that_is_gone_with_its_root_is_named()
    {
        await FillAsync();
        var name = "";
        await TamperAsync(hand =>
        {
            name = hand.MailSegment(1).Name;
            hand.RemoveSegment(hand.MailSegment(1));
        });
        var findings = await FindingsAsync(new LogTrust());
        Assert.Contains(findings, finding => finding.Segment == name && finding.Problem.Contains("missing"));
        Assert.Contains(await FindingsAsync(Trust), finding => finding.Segment == name && finding.Problem.Contains("missing"));
    }

    [Fact]
    public async Task A_log_cut_off_before_the_last_signed_head_is_named_with_what_is_gone()
    {
        await FillAsync();
        await TamperAsync(hand => hand.CutAfter(_mails[7].Position.Sequence));
        var findings = await FindingsAsync(Trust);
        Assert.Contains(findings, finding => finding.Problem.Contains("the end of the log was cut off") && finding.Position!.Value.Sequence == _mails[7].Position.Sequence + 1);
        Assert.Contains(findings, finding => finding.Segment.Contains("mail-20260316", StringComparison.Ordinal));
        // The rest can still be read.
        Assert.Equal(LogBench.Bytes(700, 2), await _bench.ContentOfAsync(_mails[2].Id));
    }

    [Fact]
    public async Task An_altered_message_in_the_file_that_is_being_written_is_named()
    {
        await FillAsync();
        var damaged = _mails[^1];
        await TamperAsync(hand => hand.Alter(hand.At(damaged.Position.Sequence)));
        Assert.Equal(damaged.Id, First(await FindingsAsync(Trust)).Id);
    }

    [Fact]
    public async Task An_altered_message_is_named_though_its_file_is_sealed_while_it_is_read()
    {
        await FillAsync();
        var damaged = _mails[^1];
        await TamperAsync(hand => hand.Alter(hand.At(damaged.Position.Sequence)));
        var findings = new List<VerifyFinding>();
        Task? sealing = null;
        var wish = new VerifyWish { Trust = Trust, OnBytes = _ => (sealing ??= _bench.Log.SealAsync(default)).Wait(TimeSpan.FromSeconds(5)) };
        await foreach (var finding in _bench.Log.VerifyAsync(wish, default)) findings.Add(finding);
        await sealing!;
        Assert.Equal(damaged.Id, First(findings).Id);
    }

    [Fact]
    public async Task A_sample_of_everything_names_what_a_whole_reading_names()
    {
        await FillAsync();
        await TamperAsync(hand => hand.Alter(hand.At(_mails[6].Position.Sequence)));
        var found = new List<VerifyFinding>();
        var read = 0L;
        var wish = new VerifyWish { Trust = Trust, Sample = 400, Seed = 7, OnRecords = records => read += records };
        await foreach (var finding in _bench.Log.VerifyAsync(wish, default)) found.Add(finding);
        Assert.True(read >= 400, $"{read} read");
        Assert.Contains(found, finding => finding.Id == _mails[6].Id);
    }

    [Theory]
    [InlineData("2026-03-14", false)]
    [InlineData("2026-03-15", true)]
    public async Task One_day_is_read_alone_while_heads_are_always_looked_at(string day, bool isNamed)
    {
        await FillAsync();
        await TamperAsync(hand => hand.Alter(hand.At(_mails[6].Position.Sequence)));
        var found = new List<VerifyFinding>();
        await foreach (var finding in _bench.Log.VerifyAsync(new VerifyWish { Trust = Trust, Day = DateOnly.Parse(day, System.Globalization.CultureInfo.InvariantCulture) }, default)) found.Add(finding);
        Assert.Equal(isNamed, found.Exists(finding => finding.Id == _mails[6].Id));
        Assert.Contains(found, finding => finding.Problem.Contains("head 2"));
    }

    [Fact]
    public async Task Forged_heads_are_named_each_for_what_is_wrong_with_it()
    {
        await FillAsync();
        var note = new HeadNote(3, _bench.Log.Heads[^1].Sha256Hex);
        await _bench.CloseAsync();
        var path = _bench.Files("heads/main")[1];
        var original = Read(path);

        Rewrite(path, original.AsSpan()[..^20].ToArray());
        await NamedAsync(note, path, "cannot be read");
        var head = SignedHead.Decode(original)!;
        Rewrite(path, (head with { Signature = [.. head.Signature[..^1], (byte)(head.Signature[^1] ^ 1)] }).Encode());
        await NamedAsync(note, path, "signature does not hold");
        Rewrite(path, (head with { NewRoots = [.. head.NewRoots.Reverse()] }).Encode());
        await NamedAsync(note, path, "not those that were signed");
        using var other = SigningKey.LoadOrCreate(new MemoryDisk());
        Rewrite(path, SignedHead.Make(head.Statement with { KeyId = other.KeyId, Through = 1 }, other, head.NewRoots).Encode());
        await NamedAsync(note, _bench.Files("heads/main")[2], "does not follow");
        _disk.Delete(path);
        await NamedAsync(note, _bench.Files("heads/main")[1], "head 2 is missing");
        Rewrite(path, original);
        _disk.Delete(_bench.Files("heads/main")[2]);
        await NamedAsync(note, "heads/main/0000000003.head", "missing");
    }

    [Fact]
    public async Task Heads_of_a_key_that_was_lost_check_under_the_next_ones_head_and_a_strangers_do_not()
    {
        await FillAsync();
        using var next = SigningKey.LoadOrCreate(new MemoryDisk());
        var trust = new LogTrust { Key = next.LogKey, MarkedFrom = long.MaxValue, KeyId = next.KeyId };
        Assert.Contains(await FindingsAsync(trust), finding => finding.Problem.Contains("not this installation's"));
        Assert.NotNull(await _bench.Log.SignHeadAsync(next, 500, default));
        Assert.Empty(await FindingsAsync(trust));
        await TamperAsync(hand => hand.Alter(hand.At(_mails[0].Position.Sequence)));
        Assert.Contains(await FindingsAsync(trust), finding => finding.Problem.Contains("head 1"));
    }

    private async Task NamedAsync(HeadNote note, string path, string words)
    {
        await _bench.OpenAsync();
        var findings = await FindingsAsync(Trust with { LastHead = note });
        await _bench.CloseAsync();
        Assert.True(findings.Exists(finding => finding.Segment == path && finding.Problem.Contains(words, StringComparison.Ordinal)),
            $"{path} should be named for '{words}': {string.Join("; ", findings)}");
    }

    private byte[] Read(string path)
    {
        using var file = _disk.Open(path, DiskMode.Read);
        var bytes = new byte[file.Length];
        file.Read(0, bytes);
        return bytes;
    }

    private void Rewrite(string path, byte[] bytes) => DurableFile.Write(_disk, path, stream => stream.Write(bytes), replace: true);
}
