using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Recorder.Archive;
using Recorder.Ledger;
using Recorder.Recovery;

namespace Recorder.Digests;

/// <summary>Decides for one account whether there is something to tell, and records it as owed.</summary>
internal sealed class DigestMaker(ILedger ledger, HeldMail held, TimeProvider clock)
{
    // A message is recorded up to nine minutes after it was received; its position says whether it is new.
    private static readonly TimeSpan Slack = TimeSpan.FromHours(1);

    // After a long pause nobody wants the whole of it.
    private static readonly TimeSpan LongestLook = TimeSpan.FromDays(31);

    /// <param name="first">What a first digest looks back to.</param>
    /// <param name="actor">Whoever asked for it; null: the schedule.</param>
    /// <param name="desk">Where to search while somebody waits; null: here.</param>
    /// <returns>false when there is nothing new.</returns>
    /// <exception cref="ArchiveException">Not recorded: nothing is owed.</exception>
    public async Task<bool> MakeAsync(Account account, DateTimeOffset first, Actor? actor, CancellationToken cancel, SearchDesk? desk = null)
    {
        var now = clock.GetUtcNow();
        var mark = ledger.State.Get<DigestMark>(StateKeys.DigestMark(account.Address));
        var from = Later((mark?.Until ?? first) - Slack, now - LongestLook);
        var found = await SearchDesk.RunAsync(
            desk, account.Address, _ => held.Find(account, now, from, mark?.Through ?? 0, held.Expiring(account, mark?.At ?? first, now)), cancel);
        if (found.Items.Count == 0) return false;
        var made = new DigestMade(
            NewId(now), account.Address, account.Address, from, found.IsBehind ? from + Slack : now, found.Through, found.Items, found.More)
        {
            Actor = actor ?? Actor.System("digests"), At = now,
        };
        // Whoever came first has made it: two runs may not tell the same.
        return await ledger.ActAsync(StateKeys.DigestMark(account.Address), state =>
            state.Get<DigestMark>(StateKeys.DigestMark(account.Address))?.DigestId == mark?.DigestId ? made : null, cancel) is not null;
    }

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    // In the form of a record's id (RFC 9562 §5.7), so that dispatches of both kinds stand in the order of time.
    private static string NewId(DateTimeOffset now)
    {
        Span<byte> bytes = stackalloc byte[16];
        RandomNumberGenerator.Fill(bytes);
        System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(bytes, now.ToUnixTimeMilliseconds() << 16 | 0x7000L | (uint)RandomNumberGenerator.GetInt32(0x1000));
        bytes[8] = (byte)(bytes[8] & 0x3f | 0x80);
        return new RecordId(new Guid(bytes, bigEndian: true)).ToString();
    }
}
