using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Recorder.Accounts;
using Recorder.Archive;
using Recorder.Ledger;
using Recorder.Mail;
using Recorder.Recovery;
using Recorder.Recovery.Bulk;
using Recorder.Retention;
using Recorder.Tests.Fakes;
using Recorder.Transfer.Export;

namespace Recorder.Tests.Recovery;

/// <summary>How much mail leaves through one account in a day. The limit here is ten messages, four are noted.</summary>
public sealed class TakingTests : IAsyncLifetime
{
    private const string Alice = "alice@example.edu", Bob = "bob@example.edu";
    private readonly List<RecordId> mail = [];
    private Counter counter = null!;
    private TakingLimit limit = null!;
    private Reader alice = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        counter = await Counter.OpenAsync();
        alice = await counter.Desk.ReaderAsync(Alice);
        for (var number = 0; number < 12; number++) mail.Add(await counter.RecordAsync($"Minutes {number}", Mails.To(Alice), Mails.To(Bob)));
        await counter.IndexAsync();
        limit = LimitOver(counter.Desk.Ledger);
    }

    public ValueTask DisposeAsync() => counter.DisposeAsync();

    [Fact]
    public async Task Sources_are_given_out_up_to_the_limit_and_again_a_day_later()
    {
        await TakeAsync(10);
        Assert.Equal(TakingLimit.EnoughCode, await RefusedAsync(() => OpenAsync(mail[10])));
        Assert.NotNull(await RecoveryOver(counter.Desk.Ledger).WithinView.OpenSourceAsync(alice, mail[10], Cancel)); // pictures of an open message
        Assert.NotNull(await RecoveryOver(counter.Desk.Ledger).OpenAsync(alice, mail[10], false, part => $"{part}", Cancel)); // and reading goes on
        counter.Desk.Time.Advance(TimeSpan.FromHours(20));
        Assert.Equal(TakingLimit.EnoughCode, await RefusedAsync(() => OpenAsync(mail[10])));
        counter.Desk.Time.Advance(TimeSpan.FromHours(5));
        await OpenAsync(mail[10]);
    }

    [Fact]
    public async Task Nobody_else_is_kept_from_anything()
    {
        await TakeAsync(10);
        var bob = await counter.Desk.ReaderAsync(Bob);
        Assert.NotNull(await RecoveryOver(counter.Desk.Ledger).OpenSourceAsync(bob, mail[0], Cancel));
    }

    [Fact]
    public async Task A_restart_forgets_nothing()
    {
        await TakeAsync(10);
        await using var again = await Recorder.Ledger.Ledger.OpenAsync(counter.Desk.Log, null, counter.Desk.Time, cancel: Cancel);
        Assert.Equal(TakingLimit.EnoughCode, (await Assert.ThrowsAsync<ActRefusedException>(() => RecoveryOver(again).OpenSourceAsync(alice, mail[10], Cancel))).Code);
    }

    [Fact]
    public async Task What_is_sent_again_counts_too_and_by_bulk_it_is_refused_as_a_whole()
    {
        await TakeAsync(6);
        var wishes = RecoveryOver(counter.Desk.Ledger);
        for (var number = 0; number < 3; number++) await wishes.ResendAsync(alice, mail[number], null, false, Cancel);
        Assert.Equal(9, Taken());
        var jobs = new BulkJobs(counter.Desk.Ledger, counter.Index, Options.Create(new RetentionOptions()), counter.Desk.Time, takings: limit);
        Assert.Equal(TakingLimit.TooMuchCode, await RefusedAsync(() => jobs.StartAsync(alice, BulkAct.Resend, "Minutes", null, null, Cancel)));
        Assert.Empty(jobs.List(alice));
        Assert.Equal(BulkState.Running, (await jobs.StartAsync(alice, BulkAct.Hide, "Minutes", null, null, Cancel)).State); // takes nothing away
        await wishes.ResendAsync(alice, mail[3], null, false, Cancel);
        Assert.Equal(TakingLimit.EnoughCode, await RefusedAsync(() => wishes.ResendAsync(alice, mail[4], null, false, Cancel)));
    }

    [Fact]
    public async Task An_export_is_refused_before_it_begins_and_a_link_cannot_be_used_for_more()
    {
        var exports = new Exports(counter.Recovery, counter.Desk.Ledger, counter.Desk.Time, limit);
        Assert.Equal(TakingLimit.TooMuchCode, await RefusedAsync(() => exports.AskAsync(alice, "Minutes", null, null, Cancel)));
        var some = await exports.AskAsync(alice, "", [.. mail.Take(6).Select(id => id.ToString())], null, Cancel);
        Assert.Equal(0, Taken());
        await exports.DownloadAsync(alice, some, new MemoryStream(), Cancel);
        Assert.Equal(6, Taken());
        Assert.Equal(TakingLimit.TooMuchCode, await RefusedAsync(() => exports.DownloadAsync(alice, some, new MemoryStream(), Cancel)));
        Assert.Equal(6, Taken());
    }

    [Fact]
    public async Task The_owner_and_administrators_see_it_whoever_did_it()
    {
        var exports = new Exports(counter.Recovery, counter.Desk.Ledger, counter.Desk.Time, limit);
        var some = await exports.AskAsync(alice, "", [.. mail.Take(3).Select(id => id.ToString())], null, Cancel);
        await exports.DownloadAsync(alice, some, new MemoryStream(), Cancel);
        Assert.Empty(limit.Noted);
        await TakeAsync(7, alreadyTaken: 3);
        Assert.Equal(new Taking(Alice, 10, false), Assert.Single(limit.Noted));
        for (var attempt = 0; attempt < 3; attempt++) await RefusedAsync(() => OpenAsync(mail[11]));
        await WaitUntil.Async(() => Refusals().Any());
        Assert.Equal(new Taking(Alice, 10, true), Assert.Single(limit.Noted));
        await counter.IndexAsync();
        var page = await counter.Activity.OfAsync(alice, withOwn: false, null, 50, Cancel);
        Assert.Equal(["taking-refused", "export-taken"], page.Steps.Select(step => step.Code).Where(code => code != "signed-in" && code != "account-changed"));
        Assert.Equal("3", page.Steps.First(step => step.Code == "export-taken").Words);
        counter.Desk.Time.Advance(TimeSpan.FromMinutes(61));
        await RefusedAsync(() => OpenAsync(mail[11]));
        await WaitUntil.Async(() => Refusals().Count() == 2); // one an hour
        var refused = Refusals().Last();
        Assert.Equal((Alice, 10, 1, 10), (refused.Account, refused.Taken, refused.Asked, refused.Limit));
    }

    [Fact]
    public async Task The_state_forgets_what_is_past()
    {
        await TakeAsync(5);
        counter.Desk.Time.Advance(TimeSpan.FromHours(30));
        await counter.RecordAsync("later", Mails.To(Bob));
        Assert.Null(counter.Desk.Ledger.State.Get<TakenMail>(TakenKeys.Of(Alice)));
    }

    private TakingLimit LimitOver(ILedger ledger) => new(
        ledger, Options.Create(new RecoveryOptions { MaxTakenPerDay = 10, NotedTakenPerDay = 4 }), counter.Desk.Time, NullLogger<TakingLimit>.Instance);

    private IRecovery RecoveryOver(ILedger ledger) => new Recorder.Recovery.Recovery(
        counter.Desk.Log, counter.Index, counter.EventIndex, ledger, counter.Desk.Book, new MailReader(), counter.Mail, counter.Events,
        Options.Create(new RetentionOptions()), counter.Desk.Time, takings: ledger == counter.Desk.Ledger ? limit : LimitOver(ledger));

    private async Task TakeAsync(int messages, int alreadyTaken = 0)
    {
        for (var number = 0; number < messages; number++) await OpenAsync(mail[number]);
        await WaitUntil.Async(() => Taken() == alreadyTaken + messages); // reading acts are recorded within a second
    }

    private async Task OpenAsync(RecordId id)
    {
        await using var source = await RecoveryOver(counter.Desk.Ledger).OpenSourceAsync(alice, id, Cancel);
        Assert.NotNull(source);
    }

    private long Taken() => counter.Desk.Ledger.State.Get<TakenMail>(TakenKeys.Of(Alice))?.Lately(counter.Desk.Time.GetUtcNow()) ?? 0;

    private IEnumerable<TakingRefused> Refusals() => counter.Desk.Log.Entries
        .Where(entry => entry.Kind == EntryKind.Event).Select(entry => LedgerJson.Decode(entry.Payload.Span)).OfType<TakingRefused>();

    private static async Task<string> RefusedAsync(Func<Task> act) => (await Assert.ThrowsAsync<ActRefusedException>(act)).Code;
}
