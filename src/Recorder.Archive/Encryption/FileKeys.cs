using System.Security.Cryptography;
using Recorder.Archive.Disk;

namespace Recorder.Archive.Encryption;

/// <summary>A key for one file, of which nobody but its maker knows until it is kept.</summary>
internal sealed record FileKey(Guid Id, string Path, byte[] Key);

/// <summary>
/// The keys of all encrypted files of an archive: each of one file alone, wrapped by the master key, in one key file that
/// is in no copy of the archive. What is destroyed here makes unreadable whatever copy there is of the file it belonged to.
/// </summary>
public sealed class FileKeys : IDisposable
{
    public const string FileName = "archive.keys";
    private const int TidyFrom = 1024;
    private readonly Lock _gate = new();
    private readonly KeyFile _file;
    private readonly IReadOnlyList<MasterKey> _masters;
    private MasterKey? _master;
    private Dictionary<Guid, KeySlot> _keys = [];
    private readonly Dictionary<string, Guid> _byPath = new(StringComparer.Ordinal);
    private readonly HashSet<Guid> _gone = [];
    private IReadOnlyList<byte[]> _damaged = [];

    private FileKeys(IDisk disk, IReadOnlyList<MasterKey> masters, bool encrypts) =>
        (_file, _masters, Encrypts) = (new KeyFile(disk), masters, encrypts);

    /// <summary>Whether new files are encrypted. What is encrypted already is read either way.</summary>
    public bool Encrypts { get; }

    /// <summary>The master key that wraps the keys; the one that will where there are none yet, null where there never was one.</summary>
    public string? MasterId
    {
        get { lock (_gate) return _master?.Id; }
    }

    public int Count
    {
        get { lock (_gate) return _keys.Count; }
    }

    /// <summary>Another number after every change of the key file.</summary>
    public long Changes
    {
        get { lock (_gate) return _file.Changes; }
    }

    /// <summary>Places of the key file that cannot be read. The files they were of cannot be either.</summary>
    public int Damaged => _damaged.Count;

    /// <param name="keys">The folder <c>keys/</c>; must exist.</param>
    /// <param name="masters">The first wraps what has no key file yet; the others are from before a rotation, or for one.</param>
    /// <exception cref="ArchiveException">Unavailable: none of the master keys is the right one, or the file is damaged. Nothing was changed.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static FileKeys Open(IDisk keys, IReadOnlyList<MasterKey> masters, bool encrypts)
    {
        if (encrypts && masters.Count == 0) throw new ArgumentException("without a master key nothing can be encrypted", nameof(masters));
        var opened = new FileKeys(keys, masters, encrypts);
        opened.Load();
        return opened;
    }

    /// <summary>Puts the key file as it is now into another folder; durable when it returns. Nothing where there is none.</summary>
    /// <exception cref="IOException">It could not be read, or not be put there.</exception>
    public void CopyTo(IDisk folder)
    {
        byte[]? bytes;
        lock (_gate) bytes = _file.Exists ? _file.Bytes() : null;
        if (bytes is not null) DurableFile.Write(folder, FileName, stream => stream.Write(bytes), replace: true);
    }

    /// <summary>Leaves the keys of files that are gone out of the key file; durable when it returns.</summary>
    /// <param name="exists">Whether a path of the archive is there: then its removal did not come to its end, and its key stays.</param>
    /// <returns>How many were destroyed.</returns>
    /// <exception cref="IOException">The key file could not be written; the next call does it.</exception>
    public int Destroy(Func<string, bool> exists)
    {
        lock (_gate)
        {
            var dead = _gone.Where(id => _keys.TryGetValue(id, out var slot) && !(_byPath.GetValueOrDefault(slot.Path) == id && exists(slot.Path))).ToHashSet();
            if (dead.Count == 0) return 0;
            var left = _keys.Where(key => !dead.Contains(key.Key)).ToDictionary();
            _file.Write(_master!, _damaged, left.Values);
            foreach (var id in dead.Where(id => _byPath.GetValueOrDefault(_keys[id].Path) == id)) _byPath.Remove(_keys[id].Path);
            _gone.Clear();
            _keys = left;
            return dead.Count;
        }
    }

    /// <summary>Wraps all keys with another master key; no other file is touched. One step: after a crash all are as before or as after.</summary>
    /// <returns>The master key in use before, and how many keys were wrapped anew; 0 when it is that one already.</returns>
    /// <exception cref="ArchiveException">Damaged: a key that cannot be unwrapped; nothing was changed.</exception>
    /// <exception cref="IOException">The key file could not be written: it is as before, or as after.</exception>
    public (string? Former, int Keys) Rotate(MasterKey next)
    {
        lock (_gate)
        {
            if (_master is null || _master.Id == next.Id) return (_master?.Id, 0);
            var former = _master;
            var wrapped = _keys.Values.Select(slot => Wrapped(next, slot.Id, slot.Path, KeyOf(former, slot))).ToDictionary(slot => slot.Id);
            _file.Write(next, _damaged, [.. wrapped.Values, .. GoneSlots()]);
            (_keys, _master) = (wrapped, next);
            return (former.Id, wrapped.Count);
        }
    }

    public void Dispose() => _file.Dispose();

    /// <summary>A key for a file that is about to be written; to be kept before anybody relies on the file.</summary>
    /// <param name="id">16 random bytes; its own where none are given.</param>
    internal static FileKey Make(string path, ReadOnlySpan<byte> id = default) => new(
        id.IsEmpty ? new Guid(RandomNumberGenerator.GetBytes(16)) : new Guid(id, bigEndian: true), path, RandomNumberGenerator.GetBytes(MasterKey.KeyBytes));

    /// <summary>Durable when it returns.</summary>
    /// <exception cref="IOException">It is not, and will not be.</exception>
    internal void Keep(FileKey key)
    {
        lock (_gate)
        {
            if (_keys.ContainsKey(key.Id)) return;
            var slot = Wrapped(_master!, key.Id, key.Path, key.Key);
            Add(slot);
            Take(slot);
        }
    }

    /// <returns>null when there is no such key: it was destroyed, or the key file is older than the file it belongs to.</returns>
    internal byte[]? Find(Guid id)
    {
        KeySlot? slot;
        MasterKey? master;
        lock (_gate)
        {
            if (!_keys.TryGetValue(id, out slot)) return null;
            master = _master;
        }
        return master!.Unwrap(slot.Wrapped.Span, KeySlot.About(slot.Id, slot.Path));
    }

    internal bool Has(string path)
    {
        lock (_gate) return _byPath.ContainsKey(path);
    }

    /// <summary>Notes that a file is about to go; durable when it returns. Its key serves until <see cref="Destroy"/>.</summary>
    internal void Forget(string path)
    {
        lock (_gate)
        {
            if (!_byPath.TryGetValue(path, out var id) || _gone.Contains(id)) return;
            Add(new KeySlot(KeySlotKind.Gone, id, path, default));
            _gone.Add(id);
        }
    }

    /// <summary>So that the file does not grow without end between two purges.</summary>
    internal void DestroyWhereMany(Func<string, bool> exists)
    {
        lock (_gate)
            if (_gone.Count < TidyFrom + _keys.Count / 4) return;
        Destroy(exists);
    }

    // Durable when it returns.
    private void Add(KeySlot slot)
    {
        if (_file.CanAppend) _file.Append(slot);
        else _file.Write(_master!, _damaged, [.. _keys.Values, .. GoneSlots(), slot]);
    }

    private IEnumerable<KeySlot> GoneSlots() => _gone.Where(_keys.ContainsKey).Select(id => new KeySlot(KeySlotKind.Gone, id, _keys[id].Path, default));

    private static KeySlot Wrapped(MasterKey master, Guid id, string path, ReadOnlySpan<byte> key) =>
        new(KeySlotKind.Key, id, path, master.Wrap(key, KeySlot.About(id, path)));

    private static byte[] KeyOf(MasterKey master, KeySlot slot) => master.Unwrap(slot.Wrapped.Span, KeySlot.About(slot.Id, slot.Path))
        ?? throw new ArchiveException(ArchiveFault.Damaged, $"the key of {slot.Path} in keys/{FileName} is not what was written; put back a copy of the key file");

    private void Load()
    {
        if (!_file.Exists)
        {
            _master = _masters.Count > 0 ? _masters[0] : null;
            return;
        }
        var content = _file.Read();
        _master = _masters.FirstOrDefault(master => master.Id == content.MasterId) ?? throw WrongMaster(content.MasterId);
        _damaged = content.Damaged;
        foreach (var slot in content.Slots)
            if (slot.Kind == KeySlotKind.Key) Take(slot);
            else if (_keys.ContainsKey(slot.Id)) _gone.Add(slot.Id);
    }

    private ArchiveException WrongMaster(string needed)
    {
        var given = _masters.Count == 0 ? "none is given" : $"given is {string.Join(" and ", _masters.Select(master => master.Id))}";
        return new ArchiveException(ArchiveFault.Unavailable,
            $"the keys in keys/{FileName} are wrapped by the master key {needed}, and {given}; give that one (docs/encryption.md). Nothing was changed");
    }

    // A name that is written again had a file that did not come to its end.
    private void Take(KeySlot slot)
    {
        if (_byPath.TryGetValue(slot.Path, out var former) && former != slot.Id) _gone.Add(former);
        _keys[slot.Id] = slot;
        _byPath[slot.Path] = slot.Id;
    }
}
