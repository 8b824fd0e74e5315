using Microsoft.Extensions.Options;
using Recorder.Accounts;
using Recorder.Archive;
using Recorder.Ledger;
using Recorder.Retention;
using Recorder.Search;

namespace Recorder.Recovery;

/// <summary>
/// An administrator sees a record only as far as the request's mailbox does: the request is a grant for that mailbox
/// and that record.
/// </summary>
public sealed class ReleaseRequests(
    IArchiveLog archive, IMailIndex index, ILedger ledger, IAddressBook book, IRecovery recovery, IOptions<RetentionOptions> retention, TimeProvider time) : IReleaseRequests
{
    private const int RowsOfAPage = 100;

    private readonly RecordAccess access = new(archive, book, new RetentionTerms(ledger, retention, time));
    private readonly RetentionTerms terms = new(ledger, retention, time);
    private readonly RecordWishes wishes = new(ledger, book, time);

    public async Task<RequestPageOf> ListAsync(Reader admin, bool decided, string? cursor, CancellationToken cancel)
    {
        var found = (decided ? Decided(admin, cursor) : Waiting(admin, cursor)).Take(RowsOfAPage + 1).ToList();
        var rows = new List<RequestRow>();
        foreach (var request in found.Take(RowsOfAPage))
        {
            rows.Add(await RowAsync(admin, request, cancel));
        }

        return new RequestPageOf(rows, found.Count > RowsOfAPage ? CursorOf(found[RowsOfAPage - 1], decided) : null);
    }

    private IEnumerable<ReleaseRequest> Waiting(Reader admin, string? cursor) => ledger.State
        .Range<ReleaseRequest>(ActKeys.OpenRequests, cursor is null ? null : ActKeys.OpenRequests + cursor).Select(pair => pair.Value).Where(request => IsTheirs(admin, request));

    private IEnumerable<ReleaseRequest> Decided(Reader admin, string? cursor) => ledger.State
        .Range<ReleaseRequest>(ActKeys.Requests).Select(pair => pair.Value)
        .Where(request => IsTheirs(admin, request) && request.State != RequestState.Open)
        .Select(request => (Key: CursorOf(request, decided: true), Request: request))
        .Where(one => cursor is null || string.CompareOrdinal(one.Key, cursor) < 0)
        .OrderByDescending(one => one.Key, StringComparer.Ordinal)
        .Select(one => one.Request);

    private static string CursorOf(ReleaseRequest request, bool decided) => decided
        ? $"{request.DecidedAt?.UtcTicks ?? 0:D19}/{request.RecordId}/{request.Recipient}" : $"{request.RecordId}/{request.Recipient}";

    public async Task<(RequestRow Row, OpenedMessage Message)?> OpenAsync(Reader admin, string requestId, CancellationToken cancel) =>
        Find(admin, requestId) is { } request && RecordId.TryParse(request.RecordId, out var id)
        && await recovery.OpenAsync(Granted(admin, request), id, false, _ => "", cancel) is { } message
            ? (await RowAsync(admin, request, cancel), message)
            : null;

    public async Task<ReleaseRequest?> DecideAsync(Reader admin, string requestId, bool isApproved, string words, CancellationToken cancel)
    {
        if (Find(admin, requestId) is not { } found || !RecordId.TryParse(found.RecordId, out var id)
            || await access.FindAsync(Granted(admin, found), id, cancel) is not { } sight)
        {
            return null;
        }

        // Of a message that was delivered before an administrator held it, the approval opens the body and sends nothing.
        var isSent = isApproved && sight.Recipients.Any(recipient => Dispositions.IsHeld(recipient.Disposition));
        if (isSent && IsLost(found, sight)) throw new ActRefusedException("not-own-address", "the address belongs to somebody else by now");
        var key = ActKeys.Request(found.RecordId, found.Recipient);
        await ledger.ActAsync(RecordWishes.KeyOf(sight, found.Recipient), state => Decide(state.Get<ReleaseRequest>(key), admin, isApproved, words), cancel);
        if (isSent)
        {
            await wishes.ReleaseAsync(Granted(admin, found), sight, cancel);
        }

        return ledger.State.Get<ReleaseRequest>(key);
    }

    // Whoever asked had the address then; released, it would go to whoever has it now.
    private bool IsLost(ReleaseRequest request, Sight sight) =>
        (ledger.State.Get<AddressHistory>(StateKeys.Address(request.Mailbox))?.Accounts ?? []).Select(name => ledger.State.Get<Account>(StateKeys.Account(name))).OfType<Account>()
            .ToList() is { Count: > 0 } holders
        && !holders.Exists(holder => Ownership.Held(holder, request.Mailbox, sight.Entry.ReceivedAt) && Ownership.Held(holder, request.Mailbox, time.GetUtcNow()));

    private ReleaseDecided? Decide(ReleaseRequest? request, Reader admin, bool isApproved, string words) => request switch
    {
        null => null,
        { State: RequestState.Approved } => isApproved ? null : throw new ActRefusedException("already-approved", "the release is approved already"),
        { State: RequestState.Denied } when !isApproved => null,
        _ => new ReleaseDecided(request.RecordId, request.Recipient, request.Mailbox, isApproved, Words.Tidy(words, RecordActs.MaxWords) ?? "")
        {
            Actor = admin.Actor, At = time.GetUtcNow(),
        },
    };

    private async Task<RequestRow> RowAsync(Reader admin, ReleaseRequest request, CancellationToken cancel)
    {
        var granted = Granted(admin, request);
        var (scope, notBefore) = terms.Bounds(granted.Scope);
        var hit = terms.IsErased(request.RecordId) ? null : index.Find(request.RecordId, scope, notBefore);
        var sight = RecordId.TryParse(request.RecordId, out var id) ? await access.FindAsync(granted, id, cancel) : null;
        var state = sight is null ? "" : RecordStates.Word(ledger.State, request.RecordId, sight.Recipients[0].Disposition, sight.Own, granted.Account);
        return new RequestRow(
            IdOf(request), request, sight?.Entry.ReceivedAt, hit?.From ?? sight?.Mail.ReversePath ?? "", hit?.Subject ?? "",
            sight is null ? [] : Reasons.Of(sight), state);
    }

    // The site's administrators answer everybody, a domain's those of the domain.
    private static bool IsTheirs(Reader admin, ReleaseRequest request) => admin.Account.IsAdmin
        || admin.Account.AdminOf is { } domains && domains.Contains(request.Mailbox[(request.Mailbox.LastIndexOf('@') + 1)..]);

    private ReleaseRequest? Find(Reader admin, string requestId) => OpaqueId.RecordOf(requestId) is { } recordId
        ? ledger.State.Range<ReleaseRequest>(ActKeys.RequestsOf(recordId)).Select(pair => pair.Value).FirstOrDefault(request => IdOf(request) == requestId && IsTheirs(admin, request))
        : null;

    private static string IdOf(ReleaseRequest request) => OpaqueId.Of(request.RecordId, request.Recipient);

    private static Reader Granted(Reader admin, ReleaseRequest request) => admin with { Scope = [new OwnerScope(request.Mailbox)], Delegated = [] };
}
