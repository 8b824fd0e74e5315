using Recorder.Accounts;
using Recorder.Ledger;

namespace Recorder.Recovery;

/// <summary>What a reader may do in whose name: everything in the own, and in that of a granted mailbox what the grant says.</summary>
internal static class Mandate
{
    /// <summary>Reached by a grant alone.</summary>
    public static bool IsDelegated(Reader reader, string mailbox) =>
        reader.Delegated.Any(one => one.Covers([mailbox])) && !reader.Account.Addresses.Any(owned => owned.Address == mailbox);

    public static bool Allows(Reader reader, string mailbox, GrantRights right) =>
        !IsDelegated(reader, mailbox) || reader.Delegated.Any(one => one.Grant.Rights.HasFlag(right) && one.Covers([mailbox]));

    /// <summary>Those the reader may mark and ask for; a delegate leaves the owner's marks alone.</summary>
    /// <exception cref="ActRefusedException">not-granted.</exception>
    public static IReadOnlyList<string> Own(Reader reader, Sight sight) =>
        sight.Own.Where(mailbox => !IsDelegated(reader, mailbox)).ToList() is { Count: > 0 } own ? own : throw NotGranted();

    /// <summary>The accounts in whose name the reader acts.</summary>
    public static IEnumerable<Account> Holders(Reader reader, GrantRights right) =>
        reader.Delegated.Where(one => one.Grant.Rights.HasFlag(right)).Select(one => one.Owner).Prepend(reader.Account);

    /// <summary>As the ledger names who did it: the owner sees that it was a delegate.</summary>
    public static Actor ActorFor(Reader reader, string mailbox) => IsDelegated(reader, mailbox) ? reader.Actor with { Kind = "delegate" } : reader.Actor;

    public static ActRefusedException NotGranted() => new("not-granted", "the owner of this mailbox has not granted you this");
}
