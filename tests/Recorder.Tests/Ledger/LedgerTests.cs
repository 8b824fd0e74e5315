using Microsoft.Extensions.Time.Testing;
using Recorder.Accounts;
using Recorder.Archive;
using Recorder.Ledger;
using Recorder.Tests.Fakes;

namespace Recorder.Tests.Ledger;

public sealed class LedgerTests : IDisposable
{
    private static readonly Actor Admin = new("admin", "root@example.edu", "127.0.0.1");
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 1, 5, 8, 0, 0, TimeSpan.Zero));
    private readonly TestFolder folder = new();
    private readonly InMemoryLog log;

    public LedgerTests() => log = new InMemoryLog(time);

    public void Dispose() => folder.Dispose();

    private string StateFile => folder.File("state.db");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private Task<Recorder.Ledger.Ledger> OpenAsync() => Recorder.Ledger.Ledger.OpenAsync(log, StateFile, time, null, Cancel);

    private AccountSet SetAccount(string address, string? hash = "hash", bool admin = false) => new(
        new Account(address, address, hash, admin, false, [new OwnedAddress(address)], time.GetUtcNow())) { Actor = Admin, At = time.GetUtcNow() };

    private DispatchRequested Wish(string recordId, int round = 0) =>
        new(recordId, DispatchKind.Resend, "alice@example.edu", "alice@example.edu", "", round) { Actor = Admin, At = time.GetUtcNow() };

    [Fact]
    public async Task When_an_act_returns_the_state_shows_it()
    {
        await using var ledger = await OpenAsync();
        var recorded = await ledger.ActAsync("account/alice@example.edu", _ => SetAccount("alice@example.edu"), Cancel);

        Assert.Equal("hash", ledger.State.Get<Account>(StateKeys.Account("alice@example.edu"))!.PasswordHash);
        Assert.Equal(recorded!.Position.Sequence, ledger.State.Position["a"]);
    }

    [Fact]
    public async Task Acts_with_one_key_see_each_other_however_many_come_at_once()
    {
        await using var ledger = await OpenAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => ledger.ActAsync(
            "one", state => state.Get<Dispatch>(StateKeys.Dispatch("r", DispatchKind.Resend, "alice@example.edu", 0)) is null ? Wish("r") : null,
            Cancel))));

        Assert.Single(answers, answer => answer is not null);
        Assert.Single(log.Entries);
    }

    [Fact]
    public async Task A_caller_who_stops_waiting_does_not_let_the_next_act_pass_the_check()
    {
        await using var ledger = await OpenAsync();
        using var impatient = new CancellationTokenSource();
        var hold = log.HoldAppends();
        Func<IStateSnapshot, LedgerEvent?> once = state => state.Range<Dispatch>("dispatch/").Any() ? null : Wish("r");
        var first = ledger.ActAsync("one", once, impatient.Token);
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        var second = ledger.ActAsync("one", once, Cancel);
        hold.Dispose();

        Assert.Null(await second);
        Assert.Single(log.Entries);
    }

    [Fact]
    public async Task A_refused_act_and_a_failed_append_write_nothing_and_free_the_key()
    {
        await using var ledger = await OpenAsync();
        await Assert.ThrowsAsync<ActRefusedException>(() => ledger.ActAsync("k", _ => throw new ActRefusedException("no", "no"), Cancel));
        log.FailNextAppend(ArchiveFault.DiskFull);
        var failure = await Assert.ThrowsAsync<ArchiveException>(() => ledger.ActAsync("k", _ => Wish("r"), Cancel));

        Assert.Equal(ArchiveFault.DiskFull, failure.Fault);
        Assert.Empty(ledger.State.Range<Dispatch>("dispatch/"));
        Assert.NotNull(await ledger.ActAsync("k", _ => Wish("r"), Cancel));
    }

    [Theory]
    [InlineData("kept")]
    [InlineData("deleted")]
    [InlineData("garbage")]
    [InlineData("of another log")]
    public async Task After_a_restart_everything_in_force_is_back_whatever_became_of_the_state_file(string file)
    {
        string record;
        await using (var ledger = await OpenAsync())
        {
            await ledger.AppendAsync(SetAccount("alice@example.edu"), Cancel);
            await ledger.AppendAsync(new SessionStarted("h", "alice@example.edu", "web", time.GetUtcNow().AddHours(12)) { Actor = Admin, At = time.GetUtcNow() }, Cancel);
            record = (await ledger.RecordAsync(Mails.Envelope(time.GetUtcNow(), Mails.To("alice@example.edu")))).Id.ToString();
            await ledger.AppendAsync(Wish(record), Cancel);
        }

        await SpoilAsync(file);
        await using var again = await OpenAsync();
        Assert.Equal("hash", again.State.Get<Account>(StateKeys.Account("alice@example.edu"))?.PasswordHash);
        Assert.Equal(["alice@example.edu"], again.State.Get<AddressHistory>(StateKeys.Address("alice@example.edu"))?.Accounts);
        Assert.NotNull(again.State.Get<SessionState>(StateKeys.Session("h")));
        Assert.Equal(DispatchState.Pending, Assert.Single(again.State.Range<Dispatch>(StateKeys.DispatchesOf(record))).Value.State);
        Assert.Single(again.State.Range<Dispatch>(StateKeys.OutboxAll));
        Assert.Single(again.State.Range<RetryKeyState>(StateKeys.Retries));
        Assert.Equal(log.DurableSequence, again.State.Position["a"]);
        await again.DisposeAsync();
        Assert.Equal(file == "garbage" || file == "of another log" ? 1 : 0, Directory.GetFiles(folder.Path, "state.db.damaged-*").Length);
    }

    private async Task SpoilAsync(string how)
    {
        switch (how)
        {
            case "deleted":
                File.Delete(StateFile);
                break;
            case "garbage":
                await File.WriteAllBytesAsync(StateFile, [.. Enumerable.Repeat((byte)7, 50_000)], Cancel);
                break;
            case "of another log":
                File.Delete(StateFile);
                var other = new InMemoryLog(new FakeTimeProvider(time.GetUtcNow().AddDays(1)));
                await using (var stranger = await Recorder.Ledger.Ledger.OpenAsync(other, StateFile, time, null, Cancel))
                {
                    await stranger.AppendAsync(SetAccount("mallory@example.edu"), Cancel);
                }

                break;
        }
    }

    [Fact]
    public async Task A_state_file_that_is_behind_is_caught_up_before_the_first_answer()
    {
        await using (var ledger = await OpenAsync())
        {
            await ledger.AppendAsync(SetAccount("alice@example.edu"), Cancel);
        }

        await log.AppendAsync(new NewEvent(LedgerJson.Encode(SetAccount("bob@example.edu"))), Cancel);
        log.AppendRoot();
        await using var again = await OpenAsync();
        Assert.NotNull(again.State.Get<Account>(StateKeys.Account("bob@example.edu")));
        Assert.Equal(log.DurableSequence, again.Status.AppliedSequence);
        await again.CatchUpAsync(Cancel);
    }

    [Fact]
    public async Task An_entry_nobody_understands_is_skipped_and_counted()
    {
        await using var ledger = await OpenAsync();
        await log.AppendAsync(new NewEvent("{\"type\":\"of.a.later.version\"}"u8.ToArray()), Cancel);
        await log.AppendAsync(new NewEvent("{\"no\":\"type\"}"u8.ToArray()), Cancel);
        await log.AppendAsync(new NewEvent("{\"type\":\"account.set\",\"actor\":{\"kind\":\"a\",\"name\":\"b\"},\"at\":\"2026-01-01T00:00:00+00:00\"}"u8.ToArray()), Cancel);
        await log.AppendAsync(new NewMail("not json"u8.ToArray(), new MemoryContent([1]), time.GetUtcNow(), ""), Cancel);
        await ledger.AppendAsync(SetAccount("alice@example.edu"), Cancel);

        Assert.NotNull(ledger.State.Get<Account>(StateKeys.Account("alice@example.edu")));
        Assert.Equal(2, ledger.Status.SkippedEntries);
    }

    [Fact]
    public async Task Posted_facts_are_appended_even_when_the_log_refused_them_first()
    {
        log.FailNextAppend(ArchiveFault.WriteFailed);
        await using (var ledger = await Recorder.Ledger.Ledger.OpenAsync(log, null, TimeProvider.System, null, Cancel))
        {
            Assert.True(ledger.TryPost(Wish("posted")));
            Assert.True(ledger.TryPost(Wish("posted", 1)));
        }

        Assert.Equal(2, log.Entries.Count);
    }

    [Fact]
    public async Task A_full_queue_refuses_instead_of_dropping()
    {
        var ledger = new Recorder.Ledger.Ledger(log, null, TimeProvider.System);
        var accepted = 0;
        while (ledger.TryPost(Wish("r", accepted)))
        {
            accepted++;
        }

        Assert.Equal(10_000, accepted);
        await ledger.StartAsync(Cancel);
        await ledger.DisposeAsync();
        Assert.Equal(accepted, log.Entries.Count);
    }
}
