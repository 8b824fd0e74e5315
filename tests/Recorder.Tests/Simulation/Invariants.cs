using System.Globalization;
using System.Text.RegularExpressions;
using Recorder.Archive;
using Recorder.Archive.Segments;
using Recorder.Intake;
using Recorder.Mail;
using Recorder.Search;
using Recorder.Tests.Archive.Disk;
using Recorder.Tests.Fakes;

namespace Recorder.Tests.Simulation;

/// <summary>What must hold for the derived files, and for an archive that bits were flipped in.</summary>
internal sealed partial class Invariants
{
    private static readonly string[] Mailboxes = ["alice@example.edu", "bob@example.edu", "carol@example.edu", "dave@example.edu", "nobody@example.edu"];

    /// <summary>Every record is found by each mailbox that its envelope names, and by no other.</summary>
    public async Task CheckIndexAsync(World world, Chance chance)
    {
        await world.PumpAsync(world.Life.Follower.CatchUpAsync(CancellationToken.None), untilPowerIsLost: true);
        await world.ObserveAsync();
        if (world.Disk.PowerLost) return;
        CheckIndex(world, world.Life.Index, chance.Of(Mailboxes));
    }

    private static void CheckIndex(World world, IMailIndex index, string mailbox)
    {
        var model = world.Model;
        OwnerScope[] scope = [new OwnerScope(mailbox)];
        var records = model.Records;
        foreach (var record in records)
        {
            var isOwn = record.Recipients.Values.Any(one => one.Owners.Contains(mailbox));
            var hit = index.Find(record.Id, scope, null);
            Promise.Holds((hit is not null) == isOwn, $"{mailbox} {(isOwn ? "does not find" : "finds")} {record.Id}");
            if (hit is null) continue;
            Promise.Holds(hit.Sequence == record.Sequence && hit.Addresses.SequenceEqual([mailbox]), $"{record.Id} is found as {hit}");
        }
        foreach (var sha in records.Select(one => one.Sha).Distinct().TakeLast(20))
        {
            var expected = records.Where(one => one.Sha == sha && one.Recipients.Values.Any(to => to.Owners.Contains(mailbox))).Select(one => one.Id);
            var found = index.Search(new SearchRequest(scope, model.WordOf(sha), 500)).Items.Select(hit => hit.Id);
            // While reads failed, a mail may have been indexed by its envelope alone.
            if (world.ReadsFailed) expected = expected.Intersect(found);
            Promise.Holds(expected.Order(StringComparer.Ordinal).SequenceEqual(found.Order(StringComparer.Ordinal)), $"{mailbox} searches {model.WordOf(sha)} and finds other records");
        }
    }

    /// <summary>Flips bits on a copy of the disk: verify names each record that no longer reads as recorded, and only those.</summary>
    public async Task CheckRotAsync(World world, Chance chance)
    {
        await world.ObserveAsync();
        // A segment whose file is still there too is judged by the file, until sealing looks at it again.
        var isSettled = world.Life.Archive.Status.RetiredFiles == 0;
        var copy = world.Disk.Copy(1);
        var files = copy.AllFiles().Where(one => one.LengthBytes > 0).ToList();
        if (files.Count == 0) return;
        List<string> flipped = [];
        for (var i = 0; i < 1 + chance.Below(2); i++)
        {
            var (path, length) = chance.Of(files);
            var offset = chance.Below(length);
            copy.Rot(path, offset, chance.Below(8));
            flipped.Add($"{path}@{offset}");
        }
        world.Story.Tell($"rot in a copy: {string.Join(' ', flipped)}");
        await using var archive = await MailArchive.OpenAsync(Life.Options, copy, world.Clock, CancellationToken.None);
        var when = $"after {string.Join(' ', flipped)}";
        // What was cut is named by the start alone: the next entry, a root perhaps, gets the position.
        var end = archive.DurableSequence;
        await CheckDamageAsync(world, archive, when, end, isSettled && flipped.Exists(one => !one.Contains("/manifest.", StringComparison.Ordinal)));
        await SealWhatIsWholeAsync(world, archive);
        await CheckDamageAsync(world, archive, when + " and sealing", end, mustFind: false);
    }

    private static async Task SealWhatIsWholeAsync(World world, MailArchive archive)
    {
        try
        {
            await world.PumpAsync(archive.SealAsync(CancellationToken.None));
        }
        catch (Exception error) when (error is ArchiveException or IOException or InvalidDataException)
        {
            // What is damaged stays where it is.
        }
    }

    /// <summary>After syncs that lied: each record is whole, or named, or beyond the end that the log itself can know of.</summary>
    public async Task CheckLostAsync(World world, long honestThrough)
    {
        MailArchive archive;
        try
        {
            archive = await MailArchive.OpenAsync(Life.Options, world.Disk, world.Clock, CancellationToken.None);
        }
        catch (ArchiveException)
        {
            return; // it says that it cannot be opened, which names everything
        }
        await using (archive) await CheckDamageAsync(world, archive, $"after lying syncs beyond {honestThrough}", archive.DurableSequence, mustFind: false);
    }

    private static async Task CheckDamageAsync(World world, MailArchive archive, string when, long end, bool mustFind)
    {
        var report = archive.Status.Recovery;
        List<VerifyFinding> findings = [];
        await foreach (var finding in archive.VerifyAsync(CancellationToken.None)) findings.Add(finding);
        var startUp = report.Cut.Count + report.Damaged.Count + report.Missing.Count;
        if (mustFind) Promise.Holds(findings.Count + startUp > 0, $"{when} nothing is found wrong");
        var named = findings.Where(one => one.Id is not null).Select(one => one.Id!.Value.ToString()).ToHashSet(StringComparer.Ordinal);
        foreach (var record in world.Model.Records)
        {
            // Beyond its end a log knows of nothing; at rest, a damaged last batch reads like a torn one and is told as cut.
            var wrong = await ProblemAsync(archive, record, world.Model);
            var accounted = named.Contains(record.Id)
                || findings.Any(one => one.Id is null && IsAbout(one, record))
                || report.Missing.Any(range => range.FirstSequence <= record.Sequence && record.Sequence <= range.LastSequence)
                || (record.Sequence > end && (startUp > 0 || !mustFind));
            if (wrong is not null) Promise.Holds(accounted, $"{when} {record.Id} ({record.Sequence}) is {wrong} and nobody says so: {string.Join("; ", findings)}");
            else Promise.Holds(!named.Contains(record.Id) || findings.Exists(one => IsSecondCopy(one, record)), $"{when} {record.Id} ({record.Sequence}) is whole and named damaged: {string.Join("; ", findings)}");
        }
    }

    // Of two copies, as an interrupted sealing leaves them, one may be damaged while the other one reads well.
    private static bool IsSecondCopy(VerifyFinding finding, Kept record) =>
        finding.Position?.Sequence == record.Sequence && finding.Problem.EndsWith("held more than once", StringComparison.Ordinal);

    // Findings that name no record name positions, a segment (whose name tells its positions), or where in a file the trouble begins.
    private static bool IsAbout(VerifyFinding finding, Kept record)
    {
        var (first, last) = Named(PositionsIn(), finding.Problem) ?? Named(RangeOfSegment(), finding.Segment) ?? (finding.Position?.Sequence ?? long.MaxValue, long.MaxValue);
        return first <= record.Sequence && record.Sequence <= last;
    }

    private static (long First, long Last)? Named(Regex form, string text) => form.Match(text) is { Success: true } found
        ? (Number(found.Groups["first"]), Number(found.Groups["last"].Success ? found.Groups["last"] : found.Groups["first"]))
        : null;

    private static long Number(Group digits) => long.Parse(digits.Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"positions? (?<first>\d+)(?: to (?<last>\d+))?")]
    private static partial Regex PositionsIn();

    [GeneratedRegex(@"(?<first>\d{12})-(?<last>\d{12})\.")]
    private static partial Regex RangeOfSegment();

    private static async Task<string?> ProblemAsync(MailArchive archive, Kept record, Model model)
    {
        try
        {
            if (!RecordId.TryParse(record.Id, out var id) || await archive.FindAsync(id, CancellationToken.None) is not { } entry) return "not found";
            if (ShownEntry.Of(entry).Mail is not { } shown || !Same(shown, record)) return "another record";
            return model.IsBytesOf(record.Sha, await World.ContentAsync(archive, id)) ? null : "other bytes";
        }
        catch (Exception error) when (error is ArchiveException or IOException or InvalidDataException or System.Text.Json.JsonException or InvalidOperationException)
        {
            return error.Message;
        }
    }

    private static bool Same(Kept one, Kept other) => one.Sequence == other.Sequence && one.Sha == other.Sha && one.From == other.From
        && one.Recipients.Keys.Order(StringComparer.Ordinal).SequenceEqual(other.Recipients.Keys.Order(StringComparer.Ordinal));

    /// <summary>The archive is whole; state and index are what the log makes of them from the start.</summary>
    public async Task CheckEndAsync(World world, Chance chance)
    {
        await world.PumpAsync(world.Life.Archive.SealAsync(CancellationToken.None));
        await world.ObserveAllAsync();
        List<VerifyFinding> findings = [];
        await foreach (var finding in world.Life.Archive.VerifyAsync(CancellationToken.None)) findings.Add(finding);
        Promise.Holds(findings.Count == 0, $"verify names what nobody damaged: {string.Join("; ", findings)}");
        await CheckIndexAsync(world, chance);
        foreach (var mailbox in Mailboxes) CheckIndex(world, world.Life.Index, mailbox);
        await CheckStateAsync(world);
        await CheckRebuiltIndexAsync(world);
        Promise.Holds(world.Model.Acknowledged < 50 || world.Model.Confirmed > 0, "no answer was ever confirmed");
    }

    private static async Task CheckStateAsync(World world)
    {
        await world.PumpAsync(world.Life.Ledger.CatchUpAsync(CancellationToken.None));
        await using var rebuilt = await Recorder.Ledger.Ledger.OpenAsync(world.Life.Archive, null, world.Clock);
        var (lived, anew) = (All(world.Life.Ledger.State), All(rebuilt.State));
        var differs = lived.Keys.Union(anew.Keys).Where(key => lived.GetValueOrDefault(key) != anew.GetValueOrDefault(key)).ToList();
        Promise.Holds(differs.Count == 0, $"state and its rebuild differ in {string.Join(", ", differs.Take(5))}: {lived.GetValueOrDefault(differs.FirstOrDefault() ?? "")} and {anew.GetValueOrDefault(differs.FirstOrDefault() ?? "")}");
    }

    private static Dictionary<string, string> All(Recorder.Ledger.IStateSnapshot state) =>
        state.Range<object>("").ToDictionary(pair => pair.Key, pair => System.Text.Json.JsonSerializer.Serialize(pair.Value, pair.Value.GetType()), StringComparer.Ordinal);

    private static async Task CheckRebuiltIndexAsync(World world)
    {
        using var stop = new CancellationTokenSource();
        var anew = new InMemoryMailIndex();
        var follower = new IndexFollower(world.Life.Archive, anew, new MailReader().ReadFacts, world.Clock, Microsoft.Extensions.Logging.Abstractions.NullLogger<IndexFollower>.Instance);
        var running = Task.Run(() => follower.RunAsync(stop.Token));
        await world.PumpAsync(follower.CatchUpAsync(CancellationToken.None));
        await stop.CancelAsync();
        await running;
        foreach (var mailbox in Mailboxes) CheckIndex(world, anew, mailbox);
        Promise.Holds(anew.DocumentCount == world.Life.Index.DocumentCount, $"{world.Life.Index.DocumentCount} documents, {anew.DocumentCount} after a rebuild");
        if (world.MemoryIndex is not { } memory) return;
        foreach (var (id, document) in anew.Committed)
        {
            if (memory.Visible.GetValueOrDefault(id) is { Subject: "" } && world.ReadsFailed) continue;
            var lived = Text(memory.Visible.GetValueOrDefault(id));
            Promise.Holds(lived == Text(document), $"the document of {id} differs after a rebuild: {lived} and {Text(document)}");
        }
    }

    private static string Text(SearchDocument? document) => System.Text.Json.JsonSerializer.Serialize(document);
}
