using Recorder.Archive;
using Recorder.Ledger;
using Recorder.Ledger.State;

namespace Recorder.Tests.Screening.Lists;

/// <summary>States with lists in them, and a ledger that only shows one.</summary>
internal static class States
{
    public static readonly DateTimeOffset Now = new(2026, 1, 5, 8, 0, 0, TimeSpan.Zero);

    public static ListEntry Entry(string scope, ListKind kind, string pattern, bool enforced = false, bool expired = false) =>
        new(scope, kind, pattern, null, Now.AddDays(-9), "x", expired ? Now : null, enforced);

    public static StateSnapshot With(params IEnumerable<object> values)
    {
        var editor = new StateEditor(StateSnapshot.Empty);
        foreach (var value in values)
        {
            switch (value)
            {
                case ListEntry entry:
                    ListValues.Set(editor, entry);
                    break;
                case Preferences chosen:
                    editor.Set(StateKeys.Preferences(chosen.Address), chosen);
                    break;
                case Account account:
                    editor.Set(StateKeys.Account(account.Address), account);
                    foreach (var owned in account.Addresses) editor.Set(StateKeys.Address(owned.Address), new AddressHistory([account.Address]));
                    break;
            }
        }
        return StateSnapshot.Empty.With(editor.ToBatch(new StatePosition("main", 1, default)));
    }

    public static Account Account(string address, params string[] further) =>
        new(address, address, null, false, false, [.. further.Prepend(address).Select(one => new OwnedAddress(one))], Now);
}

/// <summary>Shows one state; nothing can be done with it.</summary>
internal sealed class StillLedger(IStateSnapshot state) : ILedger
{
    public IStateSnapshot State => state;

    public Task<Recorded<LedgerEvent>?> ActAsync(string key, Func<IStateSnapshot, LedgerEvent?> decide, CancellationToken cancel) => throw new NotSupportedException();

    public Task<Recorded<LedgerEvent>> AppendAsync(LedgerEvent fact, CancellationToken cancel) => throw new NotSupportedException();

    public Task<Recorded<RecordedMail>> RecordAsync(RecordedMail mail, IReceivedContent content, string clusterKey, CancellationToken cancel) => throw new NotSupportedException();

    public bool TryPost(LedgerEvent fact) => true;

    public Task CatchUpAsync(CancellationToken cancel) => Task.CompletedTask;
}
