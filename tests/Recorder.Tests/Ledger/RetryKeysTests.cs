using System.Security.Cryptography;
using Microsoft.Extensions.Time.Testing;
using Recorder.Accounts;
using Recorder.Ledger;
using Recorder.Smtp;
using Recorder.Tests.Fakes;

namespace Recorder.Tests.Ledger;

public sealed class RetryKeysTests
{
    private const string Alice = "alice@example.edu", Bob = "bob@example.edu";
    private static readonly byte[] Message = Mails.Message("Minutes");
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 1, 5, 8, 0, 0, TimeSpan.Zero));
    private readonly InMemoryLog log;

    public RetryKeysTests() => log = new InMemoryLog(time);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private Task<Recorder.Ledger.Ledger> OpenAsync() => Recorder.Ledger.Ledger.OpenAsync(log, null, time, null, Cancel);

    private static RetryKeyState? KeyOf(ILedger ledger, string recipient) => ledger.State.Get<RetryKeyState>(
        StateKeys.Retry(Convert.ToHexStringLower(SHA256.HashData(Message)), "sender@example.org", recipient));

    private async Task<string> RecordAsync(ILedger ledger, params (string Address, string Disposition)[] to)
    {
        var mail = Mails.Envelope(time.GetUtcNow(), [.. to.Select(one => Mails.To(one.Address, one.Disposition))]);
        return (await ledger.RecordAsync(mail, Message)).Id.ToString();
    }

    private Task ConfirmAsync(ILedger ledger, string id, params string[] recipients) =>
        ledger.AppendAsync(new AnswersConfirmed([new ConfirmedAnswer(id, recipients)]) { Actor = Actor.System("intake"), At = time.GetUtcNow() }, Cancel);

    private Task RelayAsync(ILedger ledger, string id, string recipient, DeliveryOutcome outcome) => ledger.AppendAsync(
        new MessageRelayed(id, [new RecipientOutcome(recipient, recipient, outcome, "smtp://next:25", "250 2.0.0 queued as 1")])
        {
            Actor = Actor.System("flow"), At = time.GetUtcNow(),
        },
        Cancel);

    [Fact]
    public async Task A_confirmation_as_earlier_versions_wrote_it_closes_its_key_too()
    {
        await using var ledger = await OpenAsync();
        var id = await RecordAsync(ledger, (Alice, "deliver"), (Bob, "deliver"));
        await ledger.AppendAsync(new AnswerConfirmed(id, [Alice]) { Actor = Actor.System("intake"), At = time.GetUtcNow() }, Cancel);

        Assert.Null(KeyOf(ledger, Alice));
        Assert.NotNull(KeyOf(ledger, Bob));
    }

    [Theory]
    [InlineData("deliver", false)]
    [InlineData("held.spam", true)]
    [InlineData("journal", true)]
    public async Task A_record_opens_a_key_for_each_recipient_settled_where_nothing_is_left_to_do(string disposition, bool settled)
    {
        await using var ledger = await OpenAsync();
        var id = await RecordAsync(ledger, (Alice, disposition), (Bob, "deliver"));

        Assert.Equal(new RetryKeyState(id, time.GetUtcNow(), settled, null), KeyOf(ledger, Alice));
        Assert.Equal(new RetryKeyState(id, time.GetUtcNow(), false, null), KeyOf(ledger, Bob));
    }

    [Fact]
    public async Task Only_an_accepted_recipient_is_settled_and_keeps_the_words()
    {
        await using var ledger = await OpenAsync();
        var id = await RecordAsync(ledger, (Alice, "deliver"), (Bob, "deliver"));
        await RelayAsync(ledger, id, Alice, DeliveryOutcome.Accepted);
        await RelayAsync(ledger, id, Bob, DeliveryOutcome.Unknown);

        Assert.Equal((true, "250 2.0.0 queued as 1"), (KeyOf(ledger, Alice)!.Settled, KeyOf(ledger, Alice)!.Answer));
        Assert.False(KeyOf(ledger, Bob)!.Settled);
    }

    [Fact]
    public async Task A_leftover_is_ours_and_settles_its_key()
    {
        await using var ledger = await OpenAsync();
        var id = await RecordAsync(ledger, (Alice, "deliver"));
        await ledger.AppendAsync(
            new DispatchRequested(id, DispatchKind.Leftover, Alice, Alice, "sender@example.org", 1) { Actor = Actor.System("flow"), At = time.GetUtcNow() }, Cancel);

        Assert.True(KeyOf(ledger, Alice)!.Settled);
    }

    [Fact]
    public async Task A_confirmed_answer_closes_its_keys_and_no_other()
    {
        await using var ledger = await OpenAsync();
        var id = await RecordAsync(ledger, (Alice, "deliver"), (Bob, "deliver"));
        await ConfirmAsync(ledger, id, Alice);
        Assert.Null(KeyOf(ledger, Alice));
        Assert.NotNull(KeyOf(ledger, Bob));

        await ConfirmAsync(ledger, id, Bob);
        Assert.Empty(ledger.State.Range<object>("retry"));
    }

    [Fact]
    public async Task The_same_bytes_recorded_anew_have_a_key_of_their_own()
    {
        await using var ledger = await OpenAsync();
        var first = await RecordAsync(ledger, (Alice, "deliver"));
        await RelayAsync(ledger, first, Alice, DeliveryOutcome.Accepted);
        var second = await RecordAsync(ledger, (Alice, "deliver"));
        await RelayAsync(ledger, first, Alice, DeliveryOutcome.Accepted);
        await ConfirmAsync(ledger, first, Alice);

        Assert.Equal(new RetryKeyState(second, time.GetUtcNow(), false, null), KeyOf(ledger, Alice));
    }

    [Fact]
    public async Task A_key_is_dropped_after_six_days_and_a_rebuild_agrees()
    {
        await using var ledger = await OpenAsync();
        await RecordAsync(ledger, (Alice, "deliver"));
        time.Advance(TimeSpan.FromDays(5));
        var later = await RecordAsync(ledger, (Bob, "deliver"));
        Assert.NotNull(KeyOf(ledger, Alice));
        time.Advance(TimeSpan.FromDays(1));
        await ConfirmAsync(ledger, "00000000-0000-7000-8000-000000000000", Alice);

        Assert.Null(KeyOf(ledger, Alice));
        Assert.Equal(later, KeyOf(ledger, Bob)!.RecordId);
        Assert.Equal([StateKeys.RetryOf(later)], ledger.State.Range<RetryRecord>(StateKeys.RetryRecords).Select(pair => pair.Key));
        await using var rebuilt = await OpenAsync();
        Assert.Equal(
            ledger.State.Range<object>("").Select(pair => (pair.Key, pair.Value.ToString())),
            rebuilt.State.Range<object>("").Select(pair => (pair.Key, pair.Value.ToString())));
    }

    [Theory]
    [InlineData("accepted", DispatchState.Accepted, false)]
    [InlineData("later", DispatchState.Pending, true)]
    [InlineData("unknown", DispatchState.Begun, true)]
    [InlineData("over", DispatchState.Failed, false)]
    public async Task A_dispatch_is_in_the_outbox_until_it_is_over(string end, DispatchState expected, bool inOutbox)
    {
        await using var ledger = await OpenAsync();
        var actor = Actor.System("outbox");
        var now = time.GetUtcNow();
        var outcome = end switch
        {
            "accepted" => DeliveryOutcome.Accepted,
            "unknown" => DeliveryOutcome.Unknown,
            _ => DeliveryOutcome.TransientFailure,
        };
        await ledger.AppendAsync(new DispatchRequested("r", DispatchKind.Resend, Alice, Alice, "", 0) { Actor = actor, At = now }, Cancel);
        await ledger.AppendAsync(new DispatchBegun("r", DispatchKind.Resend, Alice, 0, 1) { Actor = actor, At = now }, Cancel);
        Assert.Equal(DispatchState.Begun, ledger.State.Get<Dispatch>(StateKeys.Outbox("r", DispatchKind.Resend, Alice, 0))!.State);
        await ledger.AppendAsync(
            new DispatchEnded("r", DispatchKind.Resend, 0, 1, new RecipientOutcome(Alice, Alice, outcome, "smtp://next:25", null, "words"),
                end is "later" or "unknown" ? now.AddMinutes(5) : null) { Actor = actor, At = now },
            Cancel);

        var dispatch = ledger.State.Get<Dispatch>(StateKeys.Dispatch("r", DispatchKind.Resend, Alice, 0))!;
        Assert.Equal((expected, 1, "words"), (dispatch.State, dispatch.Attempts, dispatch.LastReply));
        Assert.Equal(inOutbox ? dispatch : null, ledger.State.Get<Dispatch>(StateKeys.Outbox("r", DispatchKind.Resend, Alice, 0)));
    }

    [Fact]
    public async Task What_became_of_a_record_is_forgotten_once_the_record_has_left()
    {
        await using var ledger = await OpenAsync();
        var (old, owed) = (await RecordAsync(ledger, (Alice, "deliver")), await RecordAsync(ledger, (Bob, "deliver")));
        await ledger.AppendAsync(new AccountSet(new Account(Alice, "Alice", null, false, false, [new(Alice)], time.GetUtcNow())) { Actor = Actor.System("test"), At = time.GetUtcNow() }, Cancel);
        await RelayAsync(ledger, old, Alice, DeliveryOutcome.PermanentFailure);
        Assert.NotEmpty(ledger.State.Range<RelayState>(StateKeys.Relays));
        await AskAsync(ledger, old);
        await EndAsync(ledger, old);
        time.Advance(TimeSpan.FromDays(371));
        await AskAsync(ledger, owed);
        Assert.NotEmpty(ledger.State.Range<Dispatch>(StateKeys.DispatchesOf(old)));
        time.Advance(TimeSpan.FromDays(2));
        await RecordAsync(ledger, (Bob, "deliver"));

        Assert.Empty(ledger.State.Range<Dispatch>(StateKeys.DispatchesOf(old)));
        Assert.Empty(ledger.State.Range<RelayState>(StateKeys.Relays));
        Assert.Single(ledger.State.Range<Dispatch>(StateKeys.DispatchesOf(owed)));

        Task AskAsync(ILedger door, string id) => door.AppendAsync(
            new DispatchRequested(id, DispatchKind.Resend, Alice, Alice, "", 1) { Actor = new Actor("user", Alice), At = time.GetUtcNow() }, Cancel);

        Task EndAsync(ILedger door, string id) => door.AppendAsync(
            new DispatchEnded(id, DispatchKind.Resend, 1, 1, new RecipientOutcome(Alice, Alice, DeliveryOutcome.Accepted, "smtp://next:25", "250 ok"), null)
            {
                Actor = Actor.System("outbox"), At = time.GetUtcNow(),
            },
            Cancel);
    }
}
