using System.Text.Json;

namespace Recorder.Ledger.State;

/// <summary>The closed set of things the state map holds, and their stored form: a kind's name and JSON.</summary>
internal static class StateValues
{
    private static readonly Dictionary<string, Type> Types = new(StringComparer.Ordinal)
    {
        ["account"] = typeof(Account),
        ["address"] = typeof(AddressHistory),
        ["session"] = typeof(SessionState),
        ["second-factor"] = typeof(SecondFactor),
        ["token"] = typeof(ApiToken),
        ["grant"] = typeof(MailboxGrant),
        ["retry"] = typeof(RetryKeyState),
        ["retry-of"] = typeof(RetryRecord),
        ["relay"] = typeof(RelayState),
        ["dispatch"] = typeof(Dispatch),
        ["list"] = typeof(ListEntry),
        ["list-summary"] = typeof(ListSummary),
        ["list-hits"] = typeof(ListHits),
        ["preferences"] = typeof(Preferences),
        ["request"] = typeof(ReleaseRequest),
        ["hidden"] = typeof(HiddenMail),
        ["report"] = typeof(MailReport),
        ["override"] = typeof(RecordOverride),
        ["mark"] = typeof(RecordMark),
        ["bulk"] = typeof(BulkJob),
        ["digest"] = typeof(DigestState),
        ["digest-of"] = typeof(DigestMark),
        ["digests-ran"] = typeof(DigestRunState),
        ["digest-link"] = typeof(UsedLink),
        ["retention-rule"] = typeof(RetentionRule),
        ["retention-default"] = typeof(RetentionDefault),
        ["retention-change"] = typeof(RetentionChange),
        ["retention-clock"] = typeof(ClockState),
        ["hold"] = typeof(Hold),
        ["hold-of"] = typeof(HeldRecord),
        ["purge"] = typeof(PurgeRun),
        ["purge-step"] = typeof(PurgeStep),
        ["removed"] = typeof(RemovedSegment),
        ["purge-index"] = typeof(IndexLeftover),
        ["erasure"] = typeof(Erasure),
        ["approval"] = typeof(Approval),
        ["backup"] = typeof(BackupState),
        ["backup-turn"] = typeof(CopyTurn),
        ["signing-key"] = typeof(SigningKeyState),
        ["encryption"] = typeof(EncryptionState),
        ["head"] = typeof(HeadState),
        ["head-stamp"] = typeof(HeadStampState),
        ["archive-check"] = typeof(ArchiveCheckState),
        ["restored"] = typeof(RestoredState),
        ["mirror"] = typeof(MirrorState),
        ["removal-last"] = typeof(LastRemoval),
        ["export"] = typeof(ExportState),
        ["taken"] = typeof(TakenMail),
        ["imap-import"] = typeof(ImapImportState),
    };

    private static readonly Dictionary<Type, string> Kinds = Types.ToDictionary(pair => pair.Value, pair => pair.Key);

    /// <exception cref="ArgumentException">A type outside the closed set.</exception>
    public static string KindOf(object value) =>
        Kinds.TryGetValue(value.GetType(), out var kind) ? kind : throw new ArgumentException($"{value.GetType().Name} is no state value");

    public static string Encode(object value) => JsonSerializer.Serialize(value, value.GetType(), LedgerJson.Options);

    /// <exception cref="JsonException">Not a value of that kind, or an unknown kind.</exception>
    public static object Decode(string kind, string json) =>
        Types.TryGetValue(kind, out var type) && JsonSerializer.Deserialize(json, type, LedgerJson.Options) is { } value
            ? value
            : throw new JsonException($"no state value of kind {kind}");
}
