using CsCheck;
using Recorder.Digests;
using Recorder.Ledger;
using static Recorder.Tests.Digests.DigestWorld;

namespace Recorder.Tests.Digests;

public sealed class LinkTests
{
    private const string Source = "192.0.2.1";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static async Task<(DigestWorld World, string Token)> WithLinkAsync()
    {
        var world = await DigestWorld.OpenAsync();
        await world.Desk.AddAsync(Alice);
        await world.RunAsync();
        await world.HoldAsync("Offer");
        await world.RunAtAsync(5, 9);
        return (world, Assert.Single(await world.TokensAsync()));
    }

    private static IReadOnlyList<DispatchRequested> Releases(DigestWorld world) => world.Facts<DispatchRequested>();

    [Fact]
    public async Task A_link_shows_its_message_changes_nothing_and_then_releases_it_once()
    {
        var (world, token) = await WithLinkAsync();
        await using var _ = world;
        var before = world.Desk.Log.Entries.Count;
        var sight = await world.Door.ShowAsync(token, Source, Cancel);
        Assert.Equal(("Offer", "Sender <sender@example.org>", Alice, false), (sight!.Subject, sight.Sender, sight.Mailbox, sight.IsUsed));
        Assert.Equal(before, world.Desk.Log.Entries.Count);

        var all = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => Task.Run(() => world.Door.ReleaseAsync(token, Source, Cancel))));

        Assert.All(all, one => Assert.True(one!.IsUsed));
        var asked = Assert.Single(Releases(world));
        Assert.Equal((DispatchKind.Release, Alice, new Actor("link", Alice, Source)), (asked.Kind, asked.Recipient, asked.Actor));
        Assert.Equal(("release", Alice, asked.RecordId), (Assert.Single(world.Facts<DigestLinkUsed>()).Act, world.Facts<DigestLinkUsed>()[0].Mailbox, world.Facts<DigestLinkUsed>()[0].RecordId));
        Assert.DoesNotContain(world.Desk.Log.Entries, entry => System.Text.Encoding.UTF8.GetString(entry.Payload.Span).Contains(token, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_link_that_was_used_does_nothing_more_even_when_the_release_failed()
    {
        var (world, token) = await WithLinkAsync();
        await using var _ = world;
        var release = (await world.Door.ReleaseAsync(token, Source, Cancel))!.Release!;
        await world.Desk.Ledger.AppendAsync(new DispatchEnded(release.RecordId, DispatchKind.Release, release.Round, 1, new RecipientOutcome(
            Alice, Alice, Recorder.Smtp.DeliveryOutcome.PermanentFailure, "smtp://next:25", "550 5.7.1 no"), null) { Actor = Actor.System("outbox"), At = world.Time.GetUtcNow() }, Cancel);

        var sight = await world.Door.ReleaseAsync(token, Source, Cancel);

        Assert.Equal((true, DispatchState.Failed, "550 5.7.1 no"), (sight!.IsUsed, sight.Release!.State, sight.Release.Words));
        Assert.Single(Releases(world));
    }

    public static TheoryData<string> Misuses =>
    [
        "expired", "another record", "another mailbox", "another account", "another digest", "a later expiry", "another key", "cut", "longer",
        "nothing", "garbage", "not base64", "very long", "the account is disabled", "the address is another's now",
    ];

    [Theory]
    [MemberData(nameof(Misuses))]
    public async Task A_wrong_link_opens_and_changes_nothing(string misuse)
    {
        var (world, token) = await WithLinkAsync();
        await using var _ = world;
        var other = await world.HoldAsync("Another offer", Bob);
        var link = world.Links.Read(token)!;
        var wrong = misuse switch
        {
            "another record" => Forged(token, link with { RecordId = other.ToString() }),
            "another mailbox" => Forged(token, link with { Mailbox = Bob }),
            "another account" => Forged(token, link with { Account = Bob }),
            "another digest" => Forged(token, link with { DigestId = other.ToString() }),
            "a later expiry" => Forged(token, link with { ExpiresAt = link.ExpiresAt.AddDays(1) }),
            "another key" => new DigestLinks(new byte[32]).Write(link),
            "cut" => token[..^4],
            "longer" => token + "AAAA",
            "nothing" => "",
            "garbage" => new string('A', token.Length),
            "not base64" => token[..^1] + "+",
            "very long" => new string('A', 100_000),
            _ => token,
        };
        if (misuse == "expired") world.Time.Advance(TimeSpan.FromDays(14));
        if (misuse == "the account is disabled") await world.Desk.Accounts.SetDisabledAsync(Recorder.Tests.Fakes.Desk.Cli, Alice, true, Cancel);
        if (misuse == "the address is another's now") await EndAddressAsync(world);
        var before = world.Desk.Log.Entries.Count;

        Assert.Null(await world.Door.ShowAsync(wrong, Source, Cancel));
        Assert.Null(await world.Door.ReleaseAsync(wrong, Source, Cancel));
        Assert.Equal(before, world.Desk.Log.Entries.Count);
    }

    // What a forger can do: new contents, and the MAC of the link at hand.
    private static string Forged(string token, DigestLink contents)
    {
        var mac = System.Buffers.Text.Base64Url.DecodeFromChars(token)[^32..];
        var body = System.Buffers.Text.Base64Url.DecodeFromChars(new DigestLinks(new byte[32]).Write(contents))[..^32];
        return System.Buffers.Text.Base64Url.EncodeToString([.. body, .. mac]);
    }

    private static Task EndAddressAsync(DigestWorld world)
    {
        var account = world.Desk.Accounts.Find(Alice)!;
        var ended = account with { Addresses = [.. account.Addresses.Select(owned => owned with { Until = world.Time.GetUtcNow() })] };
        return world.Desk.Ledger.AppendAsync(new AccountSet(ended) { Actor = Recorder.Tests.Fakes.Desk.Cli, At = world.Time.GetUtcNow() }, Cancel);
    }

    [Theory]
    [InlineData(Dispositions.HeldMalware)]
    [InlineData(Dispositions.HeldPhish)]
    public async Task Malware_and_phish_are_listed_without_a_link_and_no_link_releases_them(string disposition)
    {
        var (world, token) = await WithLinkAsync();
        await using var _ = world;
        await world.Desk.Accounts.AddAsync(Recorder.Tests.Fakes.Desk.Cli, "root@example.edu", null, true, null, Cancel);
        var harmful = await world.HoldAsync("Open this", disposition: disposition);
        var forRoot = await world.HoldAsync("Open this too", "root@example.edu", disposition);
        await world.RunAtAsync(6, 9);

        var mail = await world.ReadAsync();
        Assert.Contains("Open this", mail.TextBody, StringComparison.Ordinal);
        Assert.Empty(await world.TokensAsync());
        // Not even one that we had written, and not even for an administrator.
        foreach (var (id, address) in new[] { (harmful, Alice), (forRoot, "root@example.edu") })
        {
            var written = world.Links.Write(world.Links.Read(token)! with { RecordId = id.ToString(), Mailbox = address, Account = address });
            Assert.Null(await world.Door.ReleaseAsync(written, Source, Cancel));
        }
        Assert.Empty(Releases(world));
    }

    [Fact]
    public void What_is_written_is_read_and_no_changed_bit_is_believed() => Gen.Select(Gen.Int, Gen.Int[0, 5000], Gen.String[Gen.Char.AlphaNumeric, 1, 60]).Sample((seed, bit, name) =>
    {
        var links = new DigestLinks(Key);
        var random = new Random(seed);
        string Id()
        {
            var bytes = new byte[16];
            random.NextBytes(bytes);
            return new Guid(bytes).ToString("D");
        }
        var link = new DigestLink(Id(), name + "@example.edu", random.Next(2) == 0 ? name + "@example.edu" : "account@example.edu", LinkAct.Release,
            DateTimeOffset.FromUnixTimeSeconds(60L * random.Next(1, 60_000_000)), Id());
        var token = links.Write(link);
        var bytes = System.Buffers.Text.Base64Url.DecodeFromChars(token);
        bytes[bit / 8 % bytes.Length] ^= (byte)(1 << bit % 8);
        return links.Read(token) == link && links.Read(System.Buffers.Text.Base64Url.EncodeToString(bytes)) is null;
    }, iter: 2_000);

    [Fact]
    public async Task A_link_that_was_used_is_forgotten_when_it_would_have_expired()
    {
        var (world, token) = await WithLinkAsync();
        await using var _ = world;
        await world.Door.ReleaseAsync(token, Source, Cancel);
        world.Time.Advance(TimeSpan.FromDays(15));
        await world.HoldAsync("Later");

        Assert.Empty(world.Desk.Ledger.State.Range<UsedLink>("digest-link"));
    }
}
