using Microsoft.Extensions.Logging;
using Recorder.Archive;
using Recorder.Archive.Encryption;
using Recorder.Ledger;

namespace Recorder.Encryption;

/// <param name="MasterKeyId">By which the keys are wrapped; null where there never was one.</param>
/// <param name="Keys">Of encrypted files.</param>
/// <param name="Damaged">Places of the key file that cannot be read.</param>
public sealed record EncryptionStatus(bool Encrypts, string? MasterKeyId, int Keys, int Damaged);

/// <param name="Former">The master key before.</param>
/// <param name="Keys">Wrapped anew; 0 when the first key that is given was in use already.</param>
public sealed record RotationReport(string? Former, string MasterKeyId, int Keys);

/// <summary>Says in the ledger what became of encryption, and changes the master key.</summary>
public sealed partial class EncryptionDesk(FileKeys keys, EncryptionOptions options, ILedger ledger, TimeProvider time, ILogger<EncryptionDesk> log)
{
    private readonly SemaphoreSlim one = new(1);

    public EncryptionStatus Status => new(keys.Encrypts, keys.MasterId, keys.Count, keys.Damaged);

    /// <summary>Records a change that the settings made, and a rotation that was not recorded before a crash.</summary>
    public async Task AnnounceAsync(CancellationToken cancel)
    {
        if (keys.Damaged > 0) LogDamaged(log, keys.Damaged);
        await ledger.ActAsync(EncryptionKeys.State, state => Changed(state.Get<EncryptionState>(EncryptionKeys.State)), cancel);
    }

    /// <summary>Wraps all keys with the first master key that the settings' source gives now.</summary>
    /// <exception cref="MasterKeyException">The source cannot be read.</exception>
    /// <exception cref="ActRefusedException">no-master-key, wrong-master-key.</exception>
    public async Task<RotationReport> RotateAsync(Actor actor, CancellationToken cancel)
    {
        await one.WaitAsync(cancel);
        try
        {
            var given = await Task.Run(() => MasterKeySource.Read(options), cancel);
            if (given.Count == 0) throw new ActRefusedException("no-master-key", "the settings name no source of a master key");
            if (given.All(key => key.Id != keys.MasterId))
                throw new ActRefusedException("wrong-master-key", $"the key in use, {keys.MasterId}, is not among those that are given; keep it on a later line until the rotation is done");
            var (former, count) = await Task.Run(() => keys.Rotate(given[0]), CancellationToken.None);
            if (former != given[0].Id)
                await ledger.AppendAsync(new MasterKeyRotated(former!, given[0].Id, count) { Actor = actor, At = time.GetUtcNow() }, CancellationToken.None);
            return new RotationReport(former, given[0].Id, count);
        }
        finally
        {
            one.Release();
        }
    }

    private LedgerEvent? Changed(EncryptionState? known)
    {
        var (actor, now) = (Actor.System("encryption"), time.GetUtcNow());
        if ((known?.Encrypts ?? false) != keys.Encrypts) return new EncryptionSwitched(keys.Encrypts, keys.MasterId) { Actor = actor, At = now };
        return known?.MasterKeyId is { } former && keys.MasterId is { } id && former != id ? new MasterKeyRotated(former, id, keys.Count) { Actor = actor, At = now } : null;
    }

    [LoggerMessage(4201, LogLevel.Error, "{Count} places of keys/archive.keys cannot be read, so their files cannot be either; put back a copy of the key file (docs/encryption.md)")]
    private static partial void LogDamaged(ILogger log, int count);
}
