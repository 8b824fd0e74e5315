using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Recorder.Smtp;
using Recorder.SystemTests.Peers;

namespace Recorder.SystemTests;

/// <summary>Postfix, Recorder with a real filter, and Dovecot: one message, three people, three outcomes.</summary>
public sealed class QuarantineTests
{
    private const string Password = "correct horse battery", Border = "mx.example.edu", Sender = "offers@shop.example";
    private const string Allows = "allows@example.edu", Blocks = "blocks@example.edu", Plain = "plain@example.edu";
    private const string Gtube = "XJS*C4JDBQADN1.NSBN3*2IDNEN*" + "GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X";
    private const string Proven = $"Authentication-Results: {Border}; dmarc=pass header.from=shop.example";

    public static TheoryData<string> Filters => ["rspamd", "spamd"];

    [Theory]
    [MemberData(nameof(Filters))]
    public async Task One_message_ends_for_each_recipient_as_that_one_chose_and_nobody_sees_the_others(string filter)
    {
        await using var site = await Site.StartAsync(filter);
        await site.SendAsync("three ways", Proven, Gtube);
        await site.SendAsync("no spam at all", Proven, "See you on Monday.");

        await site.UntilInMailboxAsync(Allows, "no spam at all", "three ways");
        await site.UntilInMailboxAsync(Plain, "no spam at all");
        Assert.Empty(site.Mailbox(Blocks));
        Assert.Equal("deliver list.allow", await site.OutcomeAsync(Allows, "three ways"));
        Assert.Equal("held.spam list.block", await site.OutcomeAsync(Blocks, "three ways"));
        Assert.Equal("held.blocked list.block", await site.OutcomeAsync(Blocks, "no spam at all"));
        Assert.Equal("held.spam flagged", await site.OutcomeAsync(Plain, "three ways"));
        Assert.StartsWith("deliver", await site.OutcomeAsync(Plain, "no spam at all"), StringComparison.Ordinal);
        foreach (var one in new[] { Allows, Blocks, Plain })
        {
            var seen = await site.EverythingAsync(one, "three ways");
            Assert.All(new[] { Allows, Blocks, Plain }.Where(other => other != one), other => Assert.DoesNotContain(other, seen, StringComparison.Ordinal));
        }
    }

    public static TheoryData<string, string, string> Forgeries => new()
    {
        { "a clean bill of the sender's own", "X-Spam-Flag: NO\r\nX-Spam-Status: No, score=-90\r\nX-Spamd-Result: default: False [-20.00 / 15.00]", "no-results" },
        { "results of somebody else", "Authentication-Results: mx.elsewhere.example; dmarc=pass header.from=shop.example", "no-results" },
        { "two results under our name", $"{Proven}\r\n{Proven}", "not-proven" },
        { "results that fail", $"Authentication-Results: {Border}; dmarc=fail header.from=shop.example; dkim=fail header.d=shop.example; spf=fail smtp.mailfrom=shop.example", "not-proven" },
        { "a pass of another domain", $"Authentication-Results: {Border}; spf=pass smtp.mailfrom=elsewhere.example; dkim=pass header.d=elsewhere.example", "not-proven" },
    };

    [Theory]
    [MemberData(nameof(Forgeries))]
    public async Task What_a_sender_forges_has_no_effect_and_the_reason_says_so(string subject, string fields, string why)
    {
        await using var site = await Site.StartAsync("");
        await site.SendAsync(subject, fields, Gtube);
        Assert.Empty(site.Mailbox(Allows));
        Assert.Equal("held.spam flagged", await site.OutcomeAsync(Allows, subject));
        Assert.Equal(why, (await site.WhyAsync(Allows, subject))["passedWhy"]?.GetValue<string>());
    }

    [Fact]
    public async Task Ten_clicks_on_release_deliver_once_and_the_users_read_the_next_hops_words()
    {
        await using var site = await Site.StartAsync("");
        await site.SendAsync("let me have it", "X-Nothing: at all", Gtube);
        using var api = await site.SignInAsync(Plain);
        var id = await site.IdAsync(api, "let me have it");
        var clicks = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => api.PostAsync($"messages/{id}/release", new { })));
        Assert.All(clicks, answer => Assert.True(answer.IsSuccessStatusCode, $"{answer.StatusCode}"));
        await Machine.UntilAsync("the released message", () => Task.FromResult(site.Mailbox(Plain).Count > 0));
        await Machine.UntilAsync("its words", async () => (await api.GetAsync($"messages/{id}/dispatches"))["items"]![0]!["state"]!.GetValue<string>() == "accepted");
        await Task.Delay(1_000);
        Assert.Equal(["let me have it"], site.Mailbox(Plain));
        var dispatch = Assert.Single((await api.GetAsync($"messages/{id}/dispatches"))["items"]!.AsArray());
        Assert.Contains("250", dispatch!["words"]!.GetValue<string>(), StringComparison.Ordinal);
        using var stranger = await site.SignInAsync(Allows);
        Assert.Equal(HttpStatusCode.NotFound, (await stranger.PostAsync($"messages/{Guid.CreateVersion7()}/release", new { })).StatusCode);
    }

    /// <summary>A site of its own: border, recorder, filter and mailboxes, and three people with their lists.</summary>
    private sealed class Site : IAsyncDisposable
    {
        private readonly Scratch scratch = new();
        private Dovecot dovecot = null!;
        private Postfix postfix = null!;
        private RecorderProcess recorder = null!;
        private Filter? filter;

        public static async Task<Site> StartAsync(string filter)
        {
            Postfix.Need();
            Dovecot.Need();
            var site = new Site();
            if (filter == "rspamd") Rspamd.Need();
            if (filter == "spamd") Spamd.Need();
            site.filter = filter.Length == 0 ? null : Filter.Of(filter);
            if (site.filter is not null) await site.filter.StartAsync();
            site.dovecot = await Dovecot.StartAsync();
            site.recorder = new RecorderProcess(
                site.scratch.File("data"), ["Smtp:Protocol=lmtp", "Smtp:Mode=Relay", "Smtp:Domains:0=example.edu", "NextHop:Host=127.0.0.1",
                $"NextHop:Port={site.dovecot.LmtpPort}", "NextHop:Protocol=lmtp", $"Screening:AuthServId={Border}", .. site.filter is null ? [] : new[] { site.filter.Setting }]);
            await site.recorder.StartAsync();
            site.postfix = await Postfix.StartAsync("default_transport = discard\n" + Samples.Read("samples/postfix/lmtp-hook.cf", (2525, site.recorder.SmtpPort)));
            await site.recorder.AddAccountsAsync(Password, Allows, Blocks, Plain);
            await site.ListAsync(Allows, "allow");
            await site.ListAsync(Blocks, "block");
            return site;
        }

        public async Task SendAsync(string subject, string fields, string text)
        {
            var bytes = Encoding.ASCII.GetBytes($"{fields}\r\nFrom: Shop <{Sender}>\r\nTo: undisclosed-recipients:;\r\nSubject: {subject}\r\nMessage-ID: <{Guid.NewGuid():N}@shop.example>\r\n"
                + $"Date: {DateTimeOffset.UtcNow:r}\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\n{text}\r\n");
            await using var pool = Wire.Sender(postfix.Port, SmtpProtocol.Smtp);
            Assert.All(await pool.SendAsync(bytes, Sender, Allows, Blocks, Plain), result => Assert.Equal(DeliveryOutcome.Accepted, result.Outcome));
            await postfix.UntilEmptyAsync();
        }

        /// <summary>Subjects in a mailbox.</summary>
        public IReadOnlyList<string> Mailbox(string address) => [.. dovecot.Messages(address)
            .Select(message => Encoding.Latin1.GetString(message).Split("\r\n").First(line => line.StartsWith("Subject: ", StringComparison.Ordinal))[9..]).Order(StringComparer.Ordinal)];

        public Task UntilInMailboxAsync(string address, params string[] subjects) =>
            Machine.UntilAsync($"{string.Join(" and ", subjects)} for {address}", () => Task.FromResult(Mailbox(address).SequenceEqual(subjects)));

        public Task<Api> SignInAsync(string address) => Api.SignInAsync(recorder, address, Password);

        public async Task<string> IdAsync(Api api, string subject)
        {
            await api.UntilIndexedAsync();
            return Assert.Single(await api.FindAsync($"subject:\"{subject}\"")).Id;
        }

        /// <summary>Disposition and reason as this person reads them.</summary>
        public async Task<string> OutcomeAsync(string address, string subject)
        {
            var why = await WhyAsync(address, subject);
            return $"{why["disposition"]} {why["code"]}";
        }

        public async Task<JsonNode> WhyAsync(string address, string subject)
        {
            using var api = await SignInAsync(address);
            return Assert.Single((await api.GetAsync($"messages/{await IdAsync(api, subject)}"))["why"]!.AsArray())!;
        }

        public async Task<string> EverythingAsync(string address, string subject)
        {
            using var api = await SignInAsync(address);
            var id = await IdAsync(api, subject);
            return (await api.GetAsync($"messages/{id}")).ToJsonString() + (await api.GetAsync($"messages/{id}/timeline")).ToJsonString()
                + (await api.GetAsync("messages?q=")).ToJsonString();
        }

        public async ValueTask DisposeAsync()
        {
            await postfix.DisposeAsync();
            await recorder.DisposeAsync();
            await dovecot.DisposeAsync();
            if (filter is not null) await filter.DisposeAsync();
            scratch.Dispose();
        }

        private async Task ListAsync(string address, string kind)
        {
            using var api = await SignInAsync(address);
            using var answer = await api.PostAsync("lists", new { kind, pattern = Sender });
            Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        }
    }
}
