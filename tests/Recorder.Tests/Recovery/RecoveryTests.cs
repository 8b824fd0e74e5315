using System.Text;
using Recorder.Accounts;
using Recorder.Archive;
using Recorder.Ledger;
using Recorder.Mail;
using Recorder.Recovery;
using Recorder.Smtp;
using Recorder.Tests.Fakes;

namespace Recorder.Tests.Recovery;

public sealed class RecoveryTests
{
    private const string Alice = "alice@example.edu", Bob = "bob@example.edu";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static Task<OpenedMessage?> Open(Counter counter, Reader reader, RecordId id) =>
        counter.Recovery.OpenAsync(reader, id, false, part => $"/part/{part}", Cancel);

    private static async Task<string> RefusedAsync(Func<Task> act) => (await Assert.ThrowsAsync<ActRefusedException>(act)).Code;

    private static IEnumerable<LedgerEvent> Facts(Counter counter) => counter.Desk.Log.Entries
        .Where(entry => entry.Kind == EntryKind.Event).Select(entry => LedgerJson.Decode(entry.Payload.Span)!);

    [Theory]
    [InlineData("foreign")]
    [InlineData("unknown")]
    [InlineData("expired")]
    [InlineData("an event")]
    public async Task What_the_reader_may_not_see_does_not_exist_in_any_member(string which)
    {
        await using var counter = await Counter.OpenAsync();
        var reader = await counter.Desk.ReaderAsync(Alice);
        var id = which switch
        {
            "foreign" => await counter.RecordAsync("Secret", Mails.To(Bob)),
            "expired" => await counter.RecordAsync("Secret", Mails.To(Alice)),
            "an event" => counter.Desk.Log.Entries[0].Id,
            _ => new RecordId(new Guid(1, 2, 3, new byte[8])),
        };
        counter.Desk.Time.Advance(TimeSpan.FromDays(which == "expired" ? 366 : 1));
        await counter.IndexAsync();

        Assert.Null(await Open(counter, reader, id));
        Assert.Null(await counter.Recovery.OpenSourceAsync(reader, id, Cancel));
        Assert.Null(await counter.Recovery.OpenPartAsync(reader, id, 0, Cancel));
        Assert.Null(await counter.Recovery.TimelineAsync(reader, id, Cancel));
        Assert.Null(await counter.Recovery.ResendAsync(reader, id, null, true, Cancel));
        Assert.Null(await counter.Recovery.ReleaseAsync(reader, id, Cancel));
        Assert.Null(await counter.Recovery.DispatchesAsync(reader, id, Cancel));
        Assert.Empty(counter.Recovery.Find(reader, "", 50, null).Items);
        Assert.Empty(Facts(counter).OfType<MessageViewed>());
    }

    [Fact]
    public async Task Opening_needs_no_index_and_gives_the_exact_bytes()
    {
        await using var counter = await Counter.OpenAsync();
        var reader = await counter.Desk.ReaderAsync(Alice);
        var id = await counter.RecordAsync("Minutes", Mails.To(Alice));

        var opened = (await Open(counter, reader, id))!;
        Assert.Equal("Minutes", opened.View.Facts.Subject);
        await using var source = await counter.Recovery.OpenSourceAsync(reader, id, Cancel);
        using var copy = new MemoryStream();
        await source!.CopyToAsync(copy, Cancel);
        Assert.Equal(Mails.Message("Minutes"), copy.ToArray());
        Assert.Equal(copy.Length, opened.SizeBytes);
    }

    [Fact]
    public async Task Another_recipient_is_in_nothing_that_is_opened()
    {
        await using var counter = await Counter.OpenAsync();
        var reader = await counter.Desk.ReaderAsync(Alice);
        var mail = Mails.Envelope(counter.Desk.Time.GetUtcNow(), Mails.To(Bob, "held.spam"), Mails.To(Alice) with { Notify = "FAILURE" }, Mails.To("out@elsewhere.org"));
        // Bob's mail goes on to Alice's address: she sees it as her own, without learning whose it was.
        mail = mail with { Recipients = [.. mail.Recipients, new(Alice, [Alice, Bob], "deliver", null, $"rfc822;{Bob}")] };
        var id = (await counter.Desk.Ledger.RecordAsync(mail)).Id;
        await counter.RelayAsync(id, (Bob, DeliveryOutcome.PermanentFailure), (Alice, DeliveryOutcome.Accepted));

        var opened = (await Open(counter, reader, id))!;
        Assert.Equal([Alice], opened.OwnAddresses);
        Assert.Equal("FAILURE", opened.Facts.Recipients[0].Notify);
        Assert.Equal("delivered", opened.State);
        var everything = Encoding.UTF8.GetString(opened.Facts.Encode())
            + string.Join('\n', (await counter.Recovery.TimelineAsync(reader, id, Cancel))!);
        Assert.DoesNotContain("bob", everything);
        Assert.DoesNotContain("elsewhere", everything);

        var other = (await Open(counter, await counter.Desk.ReaderAsync(Bob), id))!;
        Assert.Equal("held", other.State);
        Assert.DoesNotContain("alice", Encoding.UTF8.GetString(other.Facts.Encode()));
    }

    [Fact]
    public async Task Every_view_and_download_is_in_the_ledger()
    {
        await using var counter = await Counter.OpenAsync();
        var reader = await counter.Desk.ReaderAsync(Alice);
        var id = await counter.RecordAsync("Minutes", Mails.To(Alice));
        await Open(counter, reader, id);
        await using (await counter.Recovery.OpenSourceAsync(reader, id, Cancel))
        {
        }

        await counter.Desk.DisposeAsync();
        Assert.Equal(
            [(Alice, "message"), (Alice, "source")],
            Facts(counter).OfType<MessageViewed>().Select(viewed => (viewed.Mailbox, viewed.What)));
    }

    [Fact]
    public async Task A_view_that_cannot_be_recorded_is_refused()
    {
        await using var counter = await Counter.OpenAsync();
        var reader = await counter.Desk.ReaderAsync(Alice);
        var id = await counter.RecordAsync("Minutes", Mails.To(Alice));
        var full = counter.RecoveryOver(new FullLedger(counter.Desk.Ledger));

        Assert.Equal("busy", await RefusedAsync(() => full.OpenAsync(reader, id, false, _ => "", Cancel)));
        Assert.Equal("busy", await RefusedAsync(() => full.OpenSourceAsync(reader, id, Cancel)));
        Assert.Null(await full.OpenAsync(await counter.Desk.ReaderAsync(Bob), id, false, _ => "", Cancel));
    }

    private sealed class FullLedger(ILedger ledger) : ILedger
    {
        public IStateSnapshot State => ledger.State;

        public Task<Recorded<LedgerEvent>?> ActAsync(string key, Func<IStateSnapshot, LedgerEvent?> decide, CancellationToken cancel) =>
            ledger.ActAsync(key, decide, cancel);

        public Task<Recorded<LedgerEvent>> AppendAsync(LedgerEvent fact, CancellationToken cancel) => ledger.AppendAsync(fact, cancel);

        public Task<Recorded<RecordedMail>> RecordAsync(RecordedMail mail, IReceivedContent content, string clusterKey, CancellationToken cancel) =>
            ledger.RecordAsync(mail, content, clusterKey, cancel);

        public bool TryPost(LedgerEvent fact) => false;

        public Task CatchUpAsync(CancellationToken cancel) => ledger.CatchUpAsync(cancel);
    }

    [Fact]
    public async Task A_message_whose_bytes_are_gone_still_shows_its_envelope()
    {
        await using var counter = await Counter.OpenAsync();
        var reader = await counter.Desk.ReaderAsync(Alice);
        var id = await counter.RecordAsync("Minutes", Mails.To(Alice));
        counter.Desk.Log.RemoveContent(id);

        var opened = (await Open(counter, reader, id))!;
        Assert.Equal(ReadFlags.Unparsed, opened.View.Facts.Flags);
        Assert.Equal("sender@example.org", opened.Facts.ReversePath);
        Assert.Equal(ArchiveFault.Missing, (await Assert.ThrowsAsync<ArchiveException>(() => counter.Recovery.OpenSourceAsync(reader, id, Cancel))).Fault);
    }

    [Fact]
    public async Task A_part_is_downloaded_decoded()
    {
        await using var counter = await Counter.OpenAsync();
        var reader = await counter.Desk.ReaderAsync(Alice);
        var message = Encoding.ASCII.GetBytes(
            "Subject: file\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nsee\r\n" +
            "--b\r\nContent-Type: application/pdf; name=a.pdf\r\nContent-Disposition: attachment; filename=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\naGVsbG8=\r\n--b--\r\n");
        var id = (await counter.Desk.Ledger.RecordAsync(Mails.Envelope(counter.Desk.Time.GetUtcNow(), Mails.To(Alice)), message)).Id;

        var attachment = Assert.Single((await Open(counter, reader, id))!.View.Facts.Attachments);
        var (facts, bytes) = (await counter.Recovery.OpenPartAsync(reader, id, attachment.Index, Cancel))!.Value;
        await using (bytes)
        {
            Assert.Equal("a.pdf", facts.FileName);
            Assert.Equal("hello", await new StreamReader(bytes).ReadToEndAsync(Cancel));
        }

        Assert.Null(await counter.Recovery.OpenPartAsync(reader, id, 99, Cancel));
    }

    [Fact]
    public async Task A_reused_address_never_shows_its_former_holders_mail()
    {
        await using var counter = await Counter.OpenAsync();
        await counter.Desk.AddAsync(Alice);
        await counter.Desk.AddAsync(Bob);
        await counter.Desk.Owned.GiveAsync(Desk.Cli, Alice, "dean@example.edu", Cancel);
        var old = await counter.RecordAsync("Old", Mails.To("dean@example.edu"));
        counter.Desk.Time.Advance(TimeSpan.FromDays(1));
        await counter.Desk.Owned.TakeAsync(Desk.Cli, Alice, "dean@example.edu", Cancel);
        await counter.Desk.Owned.GiveAsync(Desk.Cli, Bob, "dean@example.edu", Cancel);
        var young = await counter.RecordAsync("Young", Mails.To("dean@example.edu"));
        await counter.IndexAsync();
        var (alice, bob) = (await counter.Desk.ReaderAsync(Alice), await counter.Desk.ReaderAsync(Bob));

        Assert.NotNull(await Open(counter, alice, old));
        Assert.Null(await Open(counter, alice, young));
        Assert.Null(await Open(counter, bob, old));
        Assert.NotNull(await Open(counter, bob, young));
        Assert.Equal([old.ToString()], counter.Recovery.Find(alice, "", 50, null).Items.Select(row => row.Hit.Id));

        // Alice no longer has the address: her copy of the old message goes to the one she has.
        Assert.Equal([Alice], (await Open(counter, alice, old))!.ResendTargets);
        Assert.Equal("not-own-address", await RefusedAsync(() => counter.Recovery.ResendAsync(alice, old, "dean@example.edu", false, Cancel)));
        var wish = (await counter.Recovery.ResendAsync(alice, old, null, false, Cancel))!;
        Assert.Equal(Alice, wish.Recipient);
        Assert.Contains((await counter.Recovery.TimelineAsync(alice, old, Cancel))!, step => step.Code == "resend-requested");
    }

    [Fact]
    public async Task The_timeline_shows_what_was_done_before_any_index_has_it_and_the_same_afterwards()
    {
        await using var counter = await Counter.OpenAsync();
        var (alice, bob) = (await counter.Desk.ReaderAsync(Alice), await counter.Desk.ReaderAsync(Bob));
        var id = await counter.RecordAsync("Minutes", Mails.To(Alice), Mails.To(Bob, "held.spam"));
        await counter.RelayAsync(id, (Alice, DeliveryOutcome.Accepted));
        await counter.Recovery.ReleaseAsync(bob, id, Cancel);
        var wish = (await counter.Recovery.ResendAsync(alice, id, null, false, Cancel))!;
        await counter.EndAsync(wish, accepted: true, Alice);

        var before = (await counter.Recovery.TimelineAsync(alice, id, Cancel))!;
        Assert.Equal(["received", "delivered", "resend-requested", "resent"], before.Select(step => step.Code));
        Assert.Equal(("smtp://next:25", "250 2.0.0 kept"), (before[^1].NextHop, before[^1].Words));
        await counter.IndexAsync();
        Assert.Equal(before, await counter.Recovery.TimelineAsync(alice, id, Cancel));
        Assert.Equal(["received", "held", "release-requested"], (await counter.Recovery.TimelineAsync(bob, id, Cancel))!.Select(step => step.Code));
    }
}
