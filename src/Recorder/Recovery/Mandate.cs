using Recorder.Accounts;
using Recorder.Ledger;

namespace Recorder.Recovery;

/// <summary>
/// What a reader may do in whose name: everything in the own, and in that of a granted mailbox what the grant says. Whose a
/// mailbox is follows from the time at which the mail came: it may have been the reader's once and another's since.
/// </summary>
internal static class Mandate
{
    /// <summary>Reached by a grant alone.</summary>
    public static bool IsDelegated(Reader reader, string mailbox, DateTimeOffset receivedAt) =>
        reader.Delegated.Any(one => one.Covers(mailbox, receivedAt)) && !Ownership.Held(reader.Account, mailbox, receivedAt);

    public static bool Allows(Reader reader, string mailbox, GrantRights right, DateTimeOffset receivedAt) =>
        !IsDelegated(reader, mailbox, receivedAt) || reader.Delegated.Any(one => one.Grant.Rights.HasFlag(right) && one.Covers(mailbox, receivedAt));

    /// <summary>Those the reader may mark and ask for; a delegate leaves the owner's marks alone.</summary>
    /// <exception cref="ActRefusedException">not-granted.</exception>
    public static IReadOnlyList<string> Own(Reader reader, Sight sight) =>
        sight.Own.Where(mailbox => !IsDelegated(reader, mailbox, sight.Entry.ReceivedAt)).ToList() is { Count: > 0 } own ? own : throw NotGranted();

    /// <summary>Whose access log tells of it: what is the reader's own anyway was not seen as a delegate.</summary>
    public static IEnumerable<string> Told(Reader reader, Sight sight) =>
        IsDelegated(reader, sight.Own[0], sight.Entry.ReceivedAt) ? sight.Own : sight.Own.Take(1);

    /// <summary>The accounts in whose name the reader acts.</summary>
    public static IEnumerable<Account> Holders(Reader reader, GrantRights right) =>
        reader.Delegated.Where(one => one.Grant.Rights.HasFlag(right)).Select(one => one.Owner).Prepend(reader.Account);

    /// <summary>As the ledger names who did it: the owner sees that it was a delegate.</summary>
    public static Actor ActorFor(Reader reader, string mailbox, DateTimeOffset receivedAt) =>
        IsDelegated(reader, mailbox, receivedAt) ? reader.Actor with { Kind = "delegate" } : reader.Actor;

    public static ActRefusedException NotGranted() => new("not-granted", "the owner of this mailbox has not granted you this");
}
