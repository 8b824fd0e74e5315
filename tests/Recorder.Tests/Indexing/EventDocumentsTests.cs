using Recorder.Archive;
using Recorder.Indexing;
using Recorder.Ledger;
using Recorder.Search;
using Recorder.Smtp;
using Recorder.Tests.Fakes;

namespace Recorder.Tests.Indexing;

public sealed class EventDocumentsTests
{
    private static readonly Actor System = Actor.System("flow");
    private static readonly DateTimeOffset At = new(2026, 1, 5, 8, 0, 0, TimeSpan.Zero);

    private static async Task<IReadOnlyList<EventDocument>> OfAsync(LedgerEvent fact)
    {
        var log = new InMemoryLog();
        await log.AppendAsync(new NewEvent(LedgerJson.Encode(fact)), TestContext.Current.CancellationToken);
        return EventDocuments.Of(log.Entries[0], begun => $"{begun.RecordId}@found");
    }

    [Fact]
    public async Task A_delivery_to_several_mailboxes_is_a_document_each_that_names_no_other()
    {
        RecipientOutcome Outcome(string recipient, string mailbox) => new(recipient, mailbox, DeliveryOutcome.Accepted, "next", $"250 for {recipient}");
        var documents = await OfAsync(new MessageRelayed("r", [Outcome("a1@x", "a@x"), Outcome("b@x", "b@x"), Outcome("a2@x", "a@x"), Outcome("out@y", "")])
        {
            Actor = System, At = At,
        });

        Assert.Equal(["a@x", "b@x", ""], documents.Select(document => document.Mailbox));
        Assert.All(documents, document => Assert.Equal(("message.relayed", "r", "flow"), (document.Type, document.RecordId, document.Actor)));
        Assert.Equal(3, documents.Select(document => document.Id).Distinct().Count());
        Assert.DoesNotContain("b@x", documents[0].Json);
        Assert.DoesNotContain("a1@x", documents[1].Json);
        Assert.Contains("a1@x", documents[0].Json);
        Assert.Contains("a2@x", documents[0].Json);
    }

    [Fact]
    public async Task An_account_in_the_audit_has_no_hash()
    {
        var account = new Account("a@x", "A", "secret-hash", false, false, [new OwnedAddress("a@x")], At);
        var document = Assert.Single(await OfAsync(new AccountSet(account) { Actor = System, At = At }));
        Assert.Equal("a@x", document.Mailbox);
        Assert.DoesNotContain("secret-hash", document.Json);
    }

    [Fact]
    public async Task An_attempt_is_filed_under_the_mailbox_of_its_dispatch()
    {
        var document = Assert.Single(await OfAsync(new DispatchBegun("r", DispatchKind.Resend, "a@x", 0, 1) { Actor = System, At = At }));
        Assert.Equal("r@found", document.Mailbox);
    }

    [Fact]
    public async Task A_mail_and_its_confirmation_are_in_the_log_and_need_no_document()
    {
        var log = new InMemoryLog();
        await log.AppendAsync(Mails.Envelope(At, Mails.To("a@x", "deliver", "a@x")));
        Assert.Empty(EventDocuments.Of(log.Entries[0], _ => null));
        Assert.Empty(await OfAsync(new AnswerConfirmed("r", ["a@x"]) { Actor = System, At = At }));
        Assert.Empty(await OfAsync(new AnswersConfirmed([new ConfirmedAnswer("r", ["a@x"])]) { Actor = System, At = At }));
    }
}
