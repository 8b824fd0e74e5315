using System.Text.RegularExpressions;
using CsCheck;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Recorder.Archive;
using Recorder.Delivery;
using Recorder.Flow;
using Recorder.Ledger;
using Recorder.Screening;
using Recorder.Screening.Lists;
using Recorder.Smtp;
using Recorder.Tests.Fakes;
using Recorder.Tests.Screening.Lists;

namespace Recorder.Tests.Screening;

/// <summary>
/// For random lists, thresholds and verdicts: a recipient's decision is what the table below says of that recipient
/// alone, and nothing of another recipient moves it.
/// </summary>
public sealed class JudgedAlonePropertyTests
{
    private static readonly string[] People = ["alice@example.edu", "bob@example.edu", "carol@other.edu"];
    private static readonly string[] Recipients = [.. People, "alias@example.edu", "nobody@other.edu", "far@elsewhere.example"];
    private static readonly string[] Scopes = [.. People.Select(ListScopes.User), ListScopes.Domain("example.edu"), ListScopes.Domain("other.edu"), ListScopes.Site];
    private static readonly string[] Senders = ["", "ann@news.example.org", "ann@example.org", "bounce-1@example.net", "eve@evil.example"];
    private static readonly string[] Patterns =
        ["ann@news.example.org", "ann@example.org", "example.org", "news.example.org", "*.example.org", "*.org", "bounce-*@example.net", "a*n@*.org", "example.net", "evil.example"];

    private sealed record World(IReadOnlyList<ListEntry> Entries, IReadOnlyList<double?> Thresholds, ScreeningPolicy Policy, ScreenedMail? Screened, string Envelope, IReadOnlyList<string> Authors);

    private static Gen<T> Pick<T>(params T[] from) => Gen.Int[0, from.Length - 1].Select(index => from[index]);

    private static readonly Gen<ListEntry> AnEntry = Gen.Select(
        Pick(Scopes), Gen.Bool, Pick(Patterns), Gen.Int[0, 5], Gen.Bool,
        (scope, allow, pattern, expired, enforced) =>
            States.Entry(scope, allow ? ListKind.Allow : ListKind.Block, pattern, enforced && scope == ListScopes.Site, expired == 0));

    private static readonly Gen<ScreenedMail?> AVerdict = Gen.Select(
        Gen.Int[0, 7], Pick<double?>(null, 2, 5, 9), Pick<double?>(null, 6), Gen.Enum<SenderProof>(),
        (kind, score, threshold, proof) => kind switch
        {
            0 => null,
            1 => new ScreenedMail(MailCategory.Clean, "", Proof: proof),
            2 => new ScreenedMail(MailCategory.Clean, "", Proof: proof, Unavailable: ["rspamd: down"]),
            3 => new ScreenedMail(MailCategory.Malware, "rspamd", score, threshold, Proof: proof),
            4 => new ScreenedMail(MailCategory.Phish, "rspamd", score, threshold, Proof: proof),
            _ => new ScreenedMail(kind == 5 ? MailCategory.Clean : MailCategory.Spam, "rspamd", score, threshold, Proof: proof),
        });

    private static readonly Gen<World> AWorld = Gen.Select(
        AnEntry.List[0, 14], Pick<double?>(null, 1, 4, 20).Array[People.Length],
        Gen.Select(Pick<double?>(null, 7), Gen.Bool, (threshold, lax) => new ScreeningPolicy(threshold, lax)),
        AVerdict, Pick(Senders), Pick(Senders).List[0, 2],
        (entries, thresholds, policy, screened, envelope, authors) => new World(
            [.. entries.DistinctBy(entry => (entry.Scope, entry.Pattern))], thresholds, policy, screened, envelope, [.. authors.Where(author => author.Length > 0)]));

    [Fact]
    public void The_decision_is_what_the_table_says_of_that_recipient_alone() => AWorld.Sample(world =>
    {
        var judged = Judged(world, Recipients);
        foreach (var one in judged)
        {
            var expected = Table(world, one.Recipient.Address);
            Assert.Equal((one.Recipient.Address, expected.Disposition, expected.Code, expected.Pattern), (one.Recipient.Address, one.Disposition, one.Reason?.Code, one.Reason?.Entry?.Pattern));
        }
    }, iter: 3_000);

    [Fact]
    public void Nothing_of_another_recipient_moves_it() => Gen.Select(AWorld, AWorld, Pick(Recipients), Gen.Shuffle(Recipients), Gen.Int[0, Recipients.Length]).Sample((world, other, recipient, order, count) =>
    {
        var own = OwnScopes(recipient);
        var mixed = world with
        {
            Entries = [.. world.Entries.Where(entry => own.Contains(entry.Scope)), .. other.Entries.Where(entry => !own.Contains(entry.Scope))],
            Thresholds = [.. People.Select((person, index) => own.Contains(ListScopes.User(person)) ? world.Thresholds[index] : other.Thresholds[index])],
        };
        var alone = Assert.Single(Judged(world, [recipient]));
        var among = Judged(mixed, [.. order.Take(count).Where(one => one != recipient), recipient])[^1];
        Assert.Equal((alone.Disposition, alone.Reason), (among.Disposition, among.Reason));
    }, iter: 3_000);

    private static HashSet<string> OwnScopes(string recipient) =>
        [ListScopes.Site, ListScopes.Domain(recipient[(recipient.IndexOf('@') + 1)..]), ListScopes.User(Holder(recipient) ?? "-")];

    // The alias is Alice's.
    private static string? Holder(string recipient) => recipient == "alias@example.edu" ? People[0] : People.FirstOrDefault(person => person == recipient);

    private static IReadOnlyList<RecipientCase> Judged(World world, IReadOnlyList<string> recipients)
    {
        var accounts = People.Select((person, index) => index == 0 ? States.Account(person, "alias@example.edu") : States.Account(person));
        var state = States.With([.. accounts, .. People.Select((person, index) => new Preferences(person, world.Thresholds[index])), .. world.Entries]);
        var time = new FakeTimeProvider(States.Now);
        using var hits = new ListHitCounter(new StillLedger(state), time);
        var judging = new Judging(
            new Routes(new Route([new FakeHop()], time, NullLogger<Route>.Instance), new Dictionary<string, Route>()), new StillLedger(state), world.Policy, hits, time);
        var envelope = new Envelope(world.Envelope, [.. recipients.Select(one => new EnvelopeRecipient(one))], MailParameters.None);
        var message = new ReceivedMessage(
            new IntakeListener("hook", SmtpProtocol.Lmtp, IntakeMode.Relay), FlowWorld.Peer, envelope, new MemoryContent("x"u8.ToArray()),
            new WireShape(1, false, false, false, false, 1), States.Now, HeaderGlance.None with { Authors = world.Authors }) { Screened = world.Screened };
        var cases = envelope.Recipients.Select(one => new RecipientCase(
            one, one.Address, one.Address.EndsWith(".edu", StringComparison.Ordinal) ? [one.Address] : [], Standing.Fresh)).ToList();
        return judging.JudgeAsync(message, cases, CancellationToken.None).GetAwaiter().GetResult();
    }

    // ---- The reference: the order of docs/screening.md as rows, over plain lists, sharing nothing with the product. ----

    private static (string Disposition, string? Code, string? Pattern) Table(World world, string recipient)
    {
        if (!recipient.EndsWith(".edu", StringComparison.Ordinal)) return ("deliver", null, null);
        var (disposition, code) = Filtered(world, recipient);
        if (disposition is "held.malware" or "held.phish") return (disposition, code, null);
        var rows =
            from entry in world.Entries
            where entry.ExpiresAt is null
            let level = entry.IsEnforced ? 1 : entry.Scope == $"user/{Holder(recipient)}" ? 2 : entry.Scope == $"domain/{recipient.Split('@')[1]}" ? 3 : entry.Scope == "site" ? 4 : 0
            where level > 0
            from numbered in world.Authors.Append(world.Envelope).Distinct().Index()
            let sender = numbered.Item
            let specificity = Specificity(entry.Pattern, sender)
            where specificity > 0 && (entry.Kind == ListKind.Block || Counts(world, sender))
            // Of equals that agree, the one of the first author is named.
            orderby level, specificity descending, entry.Kind == ListKind.Allow, numbered.Index, entry.Pattern
            select entry;
        return rows.FirstOrDefault() switch
        {
            null => (disposition, code, null),
            { Kind: ListKind.Allow } allow => ("deliver", "list.allow", allow.Pattern),
            var block => (disposition == "deliver" ? "held.blocked" : disposition, "list.block", block.Pattern),
        };
    }

    private static (string Disposition, string Code) Filtered(World world, string recipient)
    {
        var own = Holder(recipient) is { } person ? world.Thresholds[Array.IndexOf(People, person)] : null;
        if (world.Screened is not { } said) return ("deliver", "no-filter");
        if (said.Source.Length == 0) return ("deliver", said.Unavailable is null ? "no-filter" : "not-screened");
        if (said.Category == MailCategory.Malware) return ("held.malware", "malware");
        if (said.Category == MailCategory.Phish) return ("held.phish", "phish");
        var isSpam = said.Category == MailCategory.Spam;
        if (said.Score is { } score && (own ?? world.Policy.SpamThreshold) is { } ours) return score >= ours ? ("held.spam", "score") : ("deliver", "score.under");
        if (said is { Score: { } its, Threshold: { } theirs } && isSpam == its >= theirs) return isSpam ? ("held.spam", "score") : ("deliver", "score.under");
        return isSpam ? ("held.spam", "flagged") : ("deliver", "clean");
    }

    private static int Specificity(string pattern, string sender)
    {
        if (sender.Length == 0) return 0;
        var domain = sender.Split('@')[1];
        return pattern == sender ? 1000
            : pattern == domain ? 900
            : !pattern.Contains('@') && pattern.StartsWith("*.") && domain.EndsWith(pattern[1..]) ? 1 + pattern.Length
            : pattern.Contains('@') && pattern.Contains('*') && Regex.IsMatch(sender, "^" + Regex.Escape(pattern).Replace(@"\*", "[^@]*") + "$") ? 1 : 0;
    }

    private static bool Counts(World world, string sender) => world.Authors.Count <= 1 && (world.Screened?.Proof ?? SenderProof.None) switch
    {
        SenderProof.None => world.Policy.AllowUnauthenticated,
        SenderProof.Failed => false,
        _ => world.Authors is [var author] && (sender == author || sender.Split('@')[1] == author.Split('@')[1]),
    };
}
